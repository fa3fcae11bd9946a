// Cohorts of any size by seed, straight into typed arrays.
import { type Cohort, cohort, random, vocabulary } from "ehrloom";

/** How a {@link longCohort} is drawn. */
export interface LongCohortOptions {
  readonly records: number;
  readonly codes: number;
  readonly seed: number;
  /** Share of codes that are among the record's own 12; the rest is drawn anew. */
  readonly persistence?: number;
}

/**
 * Records of 1 to 67 visits, 34 on average, with 1 to 6 codes, 3.5 on average. The k-th code is about
 * 1 / k as frequent as the first; each record has 12 codes of its own, so it repeats itself.
 */
export function longCohort(
  { records, codes, seed, persistence = 0.7 }: LongCohortOptions,
): Cohort {
  const draws = random(seed);
  const drawCode = () => Math.min(codes, Math.floor((codes + 1) ** draws.uniform())) - 1;
  const visitOffsets = new Uint32Array(records + 1);
  for (let record = 0; record < records; record++) {
    visitOffsets[record + 1] = visitOffsets[record] + 1 + draws.integer(67);
  }
  const visits = visitOffsets[records];
  const codeOffsets = new Uint32Array(visits + 1);
  const held = new Uint32Array(visits * 6);
  const own = new Uint32Array(12);
  let end = 0;
  for (let record = 0; record < records; record++) {
    for (let i = 0; i < own.length; i++) own[i] = drawCode();
    for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
      const from = end;
      const wanted = from + 1 + draws.integer(6);
      while (end < wanted) {
        const code = draws.uniform() < persistence ? own[draws.integer(own.length)] : drawCode();
        let at = end;
        while (at > from && held[at - 1] > code) at--;
        if (at > from && held[at - 1] === code) continue;
        held.copyWithin(at + 1, at, end);
        held[at] = code;
        end++;
      }
      codeOffsets[visit + 1] = end;
    }
  }
  return cohort({
    vocabulary: vocabulary(Array.from({ length: codes }, (_, code) => `code${code}`)),
    labelNames: [],
    subjectIds: BigInt64Array.from({ length: records }, (_, record) => BigInt(record)),
    visitOffsets,
    codeOffsets,
    codes: held.slice(0, end),
    labels: new Uint8Array(0),
    startDays: new Float64Array(records),
    gapDays: new Float64Array(visits),
    values: null,
    demographics: null,
    splits: null,
  });
}
