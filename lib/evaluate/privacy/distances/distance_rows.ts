/**
 * Distances of one record to all records of a reference set, exactly.
 *
 * The items that two records share are counted by an inverted index: for each item of the record, the
 * references that hold it. Work is proportional to the shared items, which are few in coded records:
 * about 30 of 130 codes, where XOR and popcount of bit-packed sets pass over all 10,000 codes
 * (tests/bench/distances_bench.ts measures both).
 *
 * @module
 */
import type { Cohort } from "../../../cohort/cohort.ts";
import { recordCountOf, type RecordSets } from "./record_sets.ts";

/**
 * How far apart two records are:
 *
 * - `symmetric_difference`: items that only one of them holds
 * - `jaccard`: their share of the items that either holds, in [0, 1]; 0 for two empty records
 * - `visits`: labels that differ, plus codes that differ visit by visit, plus 1 if the numbers of
 *   visits differ. A visit that only one record has counts with all its codes
 * - `visits_as_published`: the same, but without the codes of the reference's visits beyond the last
 *   one of the record, so it is not symmetric (Theodorou et al. 2023, published code)
 */
export type Distance = "symmetric_difference" | "jaccard" | "visits" | "visits_as_published";

/** For each item, the references that hold it. */
export interface Postings {
  /** [items + 1] */
  readonly offsets: Uint32Array;
  /** Indices of references, ascending within an item. */
  readonly records: Uint32Array;
}

/**
 * The postings of references.
 *
 * @param itemCount above every item of the references and of the records that are compared with them
 */
export function postingsOf(references: RecordSets, itemCount: number): Postings {
  const offsets = new Uint32Array(itemCount + 1);
  for (const item of references.items) offsets[item + 1]++;
  for (let item = 0; item < itemCount; item++) offsets[item + 1] += offsets[item];
  const next = offsets.slice();
  const records = new Uint32Array(references.items.length);
  for (let record = 0; record < recordCountOf(references); record++) {
    for (let i = references.offsets[record]; i < references.offsets[record + 1]; i++) {
      records[next[references.items[i]]++] = record;
    }
  }
  return { offsets, records };
}

/** Records, what they are compared with, and how. */
export interface Compared {
  /** The records of which distances are asked. */
  readonly queries: RecordSets;
  /** The records that they are compared with. */
  readonly references: RecordSets;
  /** Of the references. */
  readonly postings: Postings;
  /** How far apart two records are. */
  readonly distance: Distance;
}

/** Codes of a record's visits from one of them to its last. */
function surplusCodes(
  { visitOffsets, codeOffsets }: Pick<Cohort, "visitOffsets" | "codeOffsets">,
  record: number,
  fromVisit: number,
): number {
  const end = visitOffsets[record + 1];
  return codeOffsets[end] - codeOffsets[Math.min(end, visitOffsets[record] + fromVisit)];
}

/** Adds what numbers of visits contribute to a row of distances. */
function addVisits({ queries, references, distance }: Compared, query: number, row: Float64Array) {
  const [own, others] = [queries.visits, references.visits];
  if (own === undefined || others === undefined) {
    throw new RangeError(`Cannot compare records by "${distance}": their visits are not known`);
  }
  const isPublished = distance === "visits_as_published";
  const visits = own.visitOffsets[query + 1] - own.visitOffsets[query];
  for (let record = 0; record < row.length; record++) {
    const theirs = others.visitOffsets[record + 1] - others.visitOffsets[record];
    if (theirs === visits) continue;
    row[record] += 1;
    if (isPublished && theirs > visits) row[record] -= surplusCodes(others, record, visits);
  }
}

/**
 * Fills rows with distances.
 *
 * @returns called with a record and [references] numbers, which it overwrites
 */
export function distanceRows(compared: Compared): (query: number, row: Float64Array) => void {
  const { queries, references, postings, distance } = compared;
  const shared = new Int32Array(recordCountOf(references));
  const sizes = Int32Array.from(
    shared,
    (_, record) => references.offsets[record + 1] - references.offsets[record],
  );
  return (query, row) => {
    const [from, to] = [queries.offsets[query], queries.offsets[query + 1]];
    const size = to - from;
    shared.fill(0);
    for (let i = from; i < to; i++) {
      const item = queries.items[i];
      const end = postings.offsets[item + 1];
      for (let at = postings.offsets[item]; at < end; at++) shared[postings.records[at]]++;
    }
    if (distance === "jaccard") {
      for (let record = 0; record < row.length; record++) {
        const either = size + sizes[record] - shared[record];
        row[record] = either === 0 ? 0 : 1 - shared[record] / either;
      }
      return;
    }
    for (let record = 0; record < row.length; record++) {
      row[record] = size + sizes[record] - 2 * shared[record];
    }
    if (distance !== "symmetric_difference") addVisits(compared, query, row);
  };
}
