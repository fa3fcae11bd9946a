import { sha256OfParts } from "../files/sha256.ts";
import type { Run } from "./run_folder.ts";

/**
 * A SHA-256 of a run: its config, its codes and labels, and its parameters. Records that it
 * generates carry it, so that they can be traced to their run wherever the two folders are.
 *
 * @example A run, and the same run read from its folder
 * ```ts
 * import { readRun, runFingerprint, syntheaSample, train } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = `${await Deno.makeTempDir()}/run`;
 * const run = await train(await syntheaSample(), folder, { model: "independent" });
 * assertEquals(await runFingerprint(run), await runFingerprint(await readRun(folder)));
 * ```
 *
 * @returns 64 hexadecimal digits
 */
export async function runFingerprint(
  { runConfig, vocabulary: { codes }, labelNames, parameters }: Run,
): Promise<string> {
  const tensors = Object.entries(parameters);
  const shapes = tensors.map(([name, { shape }]) => [name, shape]);
  const about = JSON.stringify([runConfig, codes, labelNames, shapes]);
  const parts = [new TextEncoder().encode(about), ...tensors.map(([, { numbers }]) => numbers)];
  return await sha256OfParts(parts);
}
