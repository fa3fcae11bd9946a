/**
 * Reads a MEDS folder (Medical Event Data Standard): Ehrloom's own, see write.ts, or a foreign one.
 *
 * @module
 */
import type { OnProgress } from "../../progress.ts";
import { collectGarbage } from "../../collect_garbage.ts";
import { found } from "../../files/input.ts";
import { parquetPaths } from "../../files/parquet_paths.ts";
import type { Cohort } from "../cohort.ts";
import { cohortOfEvents } from "../sources/cohort_of_events.ts";
import type { TableQuality } from "../quality/table_quality.ts";
import { EventTable } from "../sources/event_table.ts";
import { VisitsByFile } from "../sources/visits_by_file.ts";
import type { WhichValue } from "../sources/which_value.ts";
import { vocabulary } from "../vocabulary.ts";
import { birthCode } from "../reserved_names.ts";
import { microsecondsPerDay } from "../time.ts";
import { CodeNumbers, emptyVisit, readListedCodes } from "./codes.ts";
import { type MedsSplits, readLabels, readSplits } from "./metadata.ts";
import { saysOrderOnly } from "./generation_notes.ts";
import { medsPaths, medsSplitNames, unknownStart } from "./names.ts";
import { readShard, type Shard } from "./shard.ts";

/** How {@link readMeds} reads. */
export interface ReadMedsOptions {
  /** Which of several values of a code in a visit stays; default "last". */
  keep?: WhichValue | undefined;
  /** Called with a sentence about each kind of thing that is left out. */
  onLeftOut?: ((what: string) => void) | undefined;
  /** Called at the end with what became of the rows of all shards, which have no numbers. */
  onTable?: ((table: TableQuality) => void) | undefined;
  /** Called after every shard, with the number of shards read so far. */
  onProgress?: OnProgress | undefined;
}

/** Rows after which it pays to free their tables: those of one of our own files. */
const manyRows = 1 << 20;

/** The files with the events of a folder. */
async function dataPaths(folder: string): Promise<string[]> {
  if (!await found(folder)) {
    throw new Deno.errors.NotFound(`Cannot read "${folder}": no such folder`);
  }
  const data = `${folder}/${medsPaths.data}`;
  const paths = await found(data) ? await parquetPaths(data) : [];
  if (paths.length > 0) return paths;
  throw new Deno.errors.NotFound(
    `Cannot read "${folder}": it has no data/*.parquet, so it is no cohort folder; prepare makes one of source files`,
  );
}

/**
 * Adds the events of a shard; those of a subject with the same time and visit are a moment.
 *
 * @param isOrderOnly whether days since {@link unknownStart} only count visits
 */
function addEvents(
  table: EventTable,
  { subjects, times, visits, codes, values }: Shard,
  patientOf: (subject: bigint) => number,
  isOrderOnly: boolean,
): void {
  const moments = new Uint32Array(times.length);
  let patient = 0;
  let encounter = 0; // among those at the same time
  let isCounted = false;
  for (let row = 0; row < times.length; row++) {
    const time = times[row];
    const isNewPatient = !subjects.isAsBefore(row);
    const isNewTime = isNewPatient || time !== times[row - 1];
    if (isNewPatient) {
      patient = patientOf(subjects.ids[row]);
      if (time === unknownStart) table.patients.setUndated(patient);
      isCounted = isOrderOnly && time === unknownStart;
    }
    if (isNewTime) encounter = 0;
    else if (visits[row] !== visits[row - 1]) encounter++;
    else {
      moments[row] = moments[row - 1];
      continue;
    }
    const order = (time - unknownStart) / microsecondsPerDay;
    moments[row] = table.moment({
      patient,
      time: isCounted ? unknownStart + order : time, // microseconds, which are no time
      encounter,
    });
  }
  const isCode = (_: unknown, row: number) => codes[row] !== emptyVisit;
  const declared = moments.filter((moment, row) => !isCode(moment, row));
  table.moments.declared.append(declared);
  table.append(
    declared.length === 0 ? { moment: moments, code: codes, value: values } : {
      moment: moments.filter(isCode),
      code: codes.filter(isCode),
      value: values && values.filter(isCode),
    },
  );
}

function addDemographics(
  table: EventTable,
  { demographics }: Shard,
  patientOf: (subject: bigint) => number,
): void {
  for (const { subject, kind, race, time } of demographics) {
    if (race !== undefined) table.patients.addRace(patientOf(subject), race);
    else if (kind > 0) table.patients.setSex(patientOf(subject), kind);
    else if (time !== null) table.patients.setBirth(patientOf(subject), time);
  }
}

/** Adds the splits; whoever has none stays without. */
function addSplits(
  { patients }: EventTable,
  { splitOf, others }: MedsSplits,
  onLeftOut: ReadMedsOptions["onLeftOut"],
): void {
  for (const [patient, id] of patients.ids().entries()) {
    const split = splitOf.get(BigInt(id));
    if (split !== undefined) patients.setSplit(patient, split);
  }
  if (others.size === 0) return;
  const shown = [...others].map(([name, count]) => `"${name}" of ${count} subjects`);
  const more = shown.length > 5 ? ` and ${shown.length - 5} others` : "";
  onLeftOut?.(
    `splits other than ${medsSplitNames.join(", ")}: ${shown.slice(0, 5).join(", ")}${more}`,
  );
}

/** What became of the rows of all shards. */
class ShardRows {
  private readonly counts = { rows: 0, timed: 0, measured: 0, static: 0, births: 0 };

  add({ times, values, demographics, staticCount, birthCount }: Shard): void {
    const { counts } = this;
    const withTime = times.length + birthCount;
    counts.rows += withTime + staticCount + demographics.length;
    counts.timed += withTime + demographics.filter(({ time }) => time !== null).length;
    counts.measured += values?.reduce((sum, value) => sum + Number(!Number.isNaN(value)), 0) ?? 0;
    counts.static += staticCount;
    counts.births += birthCount;
  }

  quality(): TableQuality {
    const { rows, timed, measured, static: statics, births } = this.counts;
    const leftOut = [
      { why: "without a time, such as marital status", count: statics, rows: [] },
      { why: "at the very time of birth, such as marital status", count: births, rows: [] },
    ];
    return {
      table: medsPaths.data,
      rows,
      used: rows - statics - births,
      left_out: leftOut.filter(({ count }) => count > 0),
      bad: [],
      noted: [],
      columns: [
        ...["subject_id", "code"].map((column) => ({ column, rows })),
        { column: "time", rows: timed },
        ...measured === 0 ? [] : [{ column: "numeric_value", rows: measured }],
      ],
    };
  }
}

/** What is said of a folder at the end of reading it. */
function sayLeftOut(
  counts: Pick<Shard, "birthCount" | "infiniteCount">,
  { repeated, unlisted }: { readonly repeated: number; readonly unlisted: number },
  say: (what: string) => void,
): void {
  if (counts.birthCount > 0) {
    say(`${counts.birthCount} events at the very time of birth, such as marital status`);
  }
  if (counts.infiniteCount > 0) {
    say(`${counts.infiniteCount} values that are infinite or beyond float32; their events stay`);
  }
  if (repeated > 0) say(`${repeated} rows of ${medsPaths.codes} that repeat a code`);
  if (unlisted > 0) {
    say(
      `descriptions of ${unlisted} codes that have no row in ${medsPaths.codes}: ` +
        "each code stands for itself",
    );
  }
}

/**
 * The events of a MEDS folder; see {@link readMeds}.
 *
 * @param afterFile called with the table after each file; no other has events of the same subjects
 * @throws what {@link readMeds} throws
 */
export async function readMedsEvents(
  folder: string,
  { keep, onLeftOut, onTable, onProgress }: ReadMedsOptions = {},
  afterFile: (table: EventTable) => void = () => {},
): Promise<EventTable> {
  const paths = await dataPaths(folder);
  const listed = await readListedCodes(folder);
  const labels = await readLabels(folder);
  const table = new EventTable({
    vocabulary: listed?.vocabulary ?? vocabulary([]),
    labelNames: labels?.labelNames,
    order: labels === null ? "subject" : "added",
    visits: "times",
    keep,
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
  const codes = new CodeNumbers(table.codes, listed?.demographic ?? []);
  const counts = { birthCount: 0, infiniteCount: 0 };
  const rows = new ShardRows();
  let unfreed = 0; // rows of tables that may still take memory
  const isOrderOnly = await saysOrderOnly(folder);
  patients.hasDemographics = listed?.demographic.includes(birthCode) ?? false;
  for (const [index, path] of paths.entries()) {
    const shard = await readShard(path, codes);
    addDemographics(table, shard, patientOf);
    addEvents(table, shard, newPatientOf, isOrderOnly);
    table.staticCount += shard.staticCount;
    for (const subject of shard.staticSubjects) patientOf(subject);
    rows.add(shard);
    counts.birthCount += shard.birthCount;
    counts.infiniteCount += shard.infiniteCount;
    afterFile(table);
    unfreed += shard.times.length;
    if (unfreed >= manyRows) {
      collectGarbage();
      unfreed = 0;
    }
    onProgress?.({ stage: "reading shards", done: index + 1, total: paths.length });
  }
  const splits = await readSplits(folder);
  if (labels === null) { for (const id of splits?.splitOf.keys() ?? []) patients.index(id); }
  if (splits !== null) addSplits(table, splits, onLeftOut);
  const { repeated = 0 } = listed ?? {};
  sayLeftOut(counts, { repeated, unlisted: table.codes.unlistedCount }, onLeftOut ?? (() => {}));
  onTable?.(rows.quality());
  return table;
}

/**
 * Reads a MEDS folder. Events of a subject at the same time (and of the same `visit`, if there is
 * such a column) are a visit; a code that appears twice in a visit counts once, with its last
 * value (`keep`). Records are in the order of `metadata/labels.parquet`, or by subject id in a foreign
 * folder without it. Births ("MEDS_BIRTH"), sexes ("GENDER//F", "SEX//male" and similar codes)
 * and races ("RACE//WHITE") become demographics and are not part of visits or vocabulary; other events without a time, or at
 * the very time of birth and without a `visit`, are left out and counted. Codes, splits and labels
 * are optional: a code without a row in `metadata/codes.parquet` is its own description, and
 * subjects without a split are left out if others have one.
 *
 * Garbage is collected from time to time while millions of rows are read, since V8 does not know how
 * large the tables are.
 *
 * @param folder contains `data/` and `metadata/`
 * @throws {Deno.errors.NotFound} If the folder or a part of it is missing
 * @throws {SyntaxError} If a file is damaged, lacks a column, or contradicts another; names it
 */
export async function readMeds(
  folder: string,
  options: ReadMedsOptions = {},
): Promise<Cohort> {
  const byFile = new VisitsByFile();
  const table = await readMedsEvents(folder, options, (table) => byFile.take(table));
  return cohortOfEvents(table, { ...options, byFile });
}
