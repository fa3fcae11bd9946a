/**
 * What a shard says of itself, in its `dataset.json`: which part it is of which whole. By this,
 * `merge` proves that shards belong together.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../cohort/cohort.ts";
import { fingerprint } from "../cohort/fingerprint.ts";
import { object, text, whole } from "../files/checked_json.ts";
import { sha256 } from "../files/sha256.ts";
import type { GenerationOptions } from "./options.ts";

/** Which part a shard is of which whole. */
export interface ShardNotes {
  /** Number of the part, from 1. */
  readonly part: number;
  /** Number of parts of the whole. */
  readonly parts: number;
  /** Number of records of the whole. */
  readonly records: number;
  /** A SHA-256 of what was asked for besides run, seed and number, see {@link askedDigest}. */
  readonly asked: string;
}

/** The schema of {@link ShardNotes}. */
export const shardNotesSchema = v.pipe(
  object({ part: whole(1), parts: whole(1), records: whole(1), asked: text }),
  v.check(({ part, parts }) => part <= parts, "a part of its whole"),
);

/**
 * A SHA-256 of what decides the records of a generation, besides its run, random seed and number of
 * records: required labels, sex, race and ages, the cohort that gives labels, the records to continue,
 * and rules.
 *
 * @param options as for `generate()`; `labelsFrom` is the cohort behind `labelRows`
 * @returns 64 hexadecimal digits
 */
export async function askedDigest(
  { labels = {}, sex, race, ages, labelsFrom, prefixes, rules }:
    & Pick<GenerationOptions, "labels" | "sex" | "race" | "ages" | "prefixes" | "rules">
    & { readonly labelsFrom?: Cohort | undefined },
): Promise<string> {
  const asked = JSON.stringify([
    Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1),
    ...[sex ?? null, race?.toLowerCase() ?? null, ages ?? null],
    labelsFrom ? await fingerprint(labelsFrom) : null,
    prefixes ? await fingerprint(prefixes) : null,
    rules?.rules ?? null,
  ]);
  return await sha256(asked);
}
