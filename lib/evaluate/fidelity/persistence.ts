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

/**
 * [2 × 3 lags × codes] Visits with each code that have 1, 2, and at least 3 later ones; then pairs of
 * visits with the code in both, at each lag.
 */
function pairs(cohort: Cohort): RecordRows {
  const { visitOffsets, codeOffsets, codes } = cohort;
  const codeCount = cohort.vocabulary.codes.length;
  const lastVisit = new Int32Array(codeCount).fill(-1);
  const history = new Uint8Array(codeCount); // bit k: the code is k visits before its last one, too
  return recordRows(cohort, 2 * lags.length * codeCount, (record, add) => {
    const [start, end] = [visitOffsets[record], visitOffsets[record + 1]];
    for (let visit = start; visit < end; visit++) {
      const later = Math.min(lags.length, end - 1 - visit);
      for (let event = codeOffsets[visit]; event < codeOffsets[visit + 1]; event++) {
        const code = codes[event];
        if (later > 0) add((later - 1) * codeCount + code);
        const since = visit - lastVisit[code]; // not above 0 where the record is read again
        const isKnown = lastVisit[code] >= start && since > 0 && since <= lags.length;
        const before = isKnown ? history[code] << since : 0;
        for (let lag = 1; lag <= lags.length; lag++) {
          if ((before >> lag & 1) === 1) add((lags.length + lag - 1) * codeCount + code);
        }
        history[code] = before | 1;
        lastVisit[code] = visit;
      }
    }
  });
}

/** [codes] Pairs of visits at a lag with each code in the first, from sums of {@link pairs}. */
function firstsOf(sums: Float64Array, lagIndex: number): Float64Array {
  const codes = sums.length / (2 * lags.length);
  const firsts = new Float64Array(codes);
  for (let cell = lagIndex * codes; cell < lags.length * codes;) {
    for (let code = 0; code < codes; code++) firsts[code] += sums[cell++];
  }
  return firsts;
}

/** The persistence of codes at a lag; NaN for a code without pairs. */
function ratesOf(sums: Float64Array, lagIndex: number): Rates {
  const firsts = firstsOf(sums, lagIndex);
  const from = (lags.length + lagIndex) * firsts.length;
  let [first, both] = [0, 0];
  const byCode = new Float64Array(firsts.length);
  for (let code = 0; code < firsts.length; code++) {
    first += firsts[code];
    both += sums[from + code];
    byCode[code] = sums[from + code] / firsts[code];
  }
  return { overall: both / first, byCode };
}

/** Codes with enough pairs in the real cohort as it is, and with any in both sums. */
function comparable(enough: readonly number[], real: Rates, other: Rates): number[] {
  const codes: number[] = [];
  for (const code of enough) {
    if (!Number.isNaN(real.byCode[code]) && !Number.isNaN(other.byCode[code])) codes.push(code);
  }
  return codes;
}

async function ask(asked: Asked, onProgress?: OnProgress): Promise<Answer<PersistenceFidelity>[]> {
  const rows = [asked.real, ...asked.others].map(({ cohort }) => pairs(cohort));
  const truth = sumsOf(rows[0]);
  const enough = lags.map((_, i) => {
    const firsts = firstsOf(truth, i);
    return [...firsts.keys()].filter((code) => firsts[code] >= enoughPairs);
  });
  const found = await resampledFigures<string>(asked, [rows], ([real]) => {
    const ofReal = lags.map((_, i) => ratesOf(real, i));
    return ([other]) =>
      Object.fromEntries(
        lags.flatMap((lag, i) => {
          const own = ratesOf(other, i);
          const codes = comparable(enough[i], ofReal[i], own);
          return [
            ...rateFigures(`lag_${lag}`, ofReal[i], own, codes),
            [`lag_${lag}.codes`, codes.length],
          ];
        }),
      );
  }, onProgress);
  return found.map((columns) => {
    const answers = lags.map((lag, i) => {
      const codes = columns[`lag_${lag}.codes`][0];
      const { figures, resampled } = rateAnswer(`lag_${lag}`, columns, codes);
      const codes_left_out = enough[i].length - codes;
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
