import { join } from "node:path";
import { checked, finite, list, object, whole } from "../files/checked_json.ts";
import { isThere } from "../files/is_there.ts";
import type { Adversary } from "../models/interface/adversary.ts";
import type { AdamState } from "../nn/optimizer.ts";
import { checkShapes } from "../nn/parameters.ts";
import { lost, readState } from "./read_state.ts";
import type { AdversaryLine } from "./run_folder.ts";

const adversaryLineSchema = object({
  epoch: whole(1),
  critic_loss: finite(),
  generator_loss: finite(),
  seconds: finite(0),
});

/**
 * The state of a killed second stage; undefined if it had stored nothing.
 *
 * @param folder of the run
 * @param adversary the stage
 * @param isTrained whether the model has its parameters
 * @throws as {@link readProgress} does
 */
export async function readAdversary(
  folder: string,
  { initial, epochs }: Pick<Adversary, "initial" | "epochs">,
  isTrained: boolean,
): Promise<{ lines: AdversaryLine[]; state: AdamState } | undefined> {
  const path = join(folder, "resume-adversary.safetensors");
  if (!await isThere(path)) {
    if (isTrained) throw lost(folder, "resume-adversary.safetensors");
    return undefined;
  }
  const learnt = Object.entries(initial).filter(([, { isBuffer }]) => !isBuffer);
  const remembered = Object.fromEntries(learnt);
  const found = await readState(
    path,
    (group, shapes) => checkShapes(path, shapes, group === "parameters" ? initial : remembered),
  );
  const lines = checked(
    found?.standing,
    list(adversaryLineSchema),
    `"${path}"`,
    "a list of epochs",
  );
  const wrong = lines.findIndex(({ epoch }, index) => epoch !== index + 1 || epoch > epochs);
  if (found !== undefined && wrong === -1) return { lines, state: found.state };
  throw new SyntaxError(
    `Cannot read "${path}": epoch ${
      wrong + 1
    } is missing or out of order; epochs must be 1 to ${epochs}`,
  );
}
