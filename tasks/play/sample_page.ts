/**
 * The page to play with a model of the sample's patients: trains it, and writes the page.
 *
 * @module
 */
import { type OnProgress, playPage, startInWords, train } from "ehrloom";
import { join } from "node:path";
import { say } from "../cli/command.ts";
import { playProgram } from "./bundle.ts";
import { playCohort } from "./sample.ts";

/** The page as HTML, of a HALO that is trained with this random seed on the engine that runs. */
export async function samplePage(seed: number, onProgress: OnProgress): Promise<string> {
  const cohort = await playCohort();
  const folder = await Deno.makeTempDir({ prefix: "ehrloom-play-" });
  try {
    const run = await train(cohort, join(folder, "run"), {
      model: "halo",
      settings: { width: 48, layers: 2, heads: 4 },
      seed,
      onStart: (start) => startInWords(start).forEach(say),
      onProgress,
    });
    return await playPage(run, await playProgram(), {
      real: cohort,
      minCell: 1,
      isSimulated: true,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
