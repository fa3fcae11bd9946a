import type { Cohort } from "./cohort.ts";
import type { PatientNumbers } from "./small_cells.ts";

/** Events of a cohort that have a value. */
export function valueCount({ values }: Pick<Cohort, "values">): number {
  return values?.reduce((sum, value) => sum + Number(!Number.isNaN(value)), 0) ?? 0;
}

/** [codes] Events with a finite value. */
function measuredCounts({ vocabulary, codes, values }: Cohort): Uint32Array {
  const counts = new Uint32Array(vocabulary.codes.length);
  values?.forEach((value, event) => counts[codes[event]] += Number(Number.isFinite(value)));
  return counts;
}

/**
 * The values of each measured code, ascending, by code in the vocabulary's order. Events without
 * a finite value do not count.
 */
export function measuredValues(cohort: Cohort): Map<number, Float32Array> {
  const { codes, values } = cohort;
  const found = new Map<number, Float32Array>();
  if (values === null) return found;
  const counts = measuredCounts(cohort);
  for (const [code, count] of counts.entries()) {
    if (count > 0) found.set(code, new Float32Array(count));
  }
  for (const [event, code] of codes.entries()) {
    const own = found.get(code);
    if (own !== undefined && Number.isFinite(values[event])) own[--counts[code]] = values[event];
  }
  for (const own of found.values()) own.sort();
  return found;
}

/** The values of each measured code with the records that have them, by code. */
export function measuredNumbers(cohort: Cohort): Map<number, PatientNumbers> {
  const { visitOffsets, codeOffsets, codes, values } = cohort;
  const counts = measuredCounts(cohort);
  const found = new Map(
    counts.entries().filter(([, count]) => count > 0).map(([code, count]) => [
      code,
      { numbers: new Float32Array(count), records: new Uint32Array(count) },
    ]),
  );
  const filled = new Uint32Array(counts.length);
  for (let record = 0; record < cohort.recordCount; record++) {
    const end = codeOffsets[visitOffsets[record + 1]];
    for (let event = codeOffsets[visitOffsets[record]]; event < end; event++) {
      const own = found.get(codes[event]);
      const value = values?.[event] ?? NaN;
      if (own === undefined || !Number.isFinite(value)) continue;
      const at = filled[codes[event]]++;
      own.numbers[at] = value;
      own.records[at] = record;
    }
  }
  return found;
}
