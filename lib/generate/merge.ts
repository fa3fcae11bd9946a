/**
 * Shards as one cohort: in a folder of its own, or in memory.
 *
 * @module
 */
import { type Cohort, concatenated } from "../cohort/cohort.ts";
import { inGroups } from "../cohort/in_groups.ts";
import {
  type GenerationNotes,
  generationNotesIn,
  notesJson,
  ownNotes,
  runFingerprintIn,
} from "../cohort/meds/generation_notes.ts";
import { orderOnly } from "../cohort/meds/names.ts";
import { readMeds, type ReadMedsOptions } from "../cohort/meds/read.ts";
import { writeMeds } from "../cohort/meds/write.ts";
import type { OnProgress } from "../progress.ts";
import { type FoundShard, foundShards, holdsShards, readShard } from "./found_shards.ts";

/** Records of a file of generated records, at least where they are short. */
const recordsPerFile = 4096;

/**
 * Generated records as they are written, whatever parts they were generated in: so the files do not
 * depend on the batch, the memory of the machine or the number of shards.
 *
 * @param parts in order, all of one generation
 */
export function asWritten(parts: AsyncIterable<Cohort>): AsyncGenerator<Cohort> {
  return inGroups(parts, recordsPerFile);
}

/** What the whole says under "ehrloom": what all shards say, and sums of what they counted. */
function wholeNotes(shards: readonly FoundShard[]): Readonly<Record<string, unknown>> {
  const [{ notes: { shard: _, ...said } }] = shards;
  const counted = shards.map(({ notes }) => generationNotesIn(notes));
  const sum = (of: (notes: GenerationNotes) => number | undefined) =>
    counted.reduce((total, notes) => total + (of(notes) ?? 0), 0);
  const ruled = counted[0].ruled && {
    draws: sum(({ ruled }) => ruled?.draws),
    touched: sum(({ ruled }) => ruled?.touched),
  };
  const { cut_off, rules } = notesJson({ cutOff: sum(({ cutOff }) => cutOff), ruled });
  return { ...said, cut_off, rules };
}

/** How {@link mergeShards} works. */
export interface MergeOptions extends Pick<ReadMedsOptions, "onLeftOut"> {
  /** The records that the shards continue, as they were given to `generate`. */
  readonly continues?: Cohort | undefined;
  /** Replace an older result at the path. */
  readonly force?: boolean | undefined;
  /** Called after every shard. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Writes all shards of a generation as one cohort folder. It has the bytes that one process would have
 * written, but for `created_at` in `dataset.json`. One shard at a time is in memory.
 *
 * @param folder holds the shards, as `generate --shard` writes them
 * @param path where to write the whole
 * @returns number of records
 * @throws {RangeError} If a shard is missing, doubled or of another generation; or if shards continue
 * records, and `continues` is not set
 * @throws {SyntaxError} If a shard is damaged
 * @throws {Deno.errors.AlreadyExists} If something is at `path` and `force` is not set
 */
export async function mergeShards(
  folder: string,
  path: string,
  { continues, force, onLeftOut, onProgress }: MergeOptions = {},
): Promise<number> {
  const shards = await foundShards(folder);
  const notes = wholeNotes(shards);
  if ((notes.continues !== undefined) !== (continues !== undefined)) {
    throw new RangeError(
      notes.continues === undefined
        ? `Cannot merge "${folder}" as continued records: its shards continue none`
        : `Cannot merge "${folder}": its shards continue records, which must be given too`,
    );
  }
  async function* parts() {
    for (const [index, shard] of shards.entries()) {
      yield await readShard(shard, { onLeftOut });
      onProgress?.({ stage: "merging shards", done: index + 1, total: shards.length });
    }
  }
  const { times, ...said } = notes;
  await writeMeds(path, asWritten(parts()), {
    name: "ehrloom-synthetic",
    isOrderOnly: times === orderOnly.times,
    continues,
    notes: () => said,
    force,
  });
  return shards[0].shard.records;
}

/** A synthetic cohort with what its folder says of how it was generated. */
export interface SyntheticCohort {
  /** The records. */
  readonly cohort: Cohort;
  /** How they were generated. */
  readonly notes: GenerationNotes;
  /** The run that generated it, see `runFingerprint`; undefined if the folder does not say. */
  readonly runFingerprint: string | undefined;
}

/**
 * Reads a synthetic cohort: its folder, or a folder with all its shards.
 *
 * @example A cohort folder
 * ```ts
 * import { readSynthetic, syntheaSample, writeMeds } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = `${await Deno.makeTempDir()}/cohort`;
 * const cohort = await syntheaSample();
 * await writeMeds(folder, cohort);
 * assertEquals((await readSynthetic(folder)).cohort.recordCount, cohort.recordCount);
 * ```
 *
 * @throws what {@link readMeds} throws; a RangeError if a shard is missing, doubled or of another
 * generation
 */
export async function readSynthetic(
  folder: string,
  options: ReadMedsOptions = {},
): Promise<SyntheticCohort> {
  if (!await holdsShards(folder)) {
    const notes = await ownNotes(folder);
    return { cohort: await readMeds(folder, options), ...ofNotes(notes) };
  }
  const shards = await foundShards(folder);
  const cohorts: Cohort[] = [];
  for (const [index, shard] of shards.entries()) {
    cohorts.push(await readShard(shard, { ...options, onProgress: undefined }));
    options.onProgress?.({ stage: "reading shards", done: index + 1, total: shards.length });
  }
  return { cohort: concatenated(cohorts), ...ofNotes(wholeNotes(shards)) };
}

function ofNotes(notes: Readonly<Record<string, unknown>>): Omit<SyntheticCohort, "cohort"> {
  return { notes: generationNotesIn(notes), runFingerprint: runFingerprintIn(notes) };
}
