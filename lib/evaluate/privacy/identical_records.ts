/**
 * How many records are copies: their visits hold the same codes in the same order as those of a
 * training record. Labels, values and days are not compared, so a copy with other days counts. Short
 * records can be alike without copying; held-out real records show how often.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { object, whole } from "../../files/checked_json.ts";
import { type Estimate, estimateSchema, resampledSums } from "../bootstrap.ts";
import { inTurn } from "../in_turn.ts";
import type { Answer, Asked, Judged, Measure } from "../measure.ts";
import { wilson } from "../wilson.ts";

/** Records that are identical to a training record. */
export interface IdenticalRecords {
  /** How many are. */
  identical: number;
  /** Of how many. */
  records: number;
  /**
   * The share of them, in [0, 1]. Its interval is Wilson's (1927): resamples without any copy would
   * give 0 to 0, however few records there are.
   */
  share: Estimate;
}

/** A hash of a record's visits, in [0, 2³²): FNV-1a over codes and ends of visits. */
function hashOf({ visitOffsets, codeOffsets, codes }: Cohort, record: number): number {
  let hash = 0x811c9dc5;
  for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
    for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
      hash = Math.imul(hash ^ (codes[i] + 1), 0x01000193);
    }
    hash = Math.imul(hash, 0x01000193); // a visit ends: as if its code were 0
  }
  return hash >>> 0;
}

/** Whether two records have the same codes in the same visits. */
function areEqual(a: Cohort, record: number, b: Cohort, other: number): boolean {
  const [from, to] = [a.visitOffsets[record], a.visitOffsets[record + 1]];
  const shift = b.visitOffsets[other] - from;
  if (b.visitOffsets[other + 1] - shift !== to) return false;
  const codeShift = b.codeOffsets[from + shift] - a.codeOffsets[from];
  for (let visit = from; visit < to; visit++) {
    if (b.codeOffsets[visit + 1 + shift] - codeShift !== a.codeOffsets[visit + 1]) return false;
  }
  for (let i = a.codeOffsets[from]; i < a.codeOffsets[to]; i++) {
    if (a.codes[i] !== b.codes[i + codeShift]) return false;
  }
  return true;
}

/**
 * [records] 1 for each record of a cohort that is identical to one of another cohort over the same
 * vocabulary, else 0. Time is linear in the events of both.
 */
export function identicalTo(known: Cohort, cohort: Cohort): Uint8Array {
  const byHash = new Map<number, number[]>();
  for (let record = 0; record < known.recordCount; record++) {
    const hash = hashOf(known, record);
    const alike = byHash.get(hash);
    if (alike === undefined) byHash.set(hash, [record]);
    else if (!areEqual(known, alike[0], known, record)) alike.push(record);
  }
  return Uint8Array.from(
    { length: cohort.recordCount },
    (_, record) =>
      Number(
        byHash.get(hashOf(cohort, record))?.some((each) => areEqual(known, each, cohort, record)) ??
          false,
      ),
  );
}

function answerFor({ role, cohort }: Judged, asked: Asked): Answer<IdenticalRecords> {
  const copies = identicalTo(asked.real.cohort, cohort);
  const sums = resampledSums(
    { role, seed: asked.seed },
    Float64Array.from(copies),
    1,
    asked.resamples,
  );
  const [identical] = sums;
  const records = cohort.recordCount;
  return {
    figures: { identical, records, share: wilson(identical, records) },
    resampled: { share: sums.map((count) => count / records) },
  };
}

/** Records that are identical to a training record. */
export const identicalRecords: Measure<"identical_records", IdenticalRecords> = {
  key: "identical_records",
  question: "How many records are identical to a training record?",
  schema: object({ identical: whole(0), records: whole(1), share: estimateSchema }),
  ask: (asked) => inTurn(asked, (other) => answerFor(other, asked)),
};
