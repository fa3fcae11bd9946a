/**
 * Reads a run's parameters, which must be those of its model.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { checked, finite, flag, object } from "../files/checked_json.ts";
import { parsedJson } from "../files/input.ts";
import type { Model } from "../models/interface/model.ts";
import { checkShapes, type NamedArrays, type Shapes } from "../nn/parameters.ts";
import { checkNumbers, readSafetensors } from "../nn/safetensors.ts";
import type { Calibration } from "./run_folder.ts";

/** Parameters of a model's first stage of training, and of its second. */
function stages(model: Model): [Shapes, Shapes] {
  if (!("learn" in model)) return [model.initial, model.adversary?.initial ?? {}];
  const counted = Object.entries(model.shapes).map(([name, shape]) => [name, { shape }]);
  return [Object.fromEntries(counted), {}];
}

/** Whether any of these names occurs. */
export function hasAnyOf(names: Shapes, found: object): boolean {
  return Object.keys(names).some((name) => Object.hasOwn(found, name));
}

/** Whether a model of two stages has only parameters of the first one. */
export function lacksSecondStage(model: Model, parameters: NamedArrays): boolean {
  const [, second] = stages(model);
  return Object.keys(second).length > 0 && !hasAnyOf(second, parameters);
}

const calibrationSchema = object({
  validation_before: v.nullable(finite()),
  validation_after: v.nullable(finite()),
  kept: flag,
  seconds: finite(0),
});

/** The best parameters so far. */
export interface Best {
  /** In models of two stages perhaps only those of the first one. */
  readonly parameters: NamedArrays;
  /** Their calibration, once it is done. */
  readonly calibration?: Calibration;
}

/** The best parameters of a run so far. */
export async function readBest(folder: string, model: Model): Promise<Best> {
  const path = join(folder, "model.safetensors");
  const [first, second] = stages(model);
  const check = (shapes: Shapes) =>
    checkShapes(path, shapes, hasAnyOf(second, shapes) ? { ...first, ...second } : first);
  const { tensors, metadata: { calibration } } = await readSafetensors(path, { check });
  checkNumbers(path, tensors, "learn" in model ? model.maybeUnknown : undefined);
  if (calibration === undefined) return { parameters: tensors };
  return {
    parameters: tensors,
    calibration: checked(
      parsedJson(calibration, path),
      calibrationSchema,
      `"${path}"`,
      "a calibration",
    ),
  };
}
