/**
 * Reads a MEDS folder (Medical Event Data Standard): Ehrloom's own, see write.ts, or a foreign one.
 *
 * @module
 */
import type { OnProgress } from "../../progress.ts";
import { found, unreadable } from "../../files/input.ts";
import type { Cohort } from "../cohort.ts";
import { cohortOfEvents } from "../sources/cohort_of_events.ts";
import { EventTable } from "../sources/event_table.ts";
import { readCodes, readLabels, readSplits } from "./metadata.ts";
import { medsPaths, unknownStart } from "./names.ts";
import { readShard, type Shard } from "./shard.ts";

/** How {@link readMeds} reads. */
export interface ReadMedsOptions {
  /**
   * Called at the end with the number of events without a time (other than sex) that were left out,
   * if any.
   */
  onStaticEvents?: ((count: number) => void) | undefined;
  /** Called after every shard, with the number of shards read so far. */
  onProgress?: OnProgress | undefined;
}

async function shardPaths(folder: string): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) paths.push(...await shardPaths(path));
      else if (entry.name.endsWith(".parquet")) paths.push(path);
    }
  } catch (error) {
    throw unreadable(folder, error);
  }
  return paths.sort();
}

/** The files with the events of a folder. */
async function dataPaths(folder: string): Promise<string[]> {
  if (!await found(folder)) {
    throw new Deno.errors.NotFound(`Cannot read "${folder}": no such folder`);
  }
  const data = `${folder}/${medsPaths.data}`;
  const paths = await found(data) ? await shardPaths(data) : [];
  if (paths.length > 0) return paths;
  throw new Deno.errors.NotFound(
    `Cannot read "${folder}": it has no data/*.parquet, so it is not a cohort folder`,
  );
}

/** Adds the events of a shard; those of a subject with the same time and visit are a moment. */
function addEvents(
  table: EventTable,
  { subjects, times, visits, codes, values }: Shard,
  { emptyVisit, patientOf }: { emptyVisit: number; patientOf: (subject: bigint) => number },
): void {
  const moments = new Uint32Array(times.length);
  let patient = 0;
  let encounter = 0; // among those at the same time
  for (let row = 0; row < times.length; row++) {
    const time = times[row];
    const isNewPatient = !subjects.isAsBefore(row);
    const isNewTime = isNewPatient || time !== times[row - 1];
    if (isNewPatient) {
      patient = patientOf(subjects.ids[row]);
      if (time === unknownStart) table.patients.setUndated(patient);
    }
    if (isNewTime) encounter = 0;
    else if (visits[row] !== visits[row - 1]) encounter++;
    else {
      moments[row] = moments[row - 1];
      continue;
    }
    moments[row] = table.moment({ patient, time, encounter });
  }
  for (let row = 0; row < codes.length; row++) {
    if (codes[row] === emptyVisit) table.moments.declared.push(moments[row]);
  }
  table.append({ moment: moments, code: codes, value: values });
}

function addDemographics(
  table: EventTable,
  { demographics }: Shard,
  patientOf: (subject: bigint) => number,
): void {
  for (const { subject, kind, time } of demographics) {
    if (kind > 0) table.patients.setSex(patientOf(subject), kind);
    else if (time !== null) table.patients.setBirth(patientOf(subject), time);
  }
}

/**
 * Adds the splits.
 *
 * @throws {SyntaxError} If a patient is in none
 */
function addSplits(
  { patients }: EventTable,
  splits: ReadonlyMap<bigint, number>,
  folder: string,
): void {
  patients.hasSplits = true;
  for (const [patient, id] of patients.ids().entries()) {
    const split = splits.get(BigInt(id));
    if (split === undefined) {
      throw new SyntaxError(
        `Cannot read "${folder}": subject ${id} is missing in subject_splits.parquet`,
      );
    }
    patients.setSplit(patient, split);
  }
}

/**
 * The events of a MEDS folder; see {@link readMeds}.
 *
 * @throws what {@link readMeds} throws
 */
export async function readMedsEvents(
  folder: string,
  { onProgress }: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<EventTable> {
  const paths = await dataPaths(folder);
  const codes = await readCodes(folder);
  const labels = await readLabels(folder);
  const table = new EventTable({
    vocabulary: codes.vocabulary,
    labelNames: labels?.labelNames,
    order: labels === null ? "subject" : "added",
    visits: "times",
  });
  const { patients } = table;
  const labelCount = patients.labelNames.length;
  labels?.ids.forEach((id, row) => {
    const own = labels.labels.subarray(row * labelCount, (row + 1) * labelCount);
    patients.setLabels(patients.index(id), own);
  });
  const patientOf = (id: bigint) => {
    if (labels === null) return patients.index(id);
    const known = patients.find(id);
    if (known !== undefined) return known;
    throw new SyntaxError(
      `Cannot read "${folder}": subject ${id} has events but no row in labels.parquet`,
    );
  };
  const seen = new Set<number>();
  const newPatientOf = (id: bigint) => {
    const patient = patientOf(id);
    if (seen.has(patient)) {
      throw new SyntaxError(`Cannot read "${folder}": a subject has events in two files of data/`);
    }
    seen.add(patient);
    return patient;
  };
  const emptyVisit = codes.vocabulary.codes.length;
  patients.hasDemographics = codes.knowsBirth;
  for (const [index, path] of paths.entries()) {
    const shard = await readShard(path, codes.table, emptyVisit);
    addDemographics(table, shard, patientOf);
    addEvents(table, shard, { emptyVisit, patientOf: newPatientOf });
    table.staticCount += shard.staticCount;
    onProgress?.({ stage: "reading shards", done: index + 1, total: paths.length });
  }
  const splits = await readSplits(folder);
  if (labels === null) { for (const id of splits?.keys() ?? []) patients.index(id); }
  if (splits !== null) addSplits(table, splits, folder);
  return table;
}

/**
 * Reads a MEDS folder. Events of a subject at the same time (and of the same `visit`, if there is
 * such a column) are a visit; a code that appears twice in a visit counts once, with its last
 * value. Records are in the order of `metadata/labels.parquet`, or by subject id in a foreign
 * folder without it. Births ("MEDS_BIRTH") and sexes ("GENDER//F", "SEX//male" and similar codes)
 * become demographics and are not part of visits or vocabulary; other events without a time are
 * left out and counted. Splits and labels are optional.
 *
 * @param folder contains `data/` and `metadata/`
 * @throws {Deno.errors.NotFound} If the folder or a part of it is missing
 * @throws {SyntaxError} If a file is damaged, lacks a column, or contradicts another; names it
 */
export async function readMeds(
  folder: string,
  { onStaticEvents, onProgress }: ReadMedsOptions = {},
): Promise<Cohort> {
  const table = await readMedsEvents(folder, { onProgress });
  if (table.staticCount > 0) onStaticEvents?.(table.staticCount);
  return cohortOfEvents(table);
}
