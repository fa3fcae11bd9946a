/**
 * Rates of codes, such as how often a code comes back: of all codes together, and code by code.
 *
 * @module
 */
import { object } from "../../files/checked_json.ts";
import type { Answer } from "../measure.ts";
import { type ComparedRatio, comparedRatio, comparedRatioSchema } from "../ratio.ts";
import {
  type ProbabilityFidelity,
  probabilityFidelity,
  probabilitySchema,
} from "./probability_fidelity.ts";
import { r2 } from "./r2.ts";

/** A rate in both cohorts, and how closely the rates of single codes are followed. */
export interface RateFidelity {
  /** Of all codes together. */
  rate: ComparedRatio;
  /** R² over the rates of single codes, real as truth. */
  by_code: ProbabilityFidelity;
}

/** A {@link RateFidelity}, when it is read from a file. */
export const rateSchema = object({
  rate: comparedRatioSchema,
  by_code: probabilitySchema,
});

/** Rates of one cohort or resample. */
export interface Rates {
  /** Of all codes together; NaN if undefined, such as 0 / 0. */
  readonly overall: number;
  /** [codes] Of each code. */
  readonly byCode: ArrayLike<number>;
}

/**
 * The figures of one resample, for `resampledFigures`.
 *
 * @param path of the rate in the measure's figures
 * @param codes those whose rates are compared
 */
export function rateFigures(
  path: string,
  real: Rates,
  synthetic: Rates,
  codes: readonly number[],
): [name: string, figure: number][] {
  const ofCodes = ({ byCode }: Rates) => {
    const rates = new Float64Array(codes.length);
    for (let i = 0; i < codes.length; i++) rates[i] = byCode[codes[i]];
    return rates;
  };
  return [
    [`${path}.rate.real`, real.overall],
    [`${path}.rate.synthetic`, synthetic.overall],
    [`${path}.by_code.r2`, r2(ofCodes(real), ofCodes(synthetic))],
  ];
}

/**
 * A rate with its intervals, and its headline figures by their paths.
 *
 * @param columns by name, [resamples + 1] of each figure of {@link rateFigures}
 * @param codes that the R² of the cohorts as they are is over
 * @returns null as figures if the rate is undefined in one of the cohorts
 */
export function rateAnswer(
  path: string,
  columns: Readonly<Record<string, Float64Array>>,
  codes: number,
): Answer<RateFidelity | null> {
  const real = columns[`${path}.rate.real`];
  const synthetic = columns[`${path}.rate.synthetic`];
  const byCode = columns[`${path}.by_code.r2`];
  if (Number.isNaN(real[0]) || Number.isNaN(synthetic[0])) return { figures: null, resampled: {} };
  return {
    figures: {
      rate: comparedRatio(real, synthetic),
      by_code: probabilityFidelity(byCode, codes),
    },
    resampled: {
      [`${path}.rate.synthetic`]: synthetic,
      ...codes > 0 && { [`${path}.by_code.r2`]: byCode },
    },
  };
}
