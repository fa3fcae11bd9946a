import { recordCounts } from "./code_counts.ts";
import { type Cohort, cohort } from "./cohort.ts";
import { firstNames } from "../printable.ts";
import { microsecondsOf, microsecondsPerDay } from "./time.ts";
import { type Vocabulary, vocabulary } from "./vocabulary.ts";

/** What {@link trimmed} drops. */
export interface TrimOptions {
  /** Keep only the first N visits of each record; default all. */
  maxVisits?: number | undefined;
  /**
   * Drop the codes that fewer records have in the kept visits, and then visits without codes;
   * default 0, which keeps even codes that no record has.
   */
  minCount?: number | undefined;
  /** Drop these codes, too; default none. */
  drop?: readonly string[] | undefined;
}

function checkCount(name: string, value: number, min: number): void {
  if (!(value >= min && (Number.isSafeInteger(value) || value === Infinity))) {
    throw new RangeError(
      `Cannot trim to ${name} ${value}: must be a whole number, at least ${min}`,
    );
  }
}

/** What is above a code, and above those of its parents that are left out. */
function parentsWithout(
  { parents = [], indexOf }: Vocabulary,
  newIndex: Int32Array,
  code: number,
): string[] {
  const above = new Set(parents[code]);
  for (const parent of above) { // grows as it goes
    const index = indexOf.get(parent);
    if (index !== undefined && newIndex[index] < 0) parents[index].forEach((p) => above.add(p));
  }
  return [...above];
}

/**
 * The cohort without late visits and rare codes. Every record is kept, even without visits; days
 * between visits include those of dropped visits.
 *
 * @example The first visit only
 * ```ts
 * import { cohortOf, trimmed, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const source = cohortOf(vocabulary(["a", "b"]), [], [{ visits: [[0], [1]], labels: [] }]);
 * assertEquals(trimmed(source, { maxVisits: 1 }).visitCount, 1);
 * assertEquals(trimmed(source, { maxVisits: 1, minCount: 1 }).vocabulary.codes, ["a"]);
 * ```
 *
 * @throws {RangeError} If `maxVisits` is below 1 or `minCount` below 0, or if a code to drop is unknown
 */
export function trimmed(source: Cohort, options: TrimOptions): Cohort {
  const { maxVisits = Infinity, minCount = 0, drop = [] } = options;
  checkCount("maxVisits", maxVisits, 1);
  checkCount("minCount", minCount, 0);
  const unknown = drop.filter((name) => !source.vocabulary.indexOf.has(name));
  if (unknown.length > 0) {
    throw new RangeError(`Cannot drop ${firstNames(unknown, 5)}: the cohort has no such code`);
  }
  const counts = recordCounts(source, maxVisits);
  const names = source.vocabulary;
  const kept = [...names.codes.keys()]
    .filter((code) => counts[code] >= minCount && !drop.includes(names.codes[code]));
  if (maxVisits === Infinity && kept.length === names.codes.length) return source;
  const newIndex = new Int32Array(names.codes.length).fill(-1);
  kept.forEach((code, index) => newIndex[code] = index);
  return reindexed(source, {
    newIndex,
    maxVisits,
    vocabulary: vocabulary(
      kept.map((code) => names.codes[code]),
      kept.map((code) => names.descriptions[code]),
      names.parents && kept.map((code) => parentsWithout(names, newIndex, code)),
    ),
  });
}

/**
 * The cohort with another vocabulary. Visits that lose all their codes are dropped, records are
 * kept; days between visits include those of dropped visits.
 *
 * @param options.newIndex [codes] the new index of each code, ascending; -1 for codes to drop
 * @param options.maxVisits number of visits of each record to keep, the first ones
 * @param options.vocabulary the vocabulary of the new indices
 */
export function reindexed(
  source: Cohort,
  { newIndex, maxVisits = Infinity, vocabulary }: {
    readonly newIndex: Int32Array;
    readonly maxVisits?: number | undefined;
    readonly vocabulary: Vocabulary;
  },
): Cohort {
  const visitOffsets = new Uint32Array(source.recordCount + 1);
  const codeOffsets = new Uint32Array(source.visitCount + 1);
  const codes = new Uint32Array(source.codes.length);
  const values = source.values && new Float32Array(codes.length);
  const startDays = new Float64Array(source.recordCount).fill(NaN);
  const gapDays = new Float64Array(source.visitCount);
  let visits = 0;
  let events = 0;
  for (let record = 0; record < source.recordCount; record++) {
    const first = source.visitOffsets[record];
    const last = Math.min(source.visitOffsets[record + 1], first + maxVisits);
    let time = microsecondsOf(source.startDays[record]);
    let gap = 0; // in microseconds, of which no sum is off
    for (let visit = first; visit < last; visit++) {
      const begin = source.codeOffsets[visit];
      const end = source.codeOffsets[visit + 1];
      const firstEvent = events;
      for (let i = begin; i < end; i++) {
        const index = newIndex[source.codes[i]];
        if (index < 0) continue;
        if (values !== null && source.values !== null) values[events] = source.values[i];
        codes[events++] = index;
      }
      const passed = microsecondsOf(source.gapDays[visit]);
      gap += passed;
      time += passed;
      if (events === firstEvent && end > begin) continue;
      if (visits === visitOffsets[record]) startDays[record] = time / microsecondsPerDay;
      else gapDays[visits] = gap / microsecondsPerDay;
      gap = 0;
      codeOffsets[++visits] = events;
    }
    visitOffsets[record + 1] = visits;
  }
  return cohort({
    ...source,
    vocabulary,
    visitOffsets,
    codeOffsets: codeOffsets.slice(0, visits + 1),
    codes: codes.slice(0, events),
    values: values && values.slice(0, events),
    startDays,
    gapDays: gapDays.slice(0, visits),
  });
}
