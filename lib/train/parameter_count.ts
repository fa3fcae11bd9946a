/**
 * How many parameters a model has: the same number before training, in a dry run, and of a run.
 *
 * @module
 */
import type { GradientModel } from "../models/interface/model.ts";
import { modelOf, type Run } from "./run_folder.ts";

/**
 * Numbers that training changes, of both stages of training where there are two: buffers, and tables
 * that are computed before training, do not count.
 */
export function trainedNumbers({ initial, adversary }: GradientModel): number {
  return Object.values({ ...initial, ...adversary?.initial })
    .filter(({ isBuffer = false, isComputed = false }) => !isBuffer && !isComputed)
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

/**
 * The number of parameters of a run: the numbers that training changed; of a floor, the numbers that
 * it counted.
 *
 * @example A floor counts each label, each code, and lengths
 * ```ts
 * import { parameterCount, syntheaSample, train } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const run = await train(await syntheaSample(), folder, { model: "independent", force: true });
 * assert(parameterCount(run) > 252 + 11); // codes, labels, and lengths of records and visits
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function parameterCount({ runConfig, parameters }: Run): number {
  const model = modelOf(runConfig);
  return "learn" in model
    ? Object.values(parameters).reduce((sum, { numbers }) => sum + numbers.length, 0)
    : trainedNumbers(model);
}
