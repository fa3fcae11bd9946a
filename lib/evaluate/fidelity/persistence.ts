/**
 * Is a code of a visit still there in the next one, and in the ones after it? A code's persistence at
 * a lag of k visits is the probability that visit j + k has it, given that visit j has it.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../cohort/cohort.ts";
import { object, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import type { Answer, Asked, Measure } from "../measure.ts";
import {
  rateAnswer,
  type RateFidelity,
  rateFigures,
  type Rates,
  rateSchema,
} from "./compared_rates.ts";
import { type RecordRows, recordRows, resampledFigures, sumsOf } from "./resampled_sums.ts";

const lags = [1, 2, 3] as const;

/** Real pairs of visits that a code must be in the first of; fewer say too little of its persistence. */
const enoughPairs = 30;

/** Persistence at one lag. */
export interface LagPersistence extends RateFidelity {
  /**
   * Codes that are not in `by_code` although the real records have enough of them, since the synthetic
   * ones have no pair of visits of which the first has the code.
   */
  codes_left_out: number;
}

/** Persistence at each lag; null where a cohort has no visits so far apart. */
export interface PersistenceFidelity {
  /** From a visit to the next one. */
  lag_1: LagPersistence | null;
  /** To the second visit after it. */
  lag_2: LagPersistence | null;
  /** To the third visit after it. */
  lag_3: LagPersistence | null;
}

/** [3 lags × 2 × codes] Pairs of visits with each code in the first, and with the code in both. */
function pairs(cohort: Cohort): RecordRows {
  const { visitOffsets, codeOffsets, codes } = cohort;
  const codeCount = cohort.vocabulary.codes.length;
  return recordRows(cohort, lags.length * 2 * codeCount, (record, add) => {
    for (const [i, lag] of lags.entries()) {
      const [first, both] = [2 * i * codeCount, (2 * i + 1) * codeCount];
      for (let visit = visitOffsets[record]; visit + lag < visitOffsets[record + 1]; visit++) {
        let later = codeOffsets[visit + lag];
        for (let event = codeOffsets[visit]; event < codeOffsets[visit + 1]; event++) {
          while (later < codeOffsets[visit + lag + 1] && codes[later] < codes[event]) later++;
          add(first + codes[event]);
          if (later < codeOffsets[visit + lag + 1] && codes[later] === codes[event]) {
            add(both + codes[event]);
          }
        }
      }
    }
  });
}

/** The persistence of codes at a lag; NaN for a code without pairs. */
function ratesOf(sums: Float64Array, lagIndex: number): Rates {
  const codes = sums.length / (2 * lags.length);
  const from = 2 * lagIndex * codes;
  let [first, both] = [0, 0];
  const byCode = new Float64Array(codes);
  for (let code = 0; code < codes; code++) {
    first += sums[from + code];
    both += sums[from + codes + code];
    byCode[code] = sums[from + codes + code] / sums[from + code];
  }
  return { overall: both / first, byCode };
}

/** Codes with enough pairs in the real cohort as it is, and with any in both sums. */
function comparable(enough: readonly number[], real: Rates, other: Rates): number[] {
  return enough.filter((code) =>
    !Number.isNaN(real.byCode[code]) && !Number.isNaN(other.byCode[code])
  );
}

async function ask(asked: Asked, onProgress?: OnProgress): Promise<Answer<PersistenceFidelity>[]> {
  const rows = [asked.real, ...asked.others].map(({ cohort }) => pairs(cohort));
  const [truth, ...others] = rows.map(sumsOf);
  const codes = asked.real.cohort.vocabulary.codes.length;
  const enough = lags.map((_, i) =>
    [...Array(codes).keys()].filter((code) => truth[2 * i * codes + code] >= enoughPairs)
  );
  const compared = (i: number, real: Float64Array, other: Float64Array) => {
    const [a, b] = [ratesOf(real, i), ratesOf(other, i)];
    return { real: a, other: b, codes: comparable(enough[i], a, b) };
  };
  const found = await resampledFigures<string>(
    asked,
    [rows],
    ([real]) => ([other]) =>
      Object.fromEntries(
        lags.flatMap((lag, i) => {
          const { real: a, other: b, codes } = compared(i, real, other);
          return rateFigures(`lag_${lag}`, a, b, codes);
        }),
      ),
    onProgress,
  );
  return found.map((columns, index) => {
    const answers = lags.map((lag, i) => {
      const { length } = compared(i, truth, others[index]).codes;
      const { figures, resampled } = rateAnswer(`lag_${lag}`, columns, length);
      const codes_left_out = enough[i].length - length;
      return { figures: figures && { ...figures, codes_left_out }, resampled };
    });
    const [lag_1, lag_2, lag_3] = answers.map(({ figures }) => figures);
    return {
      figures: { lag_1, lag_2, lag_3 },
      resampled: Object.assign({}, ...answers.map(({ resampled }) => resampled)),
    };
  });
}

const lagSchema = v.nullable(object({
  ...rateSchema.entries,
  codes_left_out: whole(0),
}));

/**
 * Persistence of codes over 1, 2 and 3 visits: of all codes together, weighted by how often they
 * occur, and R² over the codes that at least 30 real pairs of visits have in the first.
 */
export const persistence: Measure<"persistence", PersistenceFidelity> = {
  key: "persistence",
  question: "Do codes stay from visit to visit as they do in real records?",
  schema: object({ lag_1: lagSchema, lag_2: lagSchema, lag_3: lagSchema }),
  ask,
};
