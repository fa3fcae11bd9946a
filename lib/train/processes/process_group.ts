/**
 * The processes that train one model together, perhaps on several machines: what they tell each other.
 *
 * @module
 */

/** Processes that train together, as one of them sees them. All must make the same calls in the same order. */
export interface ProcessGroup {
  /** The number of this process, from 0. The first one reads and writes the run. */
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** Replaces numbers by their sums over all processes, which are the same in each, to the bit. */
  allReduce(numbers: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): Promise<void>;
  /** Replaces bytes by those of the first process. */
  broadcast(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Leaves the group, once all its processes do. */
  leave(): Promise<void>;
}

/** A process that trains without others. */
export const alone: ProcessGroup = {
  rank: 0,
  size: 1,
  allReduce: () => Promise.resolve(),
  broadcast: () => Promise.resolve(),
  leave: () => Promise.resolve(),
};

/** Chooses this process's part of a list, for `filter`: every `size`-th element. */
export function isOwn({ rank, size }: ProcessGroup): (element: unknown, at: number) => boolean {
  return (_, at) => at % size === rank;
}

/**
 * What the first process has, for all of them.
 *
 * @param own of the first process; what JSON holds. That of others does not count
 */
export async function fromFirst<T>(group: ProcessGroup, own: T | undefined): Promise<T> {
  if (group.size === 1 && own !== undefined) return own;
  const text = new TextEncoder().encode(JSON.stringify(own ?? null));
  const length = Float64Array.of(text.length);
  await group.broadcast(new Uint8Array(length.buffer));
  const bytes = group.rank === 0 ? text : new Uint8Array(length[0]);
  await group.broadcast(bytes);
  return JSON.parse(new TextDecoder().decode(bytes));
}
