/**
 * R² of every resample from the influences of the patients that were drawn, without counting them.
 *
 * Near R² = 1 three things are corrected. The differences of probabilities are then mostly noise, which
 * makes the variance of the influences too large, by 4 Σ cov² / T². The part of R² that is quadratic in
 * the noise matters, see `second_order.ts`; it has the variance 2 Σ cov² / T². And 1 − R² is a sum of
 * squares that varies by a factor rather than by an amount: what was drawn moves its logarithm, so no R²
 * exceeds 1. Away from 1 none of the three changes much.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import { type Units, unitsOf, unitSums, unitWeights } from "../../bootstrap.ts";
import type { Asked, Judged } from "../../measure.ts";
import { type Moments, slopedFigures as figures } from "../agreement/moments.ts";
import type { Influences } from "./influences.ts";
import type { Part } from "./found.ts";
import { groups, NoiseProducts } from "./second_order.ts";

/** What is linear in the draws of a cohort's resamples. */
export interface Drawn {
  /** [2][resamples + 1] Sum of the influences on R² of the patients drawn; 0 for the cohort as it is. */
  readonly linear: readonly [Float64Array, Float64Array];
  /** [resamples + 1 × groups] Patients drawn of each group beyond its size, in deviations. */
  readonly ofGroups: Float64Array;
}

/** What each unit of a cohort adds to what is drawn. */
interface UnitParts {
  /** [units × 2] Influences on R² of visits, and on R² of records. */
  readonly influences: Float64Array;
  /** [units × groups] Records of each group; absent where a unit is one record, of a group by its number. */
  readonly sizes: Int32Array | undefined;
}

function partsOf(units: Units, [perVisit, perRecord]: Influences["r2"]): UnitParts {
  const both = new Float64Array(2 * perVisit.length);
  for (let record = 0; record < perVisit.length; record++) {
    both[2 * record] = perVisit[record];
    both[2 * record + 1] = perRecord[record];
  }
  const { count, unitOf } = units;
  const sizes = unitOf && new Int32Array(count * groups);
  unitOf?.forEach((unit, record) => {
    if (sizes !== undefined) sizes[unit * groups + record % groups]++;
  });
  return { influences: unitSums(both, 2, units), sizes };
}

/** Adds how many records of each group a resample has drawn. */
function addDrawn(weights: Int32Array, { sizes }: UnitParts, drawn: Int32Array): void {
  for (let unit = 0; unit < weights.length; unit++) {
    const weight = weights[unit];
    if (sizes === undefined) drawn[unit % groups] += weight;
    else for (let i = 0; i < groups; i++) drawn[i] += weight * sizes[unit * groups + i];
  }
}

/** Draws the resamples of a cohort. */
export async function drawnOf(
  { role, cohort: { recordCount } }: Judged,
  r2: Influences["r2"],
  { seed, resamples }: Asked,
  advance: (records: number) => void,
): Promise<Drawn> {
  const units = unitsOf({ role, seed }, recordCount);
  const parts = partsOf(units, r2);
  const weights = new Int32Array(units.count);
  const linear = [new Float64Array(resamples + 1), new Float64Array(resamples + 1)] as const;
  const ofGroups = new Float64Array((resamples + 1) * groups);
  const sizes = Float64Array.from(
    { length: groups },
    (_, group) => Math.ceil((recordCount - group) / groups),
  );
  const drawn = new Int32Array(groups);
  for (let resample = 1; resample <= resamples; resample++) {
    unitWeights({ role, seed }, resample, units, weights);
    for (let unit = 0; unit < weights.length; unit++) {
      linear[0][resample] += weights[unit] * parts.influences[2 * unit];
      linear[1][resample] += weights[unit] * parts.influences[2 * unit + 1];
    }
    drawn.fill(0);
    addDrawn(weights, parts, drawn);
    for (let group = 0; group < groups; group++) {
      const size = sizes[group];
      const beyond = size > 0 ? (drawn[group] - size) / Math.sqrt(size) : 0;
      ofGroups[resample * groups + group] = beyond;
    }
    if (units.unitOf === undefined) advance(recordCount / resamples); // groups take no time
    await breathe();
  }
  return { linear, ofGroups };
}

/** One side of a comparison: its influences and its draws. */
export interface DrawnSide extends Influences {
  readonly drawn: Drawn;
}

/** [resamples + 1] R², from what is linear and what is quadratic in the noise. */
export function linearR2(
  part: Part,
  { values: [r2], total }: Moments,
  [real, other]: readonly [DrawnSide, DrawnSide],
  noise: number,
): Float64Array {
  const found = new Float64Array(real.drawn.linear[part].length).fill(r2);
  const error = 1 - r2;
  const at = part * figures;
  const linearVariance = real.variances[at] + other.variances[at];
  if (!(total > 0 && linearVariance > 0 && error > 0)) return found; // nothing varies
  const products = new NoiseProducts(real.groups[part], other.groups[part]);
  const fromNoise = 4 * products.squaredCovariances / total ** 2;
  const shrunk = Math.sqrt(Math.max(0, 1 - fromNoise / linearVariance));
  const { mean } = products;
  const drawn = new Float64Array(2 * groups);
  for (let resample = 1; resample < found.length; resample++) {
    for (const [i, side] of [real, other].entries()) {
      const from = resample * groups;
      drawn.set(side.drawn.ofGroups.subarray(from, from + groups), i * groups);
    }
    const linear = real.drawn.linear[part][resample] + other.drawn.linear[part][resample];
    const moved = shrunk * linear - (products.of(drawn) - mean) / total;
    found[resample] = 1 - error * Math.exp(-moved / error) - noise;
  }
  return found;
}
