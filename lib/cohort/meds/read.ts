/**
 * Reads a MEDS folder (Medical Event Data Standard): Ehrloom's own, see to_meds.ts, or a foreign
 * one. Works shard by shard on whole columns.
 *
 * @module
 */
import pl from "nodejs-polars";
import type { OnProgress } from "../../progress.ts";
import { type Cohort, cohort, subset } from "../cohort.ts";
import { joined } from "../growing.ts";
import { found, unreadable } from "../../files/input.ts";
import { columnProblem, readParquet } from "../../files/parquet.ts";
import { birthCode, demographicOf, emptyVisitCode, sexCodes } from "../reserved_names.ts";
import { medsSplitNames, microsecondsPerDay, unknownStart } from "./write.ts";
import { type Vocabulary, vocabulary } from "../vocabulary.ts";

/** Visits nearer than this were at the same time when Ehrloom wrote them. */
const sameTime = 1000;

/** How {@link readMeds} reads. */
export interface ReadMedsOptions {
  /** Told at the end how many events without a time other than sex were left out, if any. */
  onStaticEvents?: (count: number) => void;
  /** Told the shards read so far. */
  onProgress?: OnProgress;
}

/** The events of one file, grouped by subject, in time order within each. */
interface Shard {
  subjects: BigInt64Array;
  /** [subjects + 1] */
  visitOffsets: number[];
  /** [visits + 1] */
  codeOffsets: Uint32Array;
  codes: Uint32Array;
  values: Float32Array | null;
  startDays: number[];
  gapDays: Float32Array;
}

/** Births and sexes that the events name, by subject. */
interface Patients {
  /** In days since 1970. */
  births: Map<bigint, number>;
  /** Indices into `sexNames`. */
  sexes: Map<bigint, number>;
}

/** Takes up the rows of births and sexes, whose code indices begin at `first`. */
function takeUp(rows: pl.DataFrame, first: number, { births, sexes }: Patients): void {
  const ids = typed<BigInt64Array>(rows.getColumn("subject_id"), pl.Int64);
  const kinds = typed<Uint32Array>(rows.getColumn("code_index"), pl.UInt32);
  const times = rows.getColumn("time").toArray() as (number | null)[];
  for (const [row, id] of ids.entries()) {
    const time = times[row];
    if (kinds[row] > first) sexes.set(id, kinds[row] - first);
    else if (time !== null) births.set(id, time / microsecondsPerDay);
  }
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

function typed<A>(series: pl.Series, dtype: pl.DataType): A {
  return series.cast(dtype).toTypedArray() as A;
}

/** Subjects contiguous, times rising within each; ties in any order. */
function isOrdered(subject: Uint32Array, time: Float64Array): boolean {
  const seen = new Set<string>();
  for (let row = 0; row < time.length; row++) {
    const isNew = row === 0 || !sameSubject(subject, row - 1, row);
    if (!isNew && time[row] < time[row - 1]) return false;
    if (isNew) {
      const key = `${subject[2 * row]},${subject[2 * row + 1]}`;
      if (seen.has(key)) return false;
      seen.add(key);
    }
  }
  return true;
}

/** [rows × 2] Int64 as halves of 32 bits, which compare without making a BigInt each. */
function sameSubject(halves: Uint32Array, a: number, b: number): boolean {
  return halves[2 * a] === halves[2 * b] && halves[2 * a + 1] === halves[2 * b + 1];
}

/** Sorts the codes of a visit with their values by insertion: visits are short, mostly in order. */
function sortVisit(codes: Uint32Array, values: Float32Array | null, from: number, to: number) {
  for (let i = from + 1; i < to; i++) {
    const code = codes[i];
    const value = values?.[i] ?? NaN;
    let at = i;
    for (; at > from && codes[at - 1] > code; at--) {
      codes[at] = codes[at - 1];
      if (values !== null) values[at] = values[at - 1];
    }
    codes[at] = code;
    if (values !== null) values[at] = value;
  }
}

async function readShard(
  path: string,
  codesTable: pl.DataFrame,
  emptyVisit: number,
  patients: Patients,
): Promise<{ shard: Shard; staticEvents: number }> {
  let frame = await readParquet(
    path,
    { subject_id: "id", time: "time", code: "text" },
    { numeric_value: "number" },
  );
  const visitColumn = frame.columns.includes("visit") &&
    /Int/.test(String(frame.getColumn("visit").dtype));
  const valueColumn = frame.columns.includes("numeric_value");
  // one lazy query, since what Polars holds is only freed when V8 happens to collect its handle
  frame = frame.lazy().select(
    pl.col("subject_id").cast(pl.Int64),
    pl.col("time").cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64),
    pl.col("code").cast(pl.String),
    (valueColumn ? pl.col("numeric_value") : pl.lit(null)).cast(pl.Float32).alias("value"),
    (visitColumn ? pl.col("visit") : pl.lit(0)).cast(pl.Float64).alias("visit"),
  ).join(codesTable.lazy(), { on: "code", how: "left" })
    .select(
      pl.col("subject_id"),
      pl.col("time"),
      pl.col("value"),
      pl.col("visit"),
      pl.col("code_index"),
      pl.when(pl.col("code_index").isNull()).then(pl.col("code")).otherwise(pl.lit(null))
        .alias("unknown"),
    ).collectSync();
  const demographic = frame.filter(pl.col("code_index").gt(emptyVisit));
  if (demographic.height > 0) {
    takeUp(demographic, emptyVisit + 1, patients);
    frame = frame.filter(
      pl.col("code_index").isNull().or(pl.col("code_index").ltEq(emptyVisit)),
    );
  }
  const staticEvents = frame.getColumn("time").nullCount();
  if (staticEvents > 0) frame = frame.filter(pl.col("time").isNotNull());
  if (frame.getColumn("visit").nullCount() > 0) {
    frame = frame.withColumns(pl.lit(0).cast(pl.Float64).alias("visit"));
  }
  if (frame.getColumn("code_index").nullCount() > 0) {
    const unknown = frame.getColumn("unknown").dropNulls().get(0);
    throw new SyntaxError(
      `Cannot read "${path}": the code "${unknown}" is not in metadata/codes.parquet`,
    );
  }
  const columnsOf = (rows: pl.DataFrame) => {
    const ids = typed<BigInt64Array>(rows.getColumn("subject_id"), pl.Int64);
    return {
      ids,
      subject: new Uint32Array(ids.buffer, ids.byteOffset, 2 * ids.length),
      time: typed<Float64Array>(rows.getColumn("time"), pl.Float64),
    };
  };
  let columns = columnsOf(frame);
  if (!isOrdered(columns.subject, columns.time)) {
    frame = frame.sort([pl.col("subject_id"), pl.col("time"), pl.col("visit")]);
    columns = columnsOf(frame);
  }
  const hasValues = frame.getColumn("value").nullCount() < frame.height;
  return {
    staticEvents,
    shard: grouped(
      columns,
      typed(frame.getColumn("visit"), pl.Float64),
      typed(frame.getColumn("code_index"), pl.UInt32),
      hasValues
        ? typed(frame.select(pl.col("value").fillNull(pl.lit(NaN))).getColumn("value"), pl.Float32)
        : null,
      emptyVisit,
    ),
  };
}

function grouped(
  { ids, subject, time }: { ids: BigInt64Array; subject: Uint32Array; time: Float64Array },
  visitOf: Float64Array,
  codes: Uint32Array,
  values: Float32Array | null,
  emptyVisit: number,
): Shard {
  const rows = time.length;
  const subjects: bigint[] = [];
  const visitOffsets: number[] = [0];
  const startDays: number[] = [];
  const codeOffsets = new Uint32Array(rows + 1);
  const gapDays = new Float32Array(rows);
  let visits = 0;
  let events = 0;
  let end = 0;
  for (let row = 0; row < rows; row = end) {
    const isNew = row === 0 || !sameSubject(subject, row - 1, row);
    end = row + 1;
    while (
      end < rows && time[end] === time[row] && visitOf[end] === visitOf[row] &&
      sameSubject(subject, row, end)
    ) end++;
    sortVisit(codes, values, row, end);
    const begin = events;
    for (let i = row; i < end; i++) {
      if (codes[i] === emptyVisit) continue;
      if (events === begin || codes[i] !== codes[events - 1]) {
        codes[events] = codes[i];
        if (values !== null) values[events] = values[i];
        events++;
      } else if (values !== null && !Number.isNaN(values[i])) {
        values[events - 1] = values[i];
      }
    }
    if (isNew) {
      if (row > 0) visitOffsets.push(visits);
      subjects.push(ids[row]);
      startDays.push(time[row] === unknownStart ? NaN : time[row] / microsecondsPerDay);
    } else {
      const gap = time[row] - time[row - 1];
      gapDays[visits] = gap < sameTime ? 0 : gap / microsecondsPerDay;
    }
    codeOffsets[++visits] = events;
  }
  if (rows > 0) visitOffsets.push(visits);
  return {
    subjects: BigInt64Array.from(subjects),
    visitOffsets,
    codeOffsets: codeOffsets.slice(0, visits + 1),
    codes: codes.slice(0, events),
    values: values?.slice(0, events) ?? null,
    startDays,
    gapDays: gapDays.slice(0, visits),
  };
}

interface Codes {
  vocabulary: Vocabulary;
  /** From `code` to `code_index`: the vocabulary's, the empty visit's, then birth, female, male. */
  table: pl.DataFrame;
  /** Whether a birth is among the codes. */
  knowsBirth: boolean;
}

async function readCodes(path: string): Promise<Codes> {
  const frame = await readParquet(path, { code: "text" }, { description: "text" });
  const codes = frame.getColumn("code").toArray().map(String);
  const described = frame.columns.includes("description");
  const texts = frame.getColumn(described ? "description" : "code").cast(pl.String).toArray() as (
    string | null
  )[];
  const demographic = new Set([
    ...[birthCode, ...sexCodes, "GENDER//FEMALE", "GENDER//MALE", "SEX//F", "SEX//M"],
    ...codes.filter((code) => demographicOf(code) !== -1),
  ]);
  const kept = [...codes.keys()].filter((index) =>
    codes[index] !== emptyVisitCode && !demographic.has(codes[index])
  );
  try {
    const known = vocabulary(
      kept.map((index) => codes[index]),
      kept.map((index) => texts[index] ?? codes[index]),
    );
    const all = [...known.codes, emptyVisitCode];
    const indices = [
      ...all.keys(),
      ...[...demographic].map((code) => all.length + demographicOf(code)),
    ];
    const table = pl.DataFrame([
      pl.Series("code", [...all, ...demographic], pl.String),
      pl.Series("code_index", Uint32Array.from(indices)),
    ]);
    return { vocabulary: known, table, knowsBirth: codes.includes(birthCode) };
  } catch (error) {
    throw new SyntaxError(`Cannot read "${path}": ${(error as Error).message}`, { cause: error });
  }
}

interface Subjects {
  /** Every subject, in the cohort's order. */
  ids: BigInt64Array;
  labelNames: string[];
  labels: Uint8Array;
}

/** Subjects and labels of Ehrloom's own table, or, without it, all that splits and events name. */
async function readSubjects(path: string, others: Iterable<bigint>): Promise<Subjects> {
  if (!await found(path)) {
    const ids = BigInt64Array.from(new Set(others)).sort();
    return { ids, labelNames: [], labels: new Uint8Array(0) };
  }
  const frame = await readParquet(path, { subject_id: "id" });
  const labelNames = frame.columns.filter((name) => name !== "subject_id");
  const ids = typed<BigInt64Array>(frame.getColumn("subject_id"), pl.Int64);
  const labels = new Uint8Array(ids.length * labelNames.length);
  for (const [label, name] of labelNames.entries()) {
    const given = frame.getColumn(name);
    const nulls = given.nullCount();
    const problem = columnProblem(given, "number") ??
      (nulls > 0 ? `is missing in ${nulls} rows, must be 0 or 1` : undefined);
    if (problem !== undefined) {
      throw new SyntaxError(`Cannot read "${path}": label "${name}" ${problem}`);
    }
    const column = typed<Float64Array>(given, pl.Float64);
    for (let record = 0; record < ids.length; record++) {
      const bit = column[record];
      if (bit !== 0 && bit !== 1) {
        throw new SyntaxError(
          `Cannot read "${path}": label "${name}" of subject ${ids[record]} must be 0 or 1`,
        );
      }
      labels[record * labelNames.length + label] = bit;
    }
  }
  return { ids, labelNames, labels };
}

async function readSplits(path: string): Promise<Map<bigint, number> | null> {
  if (!await found(path)) return null;
  const frame = await readParquet(path, { subject_id: "id", split: "text" });
  const ids = typed<BigInt64Array>(frame.getColumn("subject_id"), pl.Int64);
  const names = frame.getColumn("split").toArray().map(String);
  const known: readonly string[] = medsSplitNames;
  return new Map(names.map((name, row) => {
    const split = known.indexOf(name);
    if (split === -1) {
      throw new SyntaxError(
        `Cannot read "${path}": subject ${ids[row]} is in the split "${name}", ` +
          `known are ${known.join(", ")}`,
      );
    }
    return [ids[row], split];
  }));
}

/**
 * The codes of a MEDS folder with their descriptions, and the names of its labels, without its events.
 *
 * @throws {Deno.errors.NotFound} If `metadata/codes.parquet` is missing
 * @throws {SyntaxError} If a file is damaged or lacks a column
 */
export async function readMedsNames(
  folder: string,
): Promise<{ vocabulary: Vocabulary; labelNames: string[] }> {
  const { vocabulary } = await readCodes(`${folder}/metadata/codes.parquet`);
  const { labelNames } = await readSubjects(`${folder}/metadata/labels.parquet`, []);
  return { vocabulary, labelNames };
}

/**
 * Reads a MEDS folder. Events of a subject at the same time (and of the same `visit`, where that
 * column is) are a visit; a code twice in a visit counts once, with its last value. Records stand
 * in the order of `metadata/labels.parquet`, in a foreign folder without it by subject id. Births
 * ("MEDS_BIRTH") and sexes ("GENDER//F", "SEX//male" and the like) become demographics and are no
 * part of visits or vocabulary; other events without a time are left out and counted. Splits and
 * labels are optional.
 *
 * @param folder holds `data/` and `metadata/`
 * @throws {Deno.errors.NotFound} If the folder or a part of it is missing
 * @throws {SyntaxError} If a file is damaged, lacks a column, or contradicts another; names it
 */
export async function readMeds(
  folder: string,
  { onStaticEvents, onProgress }: ReadMedsOptions = {},
): Promise<Cohort> {
  if (!await found(folder)) {
    throw new Deno.errors.NotFound(`Cannot read "${folder}": no such folder`);
  }
  const paths = await found(`${folder}/data`) ? await shardPaths(`${folder}/data`) : [];
  if (paths.length === 0) {
    throw new Deno.errors.NotFound(
      `Cannot read "${folder}": it holds no data/*.parquet, a cohort folder does`,
    );
  }
  const codes = await readCodes(`${folder}/metadata/codes.parquet`);
  const patients: Patients = { births: new Map(), sexes: new Map() };
  const shards: Shard[] = [];
  let staticEvents = 0;
  for (const [index, path] of paths.entries()) {
    const read = await readShard(path, codes.table, codes.vocabulary.codes.length, patients);
    shards.push(read.shard);
    staticEvents += read.staticEvents;
    onProgress?.({ stage: "reading shards", done: index + 1, total: paths.length });
  }
  if (staticEvents > 0) onStaticEvents?.(staticEvents);
  const splitOf = await readSplits(`${folder}/metadata/subject_splits.parquet`);
  return assembled(folder, codes, shards, patients, splitOf);
}

async function assembled(
  folder: string,
  { vocabulary, knowsBirth }: Codes,
  shards: Shard[],
  { births, sexes }: Patients,
  splitOf: Map<bigint, number> | null,
): Promise<Cohort> {
  const withEvents = joined(
    shards.map(({ subjects }) => subjects),
    (length) => new BigInt64Array(length),
  );
  const place = new Map<bigint, number>();
  withEvents.forEach((id, index) => place.set(id, index));
  if (place.size !== withEvents.length) {
    throw new SyntaxError(`Cannot read "${folder}": a subject has events in two files of data/`);
  }
  const subjects = await readSubjects(
    `${folder}/metadata/labels.parquet`,
    [...withEvents, ...births.keys(), ...sexes.keys(), ...splitOf?.keys() ?? []],
  );
  const known = new Set(subjects.ids);
  const stranger = [withEvents, births.keys(), sexes.keys()]
    .flatMap((ids) => [...ids]).find((id) => !known.has(id));
  if (stranger !== undefined) {
    throw new SyntaxError(
      `Cannot read "${folder}": subject ${stranger} has events but no row in labels.parquet`,
    );
  }
  // Records as the events have them, those without events last; then in the order of `subjects`.
  const order = [...withEvents, ...[...subjects.ids].filter((id) => !place.has(id))];
  for (let index = withEvents.length; index < order.length; index++) place.set(order[index], index);
  const count = order.length;
  const visitOffsets = new Uint32Array(count + 1);
  const startDays = new Float64Array(count).fill(NaN);
  let record = 0;
  let visitBase = 0;
  for (const shard of shards) {
    startDays.set(shard.startDays, record);
    for (let i = 1; i < shard.visitOffsets.length; i++) {
      visitOffsets[++record] = visitBase + shard.visitOffsets[i];
    }
    visitBase += shard.gapDays.length;
  }
  visitOffsets.fill(visitBase, record + 1);
  const codeOffsets = new Uint32Array(visitBase + 1);
  let visit = 0;
  let eventBase = 0;
  for (const shard of shards) {
    for (let i = 1; i < shard.codeOffsets.length; i++) {
      codeOffsets[++visit] = eventBase + shard.codeOffsets[i];
    }
    eventBase += shard.codes.length;
  }
  const wanted = Uint32Array.from(subjects.ids, (id) => place.get(id) ?? 0);
  const labels = new Uint8Array(subjects.labels.length);
  const labelCount = subjects.labelNames.length;
  wanted.forEach((from, to) =>
    labels.set(subjects.labels.subarray(to * labelCount, (to + 1) * labelCount), from * labelCount)
  );
  const hasValues = shards.some(({ values }) => values !== null);
  const source = cohort({
    vocabulary,
    labelNames: subjects.labelNames,
    subjectIds: BigInt64Array.from(order),
    visitOffsets,
    codeOffsets,
    codes: joined(shards.map((shard) => shard.codes), (length) => new Uint32Array(length)),
    labels,
    startDays,
    gapDays: joined(
      shards.map((shard) => shard.gapDays),
      (length) => new Float32Array(length),
    ),
    values: hasValues
      ? joined(
        shards.map((shard) => shard.values ?? new Float32Array(shard.codes.length).fill(NaN)),
        (length) => new Float32Array(length),
      )
      : null,
    demographics: knowsBirth || births.size > 0 || sexes.size > 0
      ? {
        birthDays: Float64Array.from(order, (id) => births.get(id) ?? NaN),
        sexes: Uint8Array.from(order, (id) => sexes.get(id) ?? 0),
      }
      : null,
    splits: splitOf && Uint8Array.from(order, (id) => {
      const split = splitOf.get(id);
      if (split !== undefined) return split;
      throw new SyntaxError(
        `Cannot read "${folder}": subject ${id} is missing in subject_splits.parquet`,
      );
    }),
  });
  return wanted.every((from, to) => from === to) ? source : subset(source, wanted);
}
