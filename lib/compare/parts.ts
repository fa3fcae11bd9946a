/**
 * A comparison in parts: one model with one random seed each, in a folder of its own, so that several
 * processes can share the work. A part's folder is that of a comparison with this model alone, under
 * the plan of the whole; the comparison takes what is finished there as if it had made it.
 *
 * @module
 */
import { join } from "node:path";
import { found } from "../files/input.ts";
import { isThere } from "../files/is_there.ts";
import { replaceWhole } from "../files/output.ts";
import { checkBegun, type Entry, isBegunWith, modelFolder } from "./plan.ts";
import type { Plan } from "./read_comparison.ts";

/** What a finished model's folder holds; the judgement, which says that it is finished, is last. */
const finishedParts = ["run", "synthetic", "report", "judgement.json"] as const;

/** A model with one of the random seeds of a comparison. */
export interface ComparedPart {
  /** Its name, as in the list of models. */
  readonly model: string;
  /** Default the first random seed. */
  readonly seed?: number | undefined;
}

/** Copies a file, or a folder with all that is in it. */
async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}

/** The folders of parts, in order. */
async function partFolders(folder: string): Promise<string[]> {
  if (!await found(folder)) {
    throw new Deno.errors.NotFound(`Cannot read "${folder}": no such folder`);
  }
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const folders = names.sort().map((name) => join(folder, name));
  const isPart = await Promise.all(folders.map((each) => isThere(join(each, "plan.json"))));
  return folders.filter((_, index) => isPart[index]);
}

/**
 * Copies what is finished in parts, and not yet in the folder of their comparison.
 *
 * @param parts holds the parts' folders
 * @throws {RangeError} If a part was started with another plan, or with other settings
 */
export async function takeParts(
  parts: string,
  folder: string,
  { plan, entries, seeds }: {
    readonly plan: Plan;
    readonly entries: readonly Entry[];
    readonly seeds: readonly number[];
  },
): Promise<void> {
  for (const part of await partFolders(parts)) {
    await isBegunWith(part, plan);
    for (const entry of entries) {
      for (const own of [undefined, ...seeds.slice(1)]) {
        const [from, to] = [part, folder].map((each) => modelFolder(each, entry, own));
        const isFinished = await isThere(join(from, "judgement.json"));
        if (!isFinished || await isThere(join(to, "judgement.json"))) continue;
        await checkBegun(part, entry, own);
        await Deno.mkdir(to, { recursive: true });
        for (const name of finishedParts) {
          await replaceWhole(join(to, name), (temporary) => copy(join(from, name), temporary));
        }
      }
    }
  }
}
