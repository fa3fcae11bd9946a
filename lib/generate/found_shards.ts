/**
 * The shards of a synthetic cohort in a folder, proven to be all of one generation: none is missing,
 * doubled, or from another run, random seed or options.
 *
 * @module
 */
import { join } from "node:path";
import type { Cohort } from "../cohort/cohort.ts";
import { ownNotes } from "../cohort/meds/generation_notes.ts";
import { medsPaths } from "../cohort/meds/names.ts";
import { readMeds, type ReadMedsOptions } from "../cohort/meds/read.ts";
import { checked } from "../files/checked_json.ts";
import { found } from "../files/input.ts";
import { temporaryPattern } from "../files/temporary.ts";
import { type ShardNotes, shardNotesSchema } from "./shard_notes.ts";
import { shardOf } from "./shards.ts";

/** A shard in its folder. */
export interface FoundShard {
  readonly folder: string;
  readonly shard: ShardNotes;
  /** All that its `dataset.json` says under "ehrloom". */
  readonly notes: Readonly<Record<string, unknown>>;
}

/** Whether a folder holds cohort folders instead of being one. */
export async function holdsShards(folder: string): Promise<boolean> {
  if (!await found(folder) || await found(join(folder, medsPaths.data))) return false;
  const inner = await innerFolders(folder);
  return (await Promise.all(inner.map((each) => found(join(each, medsPaths.dataset))))).some(
    Boolean,
  );
}

/** The folders in a folder, without hidden ones and what killed tasks left. */
async function innerFolders(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory && !name.startsWith(".") && !temporaryPattern.test(name)) names.push(name);
  }
  return names.sort().map((name) => join(folder, name));
}

async function shardIn(folder: string): Promise<FoundShard> {
  const notes = await ownNotes(folder);
  if (notes.shard === undefined) {
    throw new RangeError(
      `Cannot merge "${folder}": it is no shard, as generate --shard writes them`,
    );
  }
  const place = `"${join(folder, medsPaths.dataset)}"`;
  return { folder, notes, shard: checked(notes.shard, shardNotesSchema, place, "a shard's notes") };
}

/** What makes a shard a part of another whole; undefined if it is one of the same. */
function difference(one: FoundShard, other: FoundShard): string | undefined {
  const { shard: own, notes } = one;
  const { shard: its, notes: others } = other;
  const whole = ({ parts, records }: ShardNotes) => `${parts} shards of ${records} records`;
  if (notes.run_fingerprint !== others.run_fingerprint) return "another run generated it";
  if (notes.seed !== others.seed) return `its random seed is ${notes.seed}, not ${others.seed}`;
  if (whole(own) !== whole(its)) return `it is one of ${whole(own)}, not one of ${whole(its)}`;
  if (own.asked !== its.asked) {
    return "other labels, sex, race, ages, rules or records to continue were asked for";
  }
}

/** Which shards are missing, in words; the first ten of them, since there may be millions. */
function missingInWords(found: ReadonlyMap<number, FoundShard>, parts: number): string | undefined {
  const count = parts - found.size;
  const numbers: number[] = [];
  for (let part = 1; numbers.length < Math.min(count, 10); part++) {
    if (!found.has(part)) numbers.push(part);
  }
  const more = count > numbers.length ? ` and ${count - numbers.length} more` : "";
  if (count === 0) return undefined;
  return count === 1
    ? `shard ${numbers[0]} of ${parts} is missing`
    : `shards ${numbers.join(", ")}${more} of ${parts} are missing`;
}

/**
 * All shards of one generation, in order.
 *
 * @param folder holds a folder for each shard, whatever its name
 * @throws {Deno.errors.NotFound} If there is no shard
 * @throws {RangeError} If a shard is missing, is there twice or is of another generation; says which
 * @throws {SyntaxError} If the `dataset.json` of a shard is damaged
 */
export async function foundShards(folder: string): Promise<FoundShard[]> {
  if (!await found(folder)) {
    throw new Deno.errors.NotFound(`Cannot read "${folder}": no such folder`);
  }
  const shards = await Promise.all((await innerFolders(folder)).map(shardIn));
  if (shards.length === 0) {
    throw new Deno.errors.NotFound(
      `Cannot merge "${folder}": it holds no shards; generate --shard I/N writes them`,
    );
  }
  const [first] = shards;
  const byPart = new Map<number, FoundShard>();
  for (const one of shards) {
    const why = difference(one, first);
    if (why !== undefined) {
      throw new RangeError(`Cannot merge "${one.folder}" with "${first.folder}": ${why}`);
    }
    const twin = byPart.get(one.shard.part);
    if (twin !== undefined) {
      throw new RangeError(
        `Cannot merge "${twin.folder}" with "${one.folder}": both are shard ${one.shard.part}`,
      );
    }
    byPart.set(one.shard.part, one);
  }
  const missing = missingInWords(byPart, first.shard.parts);
  if (missing !== undefined) throw new RangeError(`Cannot merge "${folder}": ${missing}`);
  return shards.sort((a, b) => a.shard.part - b.shard.part);
}

/**
 * The records of a shard.
 *
 * @throws {SyntaxError} If they are not those that the shard must have, or as `readMeds`
 */
export async function readShard(
  { folder, shard: { part, parts, records } }: FoundShard,
  options: ReadMedsOptions,
): Promise<Cohort> {
  const cohort = await readMeds(folder, options);
  const { first, count } = shardOf(records, { part, parts });
  const isOwn = cohort.recordCount === count &&
    cohort.subjectIds.every((id, record) => id === BigInt(first + record + 1));
  if (isOwn) return cohort;
  throw new SyntaxError(
    `Cannot read "${folder}": as shard ${part} of ${parts} it must have subjects ${first + 1} to ` +
      `${first + count}, and has ${cohort.recordCount} others`,
  );
}
