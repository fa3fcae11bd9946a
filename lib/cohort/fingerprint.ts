import { sha256OfParts } from "../files/sha256.ts";
import type { Cohort } from "./cohort.ts";
import { raceNamesOf } from "./races.ts";
import { microsecondsPerDay, sameTime } from "./time.ts";

/** Days below which a visit is at the time of the one before it. */
const shortestGap = sameTime / microsecondsPerDay;

/**
 * A SHA-256 of everything that a model can learn from a cohort: codes, labels, visits and splits;
 * for cohorts with values or demographics also these and all days, those between visits in float32
 * (as runs of earlier versions know them). Equal cohorts have equal
 * fingerprints, whatever files they came from.
 *
 * @returns 64 hexadecimal digits
 */
export async function fingerprint(source: Cohort): Promise<string> {
  const { vocabulary, labelNames, visitOffsets, codeOffsets, codes, labels, splits } = source;
  const { startDays, gapDays, values, demographics } = source;
  const names = JSON.stringify([vocabulary.codes, labelNames]);
  const parts: (Uint8Array | Uint32Array | Float32Array | Float64Array)[] = [
    new TextEncoder().encode(names),
    ...[visitOffsets, codeOffsets, codes, labels, splits ?? new Uint8Array(0)],
  ];
  if (values !== null || demographics !== null) {
    parts.push(startDays, Float32Array.from(gapDays, (days) => days < shortestGap ? 0 : days));
  }
  if (values !== null) parts.push(values);
  if (demographics !== null) parts.push(demographics.birthDays, demographics.sexes);
  if (demographics?.races !== undefined) {
    const races = raceNamesOf(demographics.races, source.recordCount);
    parts.push(new TextEncoder().encode(JSON.stringify(races)));
  }
  return await sha256OfParts(parts);
}
