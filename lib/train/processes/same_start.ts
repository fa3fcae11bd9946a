import { type AdamState, isAdamState } from "../../nn/optimizer.ts";
import type { NamedArrays } from "../../nn/parameters.ts";
import type { Checkpoint, TrainingLine } from "../run_folder.ts";
import { fromFirst, type ProcessGroup } from "./process_group.ts";

/** Where a training begins or continues. */
export interface Start {
  readonly checkpoint: Checkpoint;
  /** The epochs so far. */
  readonly lines: TrainingLine[];
  /** Parameters to begin with, or the state to continue from. */
  readonly state: NamedArrays | AdamState;
}

/** What the others need to know before they get the numbers. */
interface Header extends Pick<Start, "checkpoint" | "lines"> {
  /** Of the optimizer; undefined before the first. */
  readonly steps?: number | undefined;
  /** Whether there are averaged weights. */
  readonly isAveraged: boolean;
  /** Names and shapes of the parameters, in their order. */
  readonly shapes: readonly (readonly [name: string, shape: readonly number[]])[];
}

/** The shared numbers of one group of arrays. */
async function sameArrays(
  group: ProcessGroup,
  { shapes }: Header,
  own: NamedArrays | undefined,
): Promise<NamedArrays> {
  const arrays: Record<string, NamedArrays[string]> = {};
  for (const [name, shape] of shapes) {
    const size = shape.reduce((product, length) => product * length, 1);
    const numbers = own?.[name].numbers.slice() ?? new Float32Array(size);
    await group.broadcast(new Uint8Array(numbers.buffer));
    arrays[name] = { shape, numbers };
  }
  return arrays;
}

/**
 * The start of the first process, for all of them: so none but that one reads the run, and all have the
 * same parameters to the bit.
 *
 * @param own of the first process; others have none
 */
export async function sameStart(group: ProcessGroup, own: Start | undefined): Promise<Start> {
  if (group.size === 1 && own !== undefined) return own;
  const state = own && isAdamState(own.state) ? own.state : undefined;
  const initial = own && !isAdamState(own.state) ? own.state : state?.parameters;
  const header = await fromFirst<Header>(
    group,
    own && initial && {
      checkpoint: own.checkpoint,
      lines: own.lines,
      steps: state?.steps,
      isAveraged: state?.averages !== undefined,
      shapes: Object.entries(initial).map(([name, { shape }]) => [name, shape]),
    },
  );
  const { checkpoint, lines, steps } = header;
  const parameters = await sameArrays(group, header, initial);
  if (steps === undefined) return { checkpoint, lines, state: parameters };
  const means = await sameArrays(group, header, state?.means);
  const squares = await sameArrays(group, header, state?.squares);
  const averages = header.isAveraged
    ? { averages: await sameArrays(group, header, state?.averages) }
    : {};
  return { checkpoint, lines, state: { steps, parameters, means, squares, ...averages } };
}
