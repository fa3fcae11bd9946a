/**
 * What a killed run left to continue from: the state of the optimizer and the position in training.
 *
 * @module
 */
import { parsedJson } from "../files/input.ts";
import type { AdamState } from "../nn/optimizer.ts";
import type { NamedArrays, Shapes } from "../nn/parameters.ts";
import { checkNumbers, readSafetensors } from "../nn/safetensors.ts";

/** Parameters, the two moving averages that Adam keeps of each, and averaged weights. */
const groupNames = ["parameters", "means", "squares", "averages"] as const;

/** What belongs together in a file. */
type Group = typeof groupNames[number];

/** Things by the group and the name in "group.name"; undefined for a name of no group. */
function grouped<T>(tensors: Readonly<Record<string, T>>, wanted: readonly Group[]) {
  const groups: Record<Group, Map<string, T>> = {
    parameters: new Map(),
    means: new Map(),
    squares: new Map(),
    averages: new Map(),
  };
  const foreign: string[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    const group = wanted.find((group) => name.startsWith(`${group}.`));
    if (group === undefined) foreign.push(name);
    else groups[group].set(name.slice(group.length + 1), tensor);
  }
  return { groups, foreign };
}

/**
 * What a killed run stored; undefined if it was killed before it stored anything.
 *
 * @param check gets the shapes of each group before any number is read
 * @param isAveraged whether it must have averaged weights; else it must not
 */
export async function readState(
  path: string,
  check: (group: Group, shapes: Shapes) => void,
  isAveraged = false,
): Promise<{ standing: unknown; state: AdamState } | undefined> {
  const wanted = groupNames.filter((name) => isAveraged || name !== "averages");
  const { tensors, metadata } = await readSafetensors(path, {
    check(shapes) {
      const { groups, foreign: [foreign] } = grouped(shapes, wanted);
      if (foreign !== undefined) {
        throw new SyntaxError(
          `Cannot read "${path}": it has a tensor "${foreign}" ` +
            "that does not belong to the model",
        );
      }
      if (Object.keys(shapes).length === 0) return;
      for (const group of wanted) check(group, Object.fromEntries(groups[group]));
    },
  });
  const isEmpty = Object.keys(tensors).length === 0;
  if (isEmpty && metadata.standing === "null") return undefined; // as the run was begun
  checkNumbers(path, tensors);
  const steps = Number(metadata.steps);
  let standing: unknown;
  try {
    standing = isEmpty ? undefined : parsedJson(metadata.standing, path);
  } catch (_) {
    standing = undefined;
  }
  if (standing === undefined || !/^\d+$/.test(metadata.steps) || !Number.isSafeInteger(steps)) {
    throw new SyntaxError(`Cannot read "${path}": it does not say where the run was interrupted`);
  }
  const { groups } = grouped(tensors, wanted);
  const arrays = (group: Group): NamedArrays => Object.fromEntries(groups[group]);
  return {
    standing,
    state: {
      steps,
      parameters: arrays("parameters"),
      means: arrays("means"),
      squares: arrays("squares"),
      ...isAveraged && { averages: arrays("averages") },
    },
  };
}

/** The error when a file is missing that a run would continue from. */
export function lost(folder: string, file: string): Error {
  return new Deno.errors.NotFound(
    `Cannot resume "${folder}": ${file} is missing, so there is nothing to continue from; ` +
      "the model in the folder is unchanged, train into another folder",
  );
}
