import { checkArguments } from "../arguments.ts";
import type { Cohort } from "../cohort/cohort.ts";
import { writeMeds } from "../cohort/meds/write.ts";
import type { LongWorkOptions } from "../long_work.ts";
import { simulatedParts, type SimulateOptions } from "./simulate.ts";
import { type Truth, truthFile, truthText } from "./truth.ts";
import { truthOf } from "./truth_of.ts";

/** What to simulate, and how to write it. */
export interface WriteSimulatedOptions extends SimulateOptions, LongWorkOptions {
  /** Replace an older result at the path. */
  readonly force?: boolean | undefined;
  /** Called with each part of the cohort before it is written. */
  readonly onPart?: ((part: Cohort) => void) | undefined;
}

async function* passedOn(parts: AsyncIterable<Cohort>, onPart: (part: Cohort) => void) {
  for await (const part of parts) {
    onPart(part);
    yield part;
  }
}

/**
 * Writes a simulated cohort of any size as a cohort folder, with its truth in `truth.json`. It is
 * drawn in parts, so that memory does not grow with the number of patients, except for 20 bytes each.
 *
 * @example A cohort for student 17, and its truth
 * ```ts
 * import { readMeds, readTruth, simulate, writeSimulated } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = `${await Deno.makeTempDir()}/student-17`;
 * const truth = await writeSimulated(folder, { seed: 17, patients: 50 });
 * assertEquals(await readMeds(folder), simulate({ seed: 17, patients: 50 }));
 * assertEquals(await readTruth(folder), truth);
 * ```
 *
 * @param path where to write the folder
 * @returns the truth
 * @throws {RangeError} If there is no patient, or no truth of these sizes
 * @throws {Deno.errors.AlreadyExists} If something is at `path` and `force` is not set
 */
export async function writeSimulated(
  path: string,
  { force, onPart = () => {}, onProgress, signal, patients, first, ...sizes }:
    WriteSimulatedOptions = {},
): Promise<Truth> {
  checkArguments("writeSimulated", [path, "folder"]);
  const truth = truthOf(sizes);
  const parts = simulatedParts(truth, { patients, first, onProgress, signal });
  await writeMeds(path, passedOn(parts, onPart), {
    name: "ehrloom-simulated",
    files: { [truthFile]: truthText(truth) },
    notes: () => ({ simulation_seed: truth.about.seed }),
    force,
  });
  return truth;
}
