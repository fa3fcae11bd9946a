/**
 * Attribute inference code by code, for codes that a user names as sensitive: which training patients
 * have one, as the nearest record says by labels and common codes? None of the named codes is known of anybody.
 *
 * @module
 */
import * as v from "valibot";
import { type Cohort } from "../../cohort/cohort.ts";
import { list, object, type Schema, text, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { type Estimate, estimateSchema } from "../bootstrap.ts";
import type { LeftOut } from "../not_measured.ts";
import { pairedShareDifference } from "../paired_shares.ts";
import { wilson } from "../wilson.ts";
import { nearest } from "./distances/nearest.ts";
import { recordCountOf, type RecordSets } from "./distances/record_sets.ts";
import { knownAndHidden } from "./known_and_hidden.ts";
import { fewestRecords } from "./left_out.ts";

/** What nearest records say of one code. Shares have Wilson's intervals. */
export interface NamedCode {
  /** The code. */
  code: string;
  /** What it means; absent in older reports. */
  description?: string | undefined;
  /** Attacked patients who have it. */
  patients: number;
  /** Share of them whose nearest record has it too, in [0, 1]. */
  attack: Estimate;
  /** The same with held-out real records instead of those that are judged. */
  baseline: Estimate;
  /** The former minus the latter; more than that of the floor is a disclosure. */
  difference: Estimate;
  /**
   * Share of those whose nearest record has it who have it themselves; null where these are fewer than
   * ten or `min_cell`.
   */
  precision: Estimate | null;
  /** The same with held-out real records. */
  baseline_precision: Estimate | null;
}

/** Rows of {@link NamedCode}, when they are read from a file. */
export const namedCodesSchema: Schema<NamedCode[]> = list(object({
  code: text,
  description: v.optional(text),
  patients: whole(1),
  attack: estimateSchema,
  baseline: estimateSchema,
  difference: estimateSchema,
  precision: v.nullable(estimateSchema),
  baseline_precision: v.nullable(estimateSchema),
}));

/** [records] Whether each record has an item. */
function has({ offsets, items }: RecordSets, item: number): boolean[] {
  return Array.from(
    { length: offsets.length - 1 },
    (_, record) => items.subarray(offsets[record], offsets[record + 1]).includes(item),
  );
}

/** Wilson's interval of the share of patients who have a code among those who are said to have it. */
function precisionOf(isSaid: readonly boolean[], isSo: readonly boolean[], least: number) {
  const said = isSo.filter((_, i) => isSaid[i]);
  return said.length < least ? null : wilson(said.filter((each) => each).length, said.length);
}

/** The records of an attack, and what is known. */
export interface NamedCodesAsked {
  /** Training records, which are attacked. */
  readonly targets: Cohort;
  /** The records that are judged. */
  readonly reference: Cohort;
  /** As many held-out real ones. */
  readonly control: Cohort;
  /** Known codes; those that are named are not known. */
  readonly common: Uint32Array;
  /** Codes by name. */
  readonly named: readonly string[];
  /** The same as in {@link Asked}. */
  readonly minCell: number;
  /** Progress of the next search for nearest records. */
  readonly part: () => OnProgress;
}

/** One row for each named code that enough attacked patients have and lack. */
export async function namedCodes(
  { targets, reference, control, common, named, minCell, part }: NamedCodesAsked,
): Promise<{ rows: NamedCode[]; left_out: LeftOut[] }> {
  const { codes, descriptions, indexOf } = targets.vocabulary;
  const indices = named.flatMap((name) => indexOf.get(name) ?? []);
  const known = new Set(common).difference(new Set(indices));
  const own = knownAndHidden(targets, known);
  const nearestHidden = async (cohort: Cohort) => {
    const records = knownAndHidden(cohort, known);
    const { indices: found } = await nearest(own.known, records.known, { onProgress: part() });
    return (code: number) => {
      const isThere = has(records.hidden, code);
      return Array.from(found, (record) => isThere[record]);
    };
  };
  const attack = await nearestHidden(reference);
  const baseline = await nearestHidden(control);
  const least = Math.max(fewestRecords, minCell);
  const rows: NamedCode[] = [];
  const left_out: LeftOut[] = [];
  for (const code of indices) {
    const isSo = has(own.hidden, code);
    const patients = isSo.filter((each) => each).length;
    if (Math.min(patients, recordCountOf(own.hidden) - patients) < least) {
      left_out.push({
        label: `attribute inference of ${descriptions[code]}`,
        reason: `fewer than ${least} attacked patients have it, or lack it`,
      });
      continue;
    }
    const [said, saidByOthers] = [attack(code), baseline(code)];
    const [found, foundByOthers] = [said, saidByOthers].map((all) => all.filter((_, i) => isSo[i]));
    const share = (all: boolean[]) => wilson(all.filter((each) => each).length, patients);
    rows.push({
      code: codes[code],
      description: descriptions[code],
      patients,
      attack: share(found),
      baseline: share(foundByOthers),
      difference: pairedShareDifference(found, foundByOthers),
      precision: precisionOf(said, isSo, least),
      baseline_precision: precisionOf(saidByOthers, isSo, least),
    });
  }
  return { rows, left_out };
}
