/**
 * A comparison in parts: one model with one random seed each, in a folder of its own, so that several
 * processes can share the work. A part's folder is that of a comparison with this model alone, under
 * the plan of the whole; the comparison takes what is finished there as if it had made it.
 *
 * @module
 */
import { join } from "node:path";
import { copy, partFolders } from "../files/parts.ts";
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
  const advice = "remove this part, or choose another folder of parts";
  for (const part of await partFolders(parts, "plan.json")) {
    await isBegunWith(part, plan, advice);
    for (const entry of entries) {
      for (const own of [undefined, ...seeds.slice(1)]) {
        const [from, to] = [part, folder].map((each) => modelFolder(each, entry, own));
        const isFinished = await isThere(join(from, "judgement.json"));
        if (!isFinished || await isThere(join(to, "judgement.json"))) continue;
        await checkBegun(part, entry, advice, own);
        await Deno.mkdir(to, { recursive: true });
        for (const name of finishedParts) {
          await replaceWhole(join(to, name), (temporary) => copy(join(from, name), temporary));
        }
      }
    }
  }
}
