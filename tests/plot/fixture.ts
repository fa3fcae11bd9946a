import { type Cohort, subset } from "ehrloom/cohort/cohort.ts";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { allDifferencesOf, differencesOf, type JudgedModel } from "ehrloom/evaluate/comparison.ts";
import { evaluate } from "ehrloom/evaluate/evaluate.ts";
import { likelihoodMetrics } from "ehrloom/evaluate/likelihood/likelihood.ts";
import type { Likelihood, Report } from "ehrloom/evaluate/report.ts";
import { random } from "ehrloom/random.ts";
import type { Compared } from "ehrloom/plot/comparison/comparison.ts";
import type { ReportSources } from "ehrloom/plot/report/report.ts";
import type { UseCaseRanking, UseCaseScore } from "ehrloom/evaluate/use_cases.ts";
import { runOf } from "../evaluate/run_of.ts";
import { tinyTraining } from "../tiny.ts";

/** Would set `broken` in any page that took it for markup. */
export const markup = `</script></title><script>globalThis.broken = 1</script>` +
  `<img src="https://example.org/x.png" onerror="globalThis.broken = 1"><b>bold</b> & "quoted"\u00a0&nbsp;`;

/** The code that most visits hold. */
export const commonCode = { code: "SNOMED//59621000", description: "Essential hypertension" };

const codes = [
  commonCode.code,
  `SNOMED//${markup}`,
  ...Array.from({ length: 28 }, (_, index) => `RxNorm//${1000 + index}`),
];
const descriptions = [
  commonCode.description,
  markup,
  ...Array.from({ length: 28 }, (_, index) => `Medication ${index + 1} 10 MG Oral Tablet`),
];

/** 300 records of a few visits over 30 codes; the first two codes are common. */
export function smallCohort(seed: number): Cohort {
  const draws = random(seed);
  const visit = () => codes.keys().filter((code) => draws.uniform() < 0.6 / (code + 1)).toArray();
  return cohortOf(
    vocabulary(codes, descriptions),
    ["asthma", markup],
    Array.from({ length: 300 }, (_, index) => ({
      visits: Array.from({ length: 1 + draws.integer(6) }, visit),
      labels: [Number(draws.uniform() < 0.4), Number(draws.uniform() < 0.2)],
      split: index < 200 ? 0 : 2,
    })),
  );
}

/** The same with days between visits, and values of the first two codes: 20 to 90, 30 to 100. */
export function measuredCohort(seed: number): Cohort {
  const source = smallCohort(seed);
  const draws = random(seed);
  return {
    ...source,
    values: Float32Array.from(
      source.codes,
      (code) => code < 2 ? 20 + 10 * code + 10 * draws.integer(8) : NaN,
    ),
    gapDays: source.gapDays.map((_, visit) => source.visitOffsets.includes(visit) ? 0 : 7),
  };
}

/** A report on two such cohorts, with markup wherever text from outside can be. */
export async function smallReport(): Promise<{ report: Report; sources: ReportSources }> {
  const real = smallCohort(1);
  const synthetic = smallCohort(2);
  const report = await evaluate(real, synthetic, {
    quick: true,
    seed: 3,
    resamples: 20,
    run: runOf(real, {
      model: "hisgt",
      config: { tied: true },
      sources: { semantic_table: markup },
    }),
    cutOff: 7,
  });
  const train = subset(real, Array.from({ length: 200 }, (_, index) => index));
  const training = [3, 2, 1.5, 1.4].map((loss, index) => ({
    epoch: index + 1,
    train_loss: loss,
    validation_loss: loss + 0.1 * index,
  }));
  return { report, sources: { real: train, synthetic, training } };
}

/** Test metrics of a model that gives only a bound and does not know 2 of the codes. */
export function smallLikelihood(): Likelihood {
  const hits = { truePositives: 3, falsePositives: 1, falseNegatives: 1 };
  const record = { logProbability: -6, visits: 3, positives: 4, hits };
  return likelihoodMetrics([record, record], 33, {
    resamples: 20,
    isBound: true,
    unseenCodeOccurrences: 2,
  });
}

const scored = (model: string, value: number, rank: number | null): UseCaseScore => ({
  model,
  score: { value, low: value - 0.1, high: value + 0.1 },
  rank,
  scaled: { "same_visit_bigram.r2": value, "sequential_bigram.r2": value },
});
const teaching: UseCaseRanking = {
  use_case: "teaching",
  figures: [
    {
      figure: "same_visit_bigram.r2",
      name: "Pairs within a visit (R²)",
      weight: 60,
      counts_0: 0.1,
      counts_1: 0.9,
    },
    {
      figure: "sequential_bigram.r2",
      name: "Pairs over visits (R²)",
      weight: 40,
      counts_0: -0.2,
      counts_1: 0.8,
    },
  ],
  models: [scored("halo", 0.5, 1), scored("eva", 0.4, 2), scored("markov", 0.3, null)],
  sentence: "Teaching: HALO scores highest (0.50); the difference from the other model excludes 0.",
};
const release: UseCaseRanking = {
  use_case: "release",
  figures: [{
    figure: "linkability.outcome.risk",
    name: "Linkability (risk)",
    weight: 100,
    counts_0: null,
    counts_1: 0,
    left_out: "not measured",
  }],
  models: ["halo", "eva", "markov"].map((model) => ({
    model,
    score: null,
    rank: null,
    scaled: {},
    ...model !== "markov" && { reason: "privacy was not measured" },
  })),
  sentence: "Release: not ranked: privacy was not measured.",
};

/** A comparison of three models on {@link smallReport}'s records: without likelihood, and with. */
export async function smallComparison(): Promise<Compared> {
  const { report, sources: { real, synthetic } } = await smallReport();
  if (report.fidelity === undefined) throw new Error("the report has no fidelity");
  const { ceiling, floor, memoriser, records_without_visits, ...fidelity } = report.fidelity;
  const resampled = Array.from({ length: 21 }, (_, i) => 0.9 + i / 1000);
  const judged = (model: string, likelihood: Likelihood | null): JudgedModel => ({
    model,
    form: "intended",
    config: { width: 8 },
    parameters: 1000,
    epochs: 4,
    best_epoch: 3,
    training_seconds: 12,
    generation_seconds: 3,
    records_cut_off: 7,
    records_without_visits,
    likelihood,
    fidelity,
    resampled: {
      figures: {
        "unigram.r2": resampled,
        "same_visit_bigram.r2": resampled,
        "sequential_bigram.r2": resampled,
      },
      nll: likelihood && resampled,
    },
  });
  const exact = { ...smallLikelihood(), nll_is_bound: false };
  const models = [judged("halo", exact), judged("eva", smallLikelihood()), judged("markov", null)];
  const scale = {
    ceiling: { fidelity: ceiling },
    floor: { fidelity: floor },
    memoriser: { fidelity: memoriser },
  };
  const { about: { ehrloom, created, seed, resamples, min_cell, real: sizes, versions } } = report;
  return {
    comparison: {
      about: {
        ehrloom,
        created,
        seed,
        resamples,
        min_cell,
        training: tinyTraining,
        real: sizes,
        versions,
      },
      ceiling,
      scale,
      models: models.map(({ resampled: _, ...model }) => model),
      differences: differencesOf(models),
      pairs: allDifferencesOf(models),
      use_cases: [teaching, release],
    },
    real,
    synthetic: new Map(models.map(({ model }) => [model, synthetic])),
  };
}
