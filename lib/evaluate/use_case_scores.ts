/**
 * How fit models are for a use case: a score from 0 to 1, which anyone can compute again.
 *
 * Each figure is put on a scale, on which records of independent marginals (the floor) count 0 and
 * held-out records (the ceiling) 1; a figure beyond either end counts as that end. For privacy, copies
 * of training records count 0, and attacks that find nothing 1. The score is the weighted mean over the
 * figures that all ranked models have. Figures are left out, by name, that were not measured, or
 * whose two ends have intervals that overlap: they cannot tell good from bad. A model for which more
 * than half the weight is missing has no rank.
 *
 * Ends are held fixed; figures move with the resamples of patients, and the intervals of a score and of
 * the difference of two scores are over these. Figures that keep no resamples are held fixed too.
 *
 * @module
 */
import { listed } from "../in_words.ts";
import { floorOf, titleOf } from "../models/mod.ts";
import { type Estimate, r2Estimate } from "./bootstrap.ts";
import type { JudgedModel } from "./comparison.ts";
import { bestOf, type CohortFigures, type KeyFigure, keyFigureOf } from "./key_figures.ts";
import { minus } from "./paired_differences.ts";
import { contestantsAndFloors, othersPhrase } from "./rankings.ts";
import type { Scale } from "./report.ts";
import { capital, excludesZero, fixed, small } from "./summary/words.ts";
import {
  release,
  type UseCaseRanking,
  type UseCases,
  type UseCaseScore,
  type UsedFigure,
  type Weights,
} from "./use_cases.ts";

/** What is ranked. */
export interface Contest {
  readonly models: readonly JudgedModel[];
  /** Figures of held-out records, of independent marginals and of copies of training records. */
  readonly scale: Scale<CohortFigures>;
  /** Resamples of patients behind each interval. */
  readonly resamples: number;
}

/** Weight that must be there for a rank, in percent. */
const leastWeight = 50;

/** A figure with its weight and the ends of its scale; `problem` says why it is of no use. */
interface Weighed {
  readonly key: KeyFigure;
  readonly weight: number;
  readonly zero: Estimate | null;
  readonly one: Estimate | null;
  readonly problem?: string;
}

function weighed(figure: string, weight: number, { models, scale }: Contest): Weighed {
  const key = keyFigureOf(figure);
  const zero = key.of(key.kind === "privacy" ? scale.memoriser : scale.floor);
  const one = models.map((model) => bestOf(key, model, scale.ceiling))
    .find((best) => best !== null) ?? null;
  const found = { key, weight, zero, one };
  if (models.every((model) => key.of(model) === null)) return { ...found, problem: "not measured" };
  if (zero === null || one === null) {
    return { ...found, problem: `what counts ${zero === null ? 0 : 1} is not known` };
  }
  const isApart = key.better === "high" ? zero.high < one.low : zero.low > one.high;
  return isApart
    ? found
    : { ...found, problem: "the intervals of what counts 0 and what counts 1 overlap" };
}

/** A value between the ends of its scale. */
function scaledValue({ zero, one }: Weighed, value: number): number {
  if (zero === null || one === null) return NaN;
  return Math.min(1, Math.max(0, (value - zero.value) / (one.value - zero.value)));
}

function scaledIn(model: JudgedModel, figure: Weighed): number {
  return scaledValue(figure, figure.key.of(model)?.value ?? NaN);
}

function weightOf(figures: readonly Weighed[]): number {
  return figures.reduce((sum, { weight }) => sum + weight, 0);
}

function namesOf(figures: readonly Weighed[]): string {
  return listed(figures.map(({ key }) => key.name));
}

/** Why so few figures give no rank. */
function tooLight(figures: readonly Weighed[], known: readonly Weighed[]): string | undefined {
  if (weightOf(known) >= leastWeight) return undefined;
  const missing = figures.filter((each) => !known.includes(each));
  return `${weightOf(missing)}% of the weight is missing (${namesOf(missing)})`;
}

/** Why a model may not be ranked for release. */
function unfitForRelease(
  model: JudgedModel,
  figures: readonly Weighed[],
  resamples: number,
): string | undefined {
  const attacks = figures.filter(({ key }) => key.kind === "privacy");
  if (attacks.every(({ key }) => key.of(model) === null)) return "privacy was not measured";
  const check = model.privacy?.copying_check?.found;
  if (!check) return "the copying check was not measured";
  if (resamples === 0) return "without resamples the copying check cannot be alarmed";
  return check.alarmed ? "the copying check is alarmed" : undefined;
}

/** [resamples + 1] The score as it is, then in each resample. */
function scoreSeries(
  model: JudgedModel,
  figures: readonly Weighed[],
  resamples: number,
): Float64Array {
  const all = weightOf(figures);
  const scores = new Float64Array(resamples + 1);
  for (const figure of figures) {
    const { key, weight } = figure;
    const value = key.of(model)?.value ?? NaN;
    const series: readonly (number | null)[] | undefined = model.resampled.figures[key.figure];
    for (let i = 0; i <= resamples; i++) {
      const own = i === 0 || series === undefined ? value : series[i] ?? NaN;
      scores[i] += weight / all * scaledValue(figure, own);
    }
  }
  return scores;
}

/** A score with its interval moved, as that of an R² is; both ends are possible scores. */
function scoreOf(series: Float64Array): Estimate {
  const { value, low, high } = r2Estimate(series);
  return { value, low: Math.max(0, low), high };
}

/** Whether a score is higher by more than sampling variation explains. */
function isHigher(one: Float64Array, other: Float64Array): boolean {
  return one[0] > other[0] && excludesZero(r2Estimate(minus(one, other), Infinity));
}

/** Who is ahead, in words. */
function sentenceOf(
  useCase: string,
  models: readonly UseCaseScore[],
  { isAhead, missing, resamples }: {
    isAhead: (one: string, other: string) => boolean;
    /** Figures that are not part of the scores. */
    missing: readonly Weighed[];
    resamples: number;
  },
): string {
  const start = capital(useCase);
  const [leader, ...others] = models.flatMap(({ model, score, rank }) =>
    score === null || rank === null ? [] : [{ model, value: score.value }]
  ).toSorted((a, b) => b.value - a.value);
  if (leader === undefined) {
    const { contestants } = contestantsAndFloors(models);
    const reasons = contestants.length === 0
      ? ["only floors were compared"]
      : [...new Set(contestants.flatMap(({ reason }) => reason ?? []))];
    return `${start}: not ranked: ${reasons.join("; ")}.`;
  }
  const [own, value] = [titleOf(leader.model), fixed(leader.value, 2)];
  const without = missing.length > 0
    ? [
      `without ${listed(missing.map(({ key }) => small(key.name)))} (${
        weightOf(missing)
      }% of the weight)`,
    ]
    : [];
  const floors = models.filter(({ model, score }) =>
    floorOf(model) !== undefined && score !== null && score.value > leader.value
  ).map(({ model, score }) => `${titleOf(model)} (${fixed(score?.value ?? NaN, 2)})`);
  const rest = [...without, ...floors.length > 0 ? [`better floors: ${listed(floors)}`] : []];
  if (others.length === 0) {
    return `${[`${start}: only ${own} is ranked (score ${value})`, ...rest].join("; ")}.`;
  }
  const tied = others.map(({ model }) => model).filter((model) => !isAhead(leader.model, model));
  const parts = [
    `${start}: ${own} scores highest (${value})`,
    ...resamples > 0 ? [othersPhrase(tied, others.length - tied.length)] : [],
    ...rest,
  ];
  return `${parts.join("; ")}.`;
}

/** Which models are ranked, by which figures, and why others are not. */
interface Admission {
  readonly ranked: readonly JudgedModel[];
  /** That all ranked models have. */
  readonly common: readonly Weighed[];
  /** By the model's name. */
  readonly reasons: ReadonlyMap<string, string>;
}

function knownOf(model: JudgedModel, figures: readonly Weighed[]): Weighed[] {
  return figures.filter(({ key, problem }) => problem === undefined && key.of(model) !== null);
}

function admitted(
  useCase: string,
  figures: readonly Weighed[],
  { models, resamples }: Contest,
): Admission {
  const { contestants } = contestantsAndFloors(models);
  const reasons = new Map<string, string>();
  for (const model of contestants) {
    const reason = (useCase === release ? unfitForRelease(model, figures, resamples) : undefined) ??
      tooLight(figures, knownOf(model, figures));
    if (reason !== undefined) reasons.set(model.model, reason);
  }
  const fit = contestants.filter(({ model }) => !reasons.has(model));
  const common = figures.filter((each) => fit.every((model) => knownOf(model, [each]).length > 0));
  const lacking = tooLight(figures, common);
  if (fit.length === 0 || lacking === undefined) return { ranked: fit, common, reasons };
  for (const { model } of fit) reasons.set(model, lacking);
  return { ranked: [], common, reasons };
}

/** All models in one use case. */
function rankingFor(useCase: string, weights: Weights, contest: Contest): UseCaseRanking {
  const { models, resamples } = contest;
  const figures = Object.entries(weights)
    .map(([figure, weight]) => weighed(figure, weight, contest));
  const { ranked, common, reasons } = admitted(useCase, figures, contest);
  const scored = ranked.length === 0
    ? []
    : models.filter((model) => knownOf(model, common).length === common.length);
  const series = new Map(
    scored.map((model) => [model.model, scoreSeries(model, common, resamples)]),
  );
  const isAhead = (one: string, other: string) => {
    const [own, its] = [series.get(one), series.get(other)];
    return own !== undefined && its !== undefined && isHigher(own, its);
  };
  const scores = models.map((model): UseCaseScore => {
    const own = series.get(model.model);
    const reason = reasons.get(model.model);
    const ahead = ranked.filter((other) => isAhead(other.model, model.model)).length;
    return {
      model: model.model,
      score: own === undefined ? null : scoreOf(own),
      rank: ranked.includes(model) ? 1 + ahead : null,
      scaled: Object.fromEntries(
        knownOf(model, figures).map((each) => [each.key.figure, scaledIn(model, each)]),
      ),
      ...reason !== undefined && { reason },
    };
  });
  const missing = figures.filter((each) => !common.includes(each));
  return {
    use_case: useCase,
    figures: figures.map((each) => usedFigure(each, ranked)),
    models: scores,
    sentence: sentenceOf(useCase, scores, { isAhead, missing, resamples }),
  };
}

/** What is said of a figure, and who of those that are ranked lacks it. */
function usedFigure(
  { key, weight, zero, one, problem }: Weighed,
  ranked: readonly JudgedModel[],
): UsedFigure {
  const without = ranked.filter((model) => key.of(model) === null).map(({ model }) =>
    titleOf(model)
  );
  const left_out = problem ??
    (without.length > 0 ? `not measured for ${listed(without)}` : undefined);
  return {
    figure: key.figure,
    name: `${key.name} (${key.quantity})`,
    weight,
    counts_0: zero?.value ?? null,
    counts_1: one?.value ?? null,
    ...left_out !== undefined && { left_out },
  };
}

/**
 * The scores and ranks of all models in each use case.
 *
 * @param useCases with weights of known figures that sum to 100
 */
export function useCaseRankings(useCases: UseCases, contest: Contest): UseCaseRanking[] {
  return Object.entries(useCases)
    .map(([useCase, weights]) => rankingFor(useCase, weights, contest));
}
