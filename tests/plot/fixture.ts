import { type Cohort, subset } from "ehrloom/cohort/cohort.ts";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { evaluate } from "ehrloom/evaluate/evaluate.ts";
import type { Report } from "ehrloom/evaluate/report.ts";
import { random } from "ehrloom/random.ts";
import type { ReportSources } from "ehrloom/plot/report/report.ts";
import { trainingDefaults } from "ehrloom/train/options.ts";

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
    seed: 3,
    resamples: 20,
    run: {
      runConfig: {
        ehrloom: "0",
        model: "hisgt",
        config: { tied: true },
        sources: { semantic_table: markup },
        training: trainingDefaults,
        cohort: "",
        versions: {},
      },
      parameters: {},
      vocabulary: real.vocabulary,
      labelNames: real.labelNames,
      training: [],
    },
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
