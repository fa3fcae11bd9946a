import type { Vocabulary } from "../cohort/vocabulary.ts";
import { writeWhole } from "../files/output.ts";
import { gradientModelOf } from "../models/mod.ts";
import { checkNumbers, readSafetensors, writeSafetensors } from "../nn/safetensors.ts";
import { version } from "../version.ts";
import type { Run, RunConfig } from "./run_folder.ts";

const networkOf = ({ model, config, schema }: RunConfig) => gradientModelOf(model, config, schema);

/**
 * A run from weights that a model's original code has trained: its state dict, saved as safetensors
 * under its own parameter names. Buffers in it are ignored; what the original masks is set to zero.
 *
 * @param path of the safetensors file
 * @param about the model's family and full config, and the codes and labels in the order in which
 * the original numbers them
 * @throws {SyntaxError} If the file is no whole safetensors file, or a parameter holds what is no
 * finite number
 * @throws {RangeError} If its tensors are not those of such a model, or it is no network
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
  const parameters = networkOf(about.runConfig).fromOriginal(tensors);
  checkNumbers(path, parameters);
  return { ...about, parameters, training: [] };
}

/**
 * Writes a run's parameters as the state dict that the original code loads, buffers included.
 *
 * @param run a trained run
 * @param path where to write the safetensors file
 * @param options.force replace what is there
 * @throws {Deno.errors.AlreadyExists} If something is at `path` and `force` is not set
 * @throws {RangeError} If its model is no network
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
