/**
 * Writes a cohort as a MEDS folder (Medical Event Data Standard 0.4), Ehrloom's own format:
 *
 * - `data/0000.parquet`, …: `subject_id` int64, `time` timestamp[us], `code` string,
 *   `numeric_value` float32, and `visit` int32, the number of the visit within its record
 * - `metadata/codes.parquet`: `code`, `description`, `parent_codes`, in the vocabulary's order
 * - `metadata/subject_splits.parquet`: `subject_id`, `split` (train, tuning, held_out)
 * - `metadata/labels.parquet` (Ehrloom's own): every `subject_id`, and a 0/1 column per label
 * - `metadata/dataset.json`
 * - `quality.json` (Ehrloom's own), in a folder that `prepare` writes: what became of the source
 * - `continuations/0000.parquet`, … of records that continue others: see `continuations.ts`
 * - `truth.json` (Ehrloom's own), in a folder that `simulate` writes: see `simulate/truth.ts`
 *
 * If the cohort has demographics, a record begins with its sex, an event without a time
 * ("GENDER//F"), and its birth ("MEDS_BIRTH"), as far as they are known; these have no `visit`.
 *
 * A visit without codes is one row of code {@link emptyVisitCode}. Times are those of the source, so
 * visits at the same time differ in `visit` alone. A record whose days are unknown begins at
 * `unknownStart`; there, visits at the same time are a microsecond apart, so that their order
 * is in `time` too.
 *
 * A cohort that has an order of visits and no times says so in `dataset.json`:
 * `"ehrloom": { "times": "order only" }`. MEDS wants a time for whatever has an order, so the visits
 * of each record are on whole days one after the other, from `unknownStart` on: nobody takes
 * such dates for those of a patient.
 *
 * @module
 */
import pl from "nodejs-polars";
import type { OnProgress } from "../../progress.ts";
import { collectGarbage } from "../../collect_garbage.ts";
import type { Cohort } from "../cohort.ts";
import { joined } from "../growing.ts";
import { isOrderOnly as hasOrderOnly } from "../order_only.ts";
import { fileName, medsPaths, medsSplitNames, orderOnly } from "./names.ts";
import { CohortRows } from "./cohort_rows.ts";
import { Continuations } from "./continuations.ts";
import { writeWhole } from "../../files/output.ts";
import { writeParquet } from "../../files/parquet_writer.ts";
import { type Quality, qualityFile } from "../quality.ts";
import { sameTexts, type Vocabulary } from "../vocabulary.ts";

/** A shard is closed when it holds this many events: about 100 MB of memory while it is written. */
const eventsPerShard = 1 << 21;

/** How {@link writeMeds} writes. */
export interface WriteMedsOptions {
  /** Name of the data set in `dataset.json`; default "ehrloom". */
  name?: string | undefined;
  /**
   * Whether the cohort has an order of visits and no times; default what the cohort says, and false for
   * one that comes in parts.
   */
  isOrderOnly?: boolean | undefined;
  /**
   * The records that these continue, for `continuations/`: record i, whose subject id is i + 1, begins
   * with record i modulo their number, without visits that have no codes. Of no use with an order only.
   */
  continues?: Cohort | undefined;
  /** What became of the source, for `quality.json`; none is written without it. */
  quality?: Quality | undefined;
  /** Texts of further files, by their names, which `files/ours.ts` must know. */
  files?: Readonly<Record<string, string>> | undefined;
  /** Further entries of `dataset.json`, under "ehrloom"; called when everything is written. */
  notes?: (() => Readonly<Record<string, unknown>>) | undefined;
  /** Replace an older result at the path. */
  force?: boolean | undefined;
  /**
   * Called with the number of records written so far; `total` is 0 if the cohort comes in parts.
   */
  onProgress?: OnProgress | undefined;
}

function metadata(name: string, notes: Readonly<Record<string, unknown>> | undefined): string {
  return JSON.stringify(
    {
      dataset_name: name,
      dataset_version: "1",
      etl_name: "ehrloom",
      meds_version: "0.4.0",
      created_at: new Date().toISOString(),
      other_extension_columns: ["visit"],
      ehrloom: notes,
    },
    null,
    2,
  ) + "\n";
}

/** What is known of all subjects once their events are written. */
class Subjects {
  private readonly ids: BigInt64Array[] = [];
  private readonly labels: Uint8Array[] = [];
  private readonly splits: Uint8Array[] = [];
  constructor(
    readonly vocabulary: Vocabulary,
    readonly labelNames: readonly string[],
    readonly hasDemographics: boolean,
  ) {}

  add(chunk: Cohort): void {
    if (
      chunk.vocabulary !== this.vocabulary &&
        !sameTexts(chunk.vocabulary.codes, this.vocabulary.codes) ||
      !sameTexts(chunk.labelNames, this.labelNames)
    ) throw new RangeError("Cannot write a cohort: its parts differ in vocabulary or labels");
    if (this.ids.length > 0 && (chunk.splits === null) !== (this.splits.length === 0)) {
      throw new RangeError("Cannot write a cohort: only some of its parts have splits");
    }
    if ((chunk.demographics !== null) !== this.hasDemographics) {
      throw new RangeError("Cannot write a cohort: only some of its parts have demographics");
    }
    this.ids.push(chunk.subjectIds.slice());
    this.labels.push(chunk.labels.slice());
    if (chunk.splits !== null) this.splits.push(chunk.splits.slice());
  }

  async write(folder: string): Promise<void> {
    const ids = joined(this.ids, (length) => new BigInt64Array(length));
    const sorted = ids.slice().sort();
    const twice = sorted.findIndex((id, index) => index > 0 && id === sorted[index - 1]);
    if (twice !== -1) {
      throw new RangeError(
        `Cannot write a cohort: subject ${sorted[twice]} is in two of its parts`,
      );
    }
    const labels = joined(this.labels, (length) => new Uint8Array(length));
    const count = this.labelNames.length;
    const columns = this.labelNames.map((name, label) =>
      pl.Series(name, Uint8Array.from(ids, (_, record) => labels[record * count + label]))
    );
    await writeParquet(
      `${folder}/${medsPaths.labels}`,
      pl.DataFrame([pl.Series("subject_id", ids), ...columns]),
    );
    if (this.splits.length > 0) {
      const splits = joined(this.splits, (length) => new Uint8Array(length));
      const names = pl.DataFrame([
        pl.Series("index", Uint8Array.of(0, 1, 2)),
        pl.Series("split", [...medsSplitNames]),
      ]);
      const split = pl.DataFrame([pl.Series("subject_id", ids), pl.Series("index", splits)])
        .join(names, { on: "index", how: "left" }).select("subject_id", "split");
      await writeParquet(`${folder}/${medsPaths.splits}`, split);
    }
  }
}

/** The events of records `from` to `to - 1`. */
function eventsOf({ visitOffsets, codeOffsets }: Cohort, from: number, to: number): number {
  return codeOffsets[visitOffsets[to]] - codeOffsets[visitOffsets[from]];
}

/** Ranges of records to write to one file each; one empty range for a cohort without records. */
function* shards(source: Cohort): Generator<[number, number]> {
  const { recordCount } = source;
  let from = 0;
  for (let to = 1; to <= recordCount; to++) {
    if (to < recordCount && eventsOf(source, from, to) < eventsPerShard) continue;
    yield [from, to];
    from = to;
  }
  if (recordCount === 0) yield [0, 0];
}

/**
 * Writes a complete cohort folder, or nothing. Cohorts that a generator yields one after the other
 * are written as they come, so only one is in memory at a time.
 *
 * @param path where to write the folder
 * @param source a cohort, or its parts with one vocabulary, the same labels and distinct subjects
 * @throws {Deno.errors.AlreadyExists} If something is at `path` and `force` is not set
 * @throws {RangeError} If the parts do not fit together, there is none, or times are known where
 *   `isOrderOnly` says that there are none
 */
export async function writeMeds(
  path: string,
  source: Cohort | Iterable<Cohort> | AsyncIterable<Cohort>,
  {
    name = "ehrloom",
    isOrderOnly = "recordCount" in source && hasOrderOnly(source),
    continues,
    quality,
    files = {},
    notes,
    force = false,
    onProgress,
  }: WriteMedsOptions = {},
): Promise<void> {
  await writeWhole(path, async (folder) => {
    await Deno.mkdir(`${folder}/${medsPaths.data}`, { recursive: true });
    await Deno.mkdir(`${folder}/${medsPaths.metadata}`);
    let subjects: Subjects | undefined;
    let rows: CohortRows | undefined;
    const continuations = continues && !isOrderOnly
      ? new Continuations(folder, continues)
      : undefined;
    let shard = 0;
    let done = 0;
    for await (const chunk of "recordCount" in source ? [source] : source) {
      if (subjects === undefined) {
        subjects = new Subjects(
          chunk.vocabulary,
          chunk.labelNames,
          chunk.demographics !== null,
        );
      }
      rows ??= new CohortRows(chunk, { isOrderOnly });
      if (isOrderOnly && !hasOrderOnly(chunk)) {
        throw new RangeError("Cannot write a cohort as order only: it has times");
      }
      subjects.add(chunk);
      const total = "recordCount" in source ? chunk.recordCount : 0;
      for (const [from, to] of shards(chunk)) {
        // Frees what the cohort was made of, and the tables of the file before
        if (eventsOf(chunk, from, to) >= eventsPerShard) collectGarbage();
        const path = `${folder}/${medsPaths.data}/${fileName(shard++)}`;
        await writeParquet(path, rows.of(chunk, from, to));
        done += to - from;
        onProgress?.({ stage: "writing records", done, total });
      }
      await continuations?.add(chunk, rows);
    }
    await continuations?.close();
    if (subjects === undefined || rows === undefined) {
      throw new RangeError("Cannot write a cohort: it has no parts");
    }
    await subjects.write(folder);
    await writeParquet(`${folder}/${medsPaths.codes}`, rows.codesTable());
    if (quality !== undefined) {
      await Deno.writeTextFile(`${folder}/${qualityFile}`, JSON.stringify(quality, null, 2) + "\n");
    }
    for (const [file, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${file}`, text);
    }
    const said = isOrderOnly ? { ...orderOnly, ...notes?.() } : notes?.();
    await Deno.writeTextFile(`${folder}/${medsPaths.dataset}`, metadata(name, said));
  }, { force });
}
