// Scores and ranks from figures that are written by hand.
import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { JudgedModel } from "ehrloom/evaluate/comparison.ts";
import type { CohortFigures } from "ehrloom/evaluate/key_figures.ts";
import { useCaseRankings } from "ehrloom/evaluate/use_case_scores.ts";
import { smallComparison } from "../plot/fixture.ts";

const { comparison: { models: [template] } } = await smallComparison();

const around = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 });
const r2 = (value: number) => ({
  r2: value,
  r2_low: value - 0.01,
  r2_high: value + 0.01,
  r2_median: value,
  keys: 9,
});

/** What is known of a cohort: R² of pairs within a visit and over visits, and of privacy. */
interface Known {
  readonly within?: number;
  readonly over?: number;
  readonly attributes?: number;
  readonly alarmed?: boolean;
}

function figuresOf({ within, over, attributes, alarmed }: Known): CohortFigures {
  const none = { attack: around(0), baseline: around(0), difference: around(0) };
  const closest = { low: around(1), median: around(1) };
  const to = { distance: closest, ratio: closest };
  return {
    fidelity: {
      ...within !== undefined && { same_visit_bigram: r2(within) },
      ...over !== undefined && { sequential_bigram: r2(over) },
    },
    privacy: {
      ...attributes !== undefined && {
        attribute_inference: {
          attacked: 9,
          references: 9,
          known_codes: 9,
          corrected: { k1: { ...none, difference: around(attributes) }, k10: none },
          published: null,
          left_out: [],
        },
      },
      ...alarmed !== undefined && {
        copying_check: {
          records: 9,
          compared_with: 9,
          training_samples: 1,
          found: { share: around(0.5), alarmed, to_training: to, to_held_out: to },
          left_out: [],
        },
      },
    },
  };
}

/** A model whose resamples lie at −step, 0 and +step around each R². */
function judged(model: string, known: Known, step = 0): JudgedModel {
  const none = { r2: null, r2_low: null, r2_high: null, r2_median: null, keys: 0 };
  const { fidelity, privacy } = figuresOf(known);
  const series = (value: number | undefined) =>
    value === undefined ? [] : [value, value - step, value, value + step];
  return {
    ...template,
    model,
    fidelity: {
      ...template.fidelity,
      same_visit_bigram: none,
      sequential_bigram: none,
      ...fidelity,
    },
    privacy,
    resampled: {
      figures: {
        "same_visit_bigram.r2": series(known.within),
        "sequential_bigram.r2": series(known.over),
      },
      nll: null,
    },
  };
}

const scale = {
  ceiling: figuresOf({ within: 0.9, over: 0.8 }),
  floor: figuresOf({ within: 0.1, over: 0.3 }),
  memoriser: figuresOf({ within: 1, over: 1, attributes: 0.2 }),
};
const pairs = { "same_visit_bigram.r2": 75, "sequential_bigram.r2": 25 };
const ranked = (models: JudgedModel[], weights: Record<string, number> = pairs, resamples = 3) =>
  useCaseRankings({ teaching: weights }, { models, scale, resamples })[0];

Deno.test("a score is the weighted mean of figures between floor and ceiling, clipped", () => {
  const { models, figures, sentence } = ranked([
    judged("halo", { within: 0.5, over: 0.4 }), // 0.4 / 0.8 and 0.1 / 0.5
    judged("gpt", { within: 0.95, over: 0.2 }), // beyond the ceiling, and below the floor
    judged("markov", { within: 0.1, over: 0.8 }),
  ]);
  const scores = models.map(({ score }) => score?.value ?? NaN);
  assertAlmostEquals(scores[0], 0.75 * 0.5 + 0.25 * 0.2, 1e-12);
  assertAlmostEquals(scores[1], 0.75, 1e-12);
  assertAlmostEquals(scores[2], 0.25, 1e-12);
  assertEquals(models.map(({ rank }) => rank), [2, 1, null]); // a floor has a score and no rank
  assertEquals(
    sentence,
    "Teaching: GPT scores highest (0.75); the difference from the other model excludes 0.",
  );
  assertEquals(models[1].scaled, { "same_visit_bigram.r2": 1, "sequential_bigram.r2": 0 });
  assertEquals(figures[0], {
    figure: "same_visit_bigram.r2",
    name: "Pairs within a visit (R²)",
    weight: 75,
    counts_0: 0.1,
    counts_1: 0.9,
  });
});

Deno.test("models share a rank where the interval of their difference holds 0", () => {
  const close = ranked([
    judged("halo", { within: 0.5, over: 0.5 }, 0.2),
    judged("gpt", { within: 0.55, over: 0.5 }, -0.2), // moves the other way in each resample
    judged("lstm", { within: 0.2, over: 0.31 }),
  ]);
  assertEquals(close.models.map(({ rank }) => rank), [1, 1, 3]);
  assertEquals(
    close.sentence,
    "Teaching: GPT scores highest (0.52); the difference from HALO could be sampling variation, " +
      "the others exclude 0.",
  );
  const paired = ranked([
    judged("halo", { within: 0.5, over: 0.5 }, 0.2),
    judged("gpt", { within: 0.55, over: 0.5 }, 0.2), // the same in each resample
  ]);
  assertEquals(paired.models.map(({ rank }) => rank), [2, 1]);
  const [{ score }] = paired.models;
  // 0.75 × ±0.2 / 0.8 and 0.25 × ±0.2 / 0.5 at the ends of three resamples
  assertAlmostEquals((score?.high ?? 0) - (score?.value ?? 0), 0.95 * (0.1875 + 0.1), 1e-9);
});

Deno.test("a figure counts for nobody that a ranked model lacks, and is named", () => {
  const weights = { "same_visit_bigram.r2": 60, "sequential_bigram.r2": 30, "c2st.auc": 10 };
  const { models, figures } = ranked([
    judged("halo", { within: 0.5, over: 0.8 }),
    judged("gpt", { within: 0.3 }),
  ], weights);
  assertEquals(models.map(({ score }) => score?.value.toFixed(3)), ["0.500", "0.250"]);
  assertEquals(figures.map(({ left_out }) => left_out), [
    undefined,
    "not measured for GPT",
    "what counts 0 is not known",
  ]);
});

Deno.test("a model is not ranked if more than half the weight is missing", () => {
  const at = (within: number) => ({
    "same_visit_bigram.r2": within,
    "prdc.coverage": 100 - within,
  });
  const models = [judged("halo", { within: 0.5 }), judged("gpt", { within: 0.6 })];
  assertEquals(ranked(models, at(50)).models.map(({ rank }) => rank), [2, 1]);
  const { models: [first], sentence } = ranked(models, at(49));
  assertEquals([first.rank, first.score], [null, null]);
  assertEquals(first.reason, "51% of the weight is missing (Coverage)");
  assertEquals(sentence, "Teaching: not ranked: 51% of the weight is missing (Coverage).");
  const alone = ranked([judged("halo", { over: 0.5 }), judged("gpt", { within: 0.6 })]);
  assertEquals(
    alone.sentence,
    "Teaching: only GPT is ranked (score 0.63); without pairs over visits (25% of the weight).",
  );
});

Deno.test("a comparison of floors alone says that they are not ranked, also without figures of privacy", () => {
  const floors = [judged("markov", { within: 0.5 }), judged("independent", { within: 0.1 })];
  const { models, sentence } = ranked(floors, { "same_visit_bigram.r2": 100 });
  assertEquals(models.map(({ rank, reason }) => [rank, reason]), [[null, undefined], [
    null,
    undefined,
  ]]);
  assertEquals(sentence, "Teaching: not ranked: only floors were compared.");
  const [release] = useCaseRankings({ release: pairs }, { models: floors, scale, resamples: 3 });
  assertEquals(release.sentence, "Release: not ranked: only floors were compared.");
});

Deno.test("a floor that does better than all models is named", () => {
  const { sentence } = ranked([
    judged("halo", { within: 0.5, over: 0.3 }),
    judged("gpt", { within: 0.3, over: 0.3 }),
    judged("markov", { within: 0.7, over: 0.3 }),
  ]);
  assertEquals(
    sentence,
    "Teaching: HALO scores highest (0.38); the difference from the other model excludes 0; better " +
      "floors: Markov (0.56).",
  );
});

Deno.test("a figure is left out if floor and ceiling cannot be told apart", () => {
  const alike = { ...scale, floor: figuresOf({ within: 0.885, over: 0.3 }) }; // ± 0.01 each
  const [{ figures }] = useCaseRankings({ teaching: pairs }, {
    models: [judged("halo", { within: 0.5, over: 0.8 })],
    scale: alike,
    resamples: 3,
  });
  assertEquals(figures.map(({ left_out }) => left_out), [
    "the intervals of what counts 0 and what counts 1 overlap",
    undefined,
  ]);
});

Deno.test("release needs figures of privacy and a copying check without alarm", () => {
  const weights = { "attribute_inference.corrected.k1.difference": 80, "same_visit_bigram.r2": 20 };
  const found = (models: JudgedModel[], resamples = 3) =>
    useCaseRankings({ release: weights }, { models, scale, resamples })[0];
  const { models, sentence } = found([
    judged("halo", { within: 0.9, attributes: 0.05, alarmed: false }), // 1 − 0.05 / 0.2
    judged("gpt", { within: 0.9, attributes: 0, alarmed: true }),
    judged("lstm", { within: 0.9 }),
    judged("eva", { within: 0.9, attributes: 0 }),
  ]);
  assertAlmostEquals(models[0].score?.value ?? NaN, 0.8 * 0.75 + 0.2, 1e-12);
  assertEquals(models.map(({ rank, reason }) => reason ?? rank), [
    1,
    "the copying check is alarmed",
    "privacy was not measured",
    "the copying check was not measured",
  ]);
  assertEquals(sentence, "Release: only HALO is ranked (score 0.80).");
  const unmeasured = found([judged("halo", { within: 0.9 }), judged("gpt", { within: 0.9 })]);
  assertEquals(unmeasured.sentence, "Release: not ranked: privacy was not measured.");
  const without = found([judged("halo", { within: 0.9, attributes: 0, alarmed: false })], 0);
  assertEquals(
    without.models[0].reason,
    "without resamples the copying check cannot be alarmed",
  );
});
