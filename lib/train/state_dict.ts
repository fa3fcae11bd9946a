import type { Vocabulary } from "../cohort/vocabulary.ts";
import { writeWhole } from "../files/output.ts";
import { gradientModelOf, modelFamily, storedConfig } from "../models/mod.ts";
import { checkNumbers, readSafetensors, writeSafetensors } from "../nn/safetensors.ts";
import { version } from "../version.ts";
import type { Run, RunConfig } from "./run_folder.ts";

const networkOf = ({ model, config, schema }: RunConfig) => gradientModelOf(model, config, schema);

/**
 * A run from weights that a model's original code has trained: its state dict, saved as safetensors
 * under the original's parameter names. Buffers are ignored; what the original masks is set to
 * zero.
 *
 * @param path of the safetensors file
 * @param about the model's family and config, and the codes and labels in the order of the original;
 * settings that the original does not know may be omitted
 * @throws {SyntaxError} If the file is not a complete safetensors file, or a parameter has values
 * that are not finite numbers
 * @throws {RangeError} If its tensors are not those of such a model, or the model is not a network
 * @see docs/specs/halo.md section 9 for HALO's names
 */
export async function readStateDict(
  path: string,
  about: {
    readonly runConfig: RunConfig;
    readonly vocabulary: Vocabulary;
    readonly labelNames: readonly string[];
  },
): Promise<Run> {
  const { tensors } = await readSafetensors(path);
  const { model, config } = about.runConfig;
  const runConfig = { ...about.runConfig, config: storedConfig(modelFamily(model), config) };
  const parameters = networkOf(runConfig).fromOriginal(tensors);
  checkNumbers(path, parameters);
  return { ...about, runConfig, parameters, training: [] };
}

/**
 * Writes a run's parameters as the state dict that the original code loads, buffers included.
 *
 * @param run a trained run
 * @param path where to write the safetensors file
 * @param options.force replace an older file
 * @throws {Deno.errors.AlreadyExists} If something is at `path` and `force` is not set
 * @throws {RangeError} If its model is not a network
 */
export async function writeStateDict(
  run: Run,
  path: string,
  options: { force?: boolean } = {},
): Promise<void> {
  const stateDict = networkOf(run.runConfig).toOriginal(run.parameters);
  await writeWhole(
    path,
    (temporary) => writeSafetensors(temporary, stateDict, { format: "pt", ehrloom: version }),
    options,
  );
}
