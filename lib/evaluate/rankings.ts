/**
 * Who is ahead in a comparison, by rules: for each figure the best model, and those that sampling
 * variation cannot tell from it, from the paired differences (all models were evaluated on the same
 * resamples of the real patients). Floors are for scale and are not ranked.
 *
 * @module
 */
import { floorOf, titleOf } from "../models/mod.ts";
import type { Estimate } from "./bootstrap.ts";
import type { ComparedModel, Comparison, Difference } from "./comparison.ts";
import { excludesZero, fixed, signed } from "./summary/words.ts";
import { listed } from "../in_words.ts";

/** Who is ahead in one figure. */
export interface Ranking {
  /** `nll_per_visit`, or the figure's `measure.path`. */
  readonly figure: string;
  /** The best model, then those that sampling variation cannot tell from it. */
  readonly best: readonly string[];
  /** The same in a sentence. */
  readonly sentence: string;
}

/** A figure by which models are ranked. */
interface Ranked {
  readonly figure: string;
  /** "GPT" + this: "leads in codes". */
  readonly leads: string;
  /** Its value; null if there is none, or only a bound of it. */
  readonly of: (model: ComparedModel) => number | null;
  /** A model's difference from another. */
  readonly difference: (pair: Difference) => Estimate | null;
  readonly isLowBest?: boolean;
  /** The value in words. */
  readonly text: (value: number) => string;
}

const r2Figures = [
  ["unigram", "codes"],
  ["same_visit_bigram", "pairs within a visit"],
  ["sequential_bigram", "pairs over visits"],
  ["label_prevalence", "labels"],
] as const;

const ranked: readonly Ranked[] = [
  {
    figure: "nll_per_visit",
    leads: "predicts real records best",
    of: ({ likelihood }) =>
      likelihood === null || likelihood.nll_is_bound ? null : likelihood.nll_per_visit,
    difference: ({ nll_per_visit }) => nll_per_visit,
    isLowBest: true,
    text: (value) => `test loss ${fixed(value, 3)}`,
  },
  ...r2Figures.map(([key, name]): Ranked => ({
    figure: `${key}.r2`,
    leads: `leads in ${name}`,
    of: ({ fidelity }) => fidelity[key].r2,
    difference: ({ figures }) => figures[`${key}.r2`] ?? null,
    text: (value) => `R² ${fixed(value, 3)}`,
  })),
];

/** The models that are ranked, and the floors. */
export function contestantsAndFloors<M extends { readonly model: string }>(
  models: readonly M[],
): { contestants: M[]; floors: M[] } {
  const isFloor = ({ model }: M) => floorOf(model) !== undefined;
  return {
    contestants: models.filter((each) => !isFloor(each)),
    floors: models.filter(isFloor),
  };
}

/** A pair's difference, whichever of the two comes first. */
function pairOf(pairs: readonly Difference[], a: string, b: string): Difference | undefined {
  return pairs.find(({ model, against }) =>
    model === a && against === b || model === b && against === a
  );
}

/** Models with their values, the best first. */
function inOrder(models: readonly ComparedModel[], { of, isLowBest = false }: Ranked) {
  const known = models.flatMap((each) => {
    const value = of(each);
    return value === null ? [] : [{ model: each.model, value }];
  });
  return known.toSorted((a, b) => isLowBest ? a.value - b.value : b.value - a.value);
}

/** Whether the same model leads with every random seed; undefined with one seed. */
function leadsWithEverySeed(
  leader: string,
  models: readonly ComparedModel[],
  { figure, isLowBest = false }: Ranked,
): boolean | undefined {
  const series = models.flatMap(({ model, spread }) =>
    spread?.figures[figure] === undefined ? [] : [{ model, ...spread.figures[figure] }]
  );
  const own = series.find(({ model }) => model === leader);
  if (own === undefined) return undefined;
  const sign = isLowBest ? -1 : 1;
  const isAhead = (one: number | null, other: number | null) =>
    one !== null && other !== null && sign * (one - other) > 0;
  return own.values.every((value, seed) =>
    !series.some(({ values }) => isAhead(values[seed], value))
  );
}

/** On the models behind the best: "its differences from all other models exclude 0". */
export function othersPhrase(tied: readonly string[], apart: number): string {
  if (tied.length === 0) {
    return apart === 1
      ? "the difference from the other model excludes 0"
      : "its differences from all other models exclude 0";
  }
  const differences = tied.length === 1 ? "difference" : "differences";
  return `the ${differences} from ${listed(tied.map(titleOf))} could be sampling variation` +
    (apart > 0 ? ", the others exclude 0" : "");
}

/** Floors that do better than the best model. */
function floorPhrase(
  floors: readonly ComparedModel[],
  kind: Ranked,
  best: number,
): string | undefined {
  const ahead = inOrder(floors, kind)
    .filter(({ value }) => kind.isLowBest ? value < best : value > best);
  if (ahead.length === 0) return undefined;
  return `better floors: ${
    listed(ahead.map(({ model, value }) => `${titleOf(model)} (${fixed(value, 3)})`))
  }`;
}

function rankingOf(
  { models, pairs, about }: Pick<Comparison, "models" | "pairs" | "about">,
  kind: Ranked,
): Ranking | undefined {
  const { contestants, floors } = contestantsAndFloors(models);
  const [leader, ...others] = inOrder(contestants, kind);
  if (leader === undefined || others.length === 0) return undefined;
  const tied = others.filter(({ model }) => {
    const pair = pairOf(pairs, leader.model, model);
    const difference = pair && kind.difference(pair);
    return about.resamples > 0 && difference && !excludesZero(difference);
  }).map(({ model }) => model);
  const seeds = leadsWithEverySeed(leader.model, contestants, kind);
  const parts = [
    `${titleOf(leader.model)} ${kind.leads} (${kind.text(leader.value)})`,
    ...about.resamples > 0 ? [othersPhrase(tied, others.length - tied.length)] : [],
    ...seeds === undefined ? [] : [
      seeds ? "it leads with every random seed" : "with another random seed another model leads",
    ],
    floorPhrase(floors, kind, leader.value),
  ];
  const sentence = `${parts.filter((part) => part !== undefined).join("; ")}.`;
  return { figure: kind.figure, best: [leader.model, ...tied], sentence };
}

/** Who is ahead in the test loss and in each R²; only figures that two models have. */
export function rankingsOf(comparison: Pick<Comparison, "models" | "pairs" | "about">): Ranking[] {
  return ranked.map((kind) => rankingOf(comparison, kind)).filter((each) => each !== undefined);
}

/** Means that may be right, too low or too high. */
const lengths = [
  { name: "Visits per record", of: ({ aggregate }: Fidelity) => aggregate.visits_per_record },
  { name: "Codes per visit", of: ({ aggregate }: Fidelity) => aggregate.codes_per_visit },
  { name: "Days between visits", of: ({ gap_days }: Fidelity) => gap_days },
] as const;

type Fidelity = ComparedModel["fidelity"];

/**
 * A sentence on each mean that models have: which models are right as far as sampling variation can
 * tell (the interval of the difference from the training records holds 0), too low and too high.
 */
export function lengthSentences({ models }: Pick<Comparison, "models">): string[] {
  const { contestants } = contestantsAndFloors(models);
  return lengths.flatMap(({ name, of }) => {
    const known = contestants.flatMap(({ model, fidelity }) => {
      const means = of(fidelity);
      return means === null ? [] : [{ title: titleOf(model), difference: means.difference }];
    });
    if (known.length === 0) return [];
    const right = known.filter(({ difference }) => !excludesZero(difference));
    const named = (wanted: (difference: Estimate) => boolean) =>
      listed(
        known.filter(({ difference }) => wanted(difference))
          .map(({ title, difference }) => `${title} (${signed(difference.value, 2)})`),
      );
    const parts = [
      ["right", listed(right.map(({ title }) => title))],
      ["too few", named(({ high }) => high < 0)],
      ["too many", named(({ low }) => low > 0)],
    ].filter(([, names]) => names !== "").map(([word, names]) => `${word} with ${names}`);
    return [`${name}: ${parts.join("; ")}.`];
  });
}
