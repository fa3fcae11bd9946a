/**
 * Scores by which an attacker who has only the synthetic records ranks real records: the higher, the
 * likelier a member. The distance of two records is Jaccard's over the codes of the whole record.
 *
 * Where there is a reference (real records that are neither members nor scored), scores are calibrated
 * by it: a record that is near to everything is near to synthetic records too, and no member for that.
 *
 * @module
 */
import { quantile } from "../../../cohort/quantile.ts";
import { nearest } from "../distances/nearest.ts";
import { type RecordSets } from "../distances/record_sets.ts";
import type { OnProgress } from "../../../progress.ts";

/** Nearest records that are known of each scored record. */
export const neighbours = 10;

/** Added to distances, so that the logarithm of a copy's is finite. */
const nearnessOfCopies = 0.01;

/** Distances of scored records to their nearest records, ascending. */
export interface ScoredDistances {
  /** [scored × neighbours] To synthetic records. */
  readonly synthetic: Float64Array;
  /** [scored × neighbours] To reference records, if there are any. */
  readonly reference?: Float64Array | undefined;
  /** Numbers of synthetic and of reference records. */
  readonly counts: { readonly synthetic: number; readonly reference: number };
  /** Median distance of a reference record to the nearest other one. */
  readonly bandwidth: number;
}

/** Median distance to the nearest other record. */
export async function medianSpacing(records: RecordSets, onProgress: OnProgress): Promise<number> {
  const { distances } = await nearest(records, records, {
    distance: "jaccard",
    skipped: "self",
    onProgress,
  });
  return quantile(distances.slice().sort(), 0.5);
}

/** [scored] The distance to the nearest of some records. */
function closest(distances: Float64Array): Float64Array {
  return Float64Array.from(
    { length: distances.length / neighbours },
    (_, record) => distances[record * neighbours],
  );
}

/** [scored] A sum over the nearest records of each. */
function summed(distances: Float64Array, term: (distance: number) => number): Float64Array {
  return Float64Array.from(
    { length: distances.length / neighbours },
    (_, record) =>
      distances.subarray(record * neighbours, (record + 1) * neighbours)
        .reduce((sum, each) => sum + (each === Infinity ? 0 : term(each)), 0),
  );
}

/** Log density at each record, by an exponential kernel over its nearest records. */
function logDensity(distances: Float64Array, bandwidth: number, count: number): Float64Array {
  const scale = Math.max(bandwidth, nearnessOfCopies);
  return summed(distances, (each) => Math.exp(-each / scale))
    .map((sum) => Math.log(sum / count + Number.MIN_VALUE));
}

/**
 * [scored] The records within a distance, nearer ones counting more: Monte Carlo attack with the
 * median heuristic (Hilprecht et al. 2019), over the nearest ten.
 */
function neighbourhood(distances: Float64Array): Float64Array {
  const radius = quantile(closest(distances).sort(), 0.5);
  return summed(
    distances,
    (each) =>
      each > radius ? 0 : 1 + Math.log((radius + nearnessOfCopies) / (each + nearnessOfCopies)),
  );
}

/**
 * [scored] Scores by name:
 *
 * - `closest_record`: minus the distance to the nearest synthetic record
 * - `neighbourhood`: synthetic records near by, see Hilprecht et al. 2019
 * - `calibrated_distance`: distance to the nearest reference record minus that to the nearest synthetic
 *   one
 * - `density_ratio`: log density of synthetic records minus that of reference records (DOMIAS, van
 *   Breugel et al. 2023)
 */
export function distanceScores(
  { synthetic, reference, counts, bandwidth }: ScoredDistances,
): Map<string, Float64Array> {
  const nearestSynthetic = closest(synthetic);
  const scores = new Map([
    ["closest_record", nearestSynthetic.map((each) => -each)],
    ["neighbourhood", neighbourhood(synthetic)],
  ]);
  if (reference === undefined) return scores;
  const nearestReference = closest(reference);
  const expected = logDensity(reference, bandwidth, counts.reference);
  return scores
    .set("calibrated_distance", nearestSynthetic.map((each, i) => nearestReference[i] - each))
    .set(
      "density_ratio",
      logDensity(synthetic, bandwidth, counts.synthetic).map((each, i) => each - expected[i]),
    );
}
