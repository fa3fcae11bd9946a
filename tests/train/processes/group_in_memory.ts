import type { ProcessGroup } from "ehrloom/train/processes/process_group.ts";

/** What each of several callers brings to one meeting, and what they do there. */
interface Meeting {
  readonly brought: Map<number, Uint8Array | Float32Array | Float64Array>;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Groups of processes that are really one: what each calls waits until all have called it. Sums are made
 * by rank, in the precision of the numbers.
 */
export function groupsInMemory(size: number): ProcessGroup[] {
  let meeting: Meeting = { brought: new Map(), done: Promise.withResolvers() };
  const meet = <A extends Uint8Array | Float32Array | Float64Array>(
    rank: number,
    own: A,
    work: (all: A[]) => void,
  ): Promise<void> => {
    const { brought, done } = meeting;
    if (brought.has(rank)) throw new Error(`Rank ${rank} calls before the others have`);
    brought.set(rank, own);
    if (brought.size === size) {
      meeting = { brought: new Map(), done: Promise.withResolvers() };
      const all = Array.from({ length: size }, (_, rank) => brought.get(rank) as A);
      if (all.some((each) => each.constructor !== own.constructor || each.length !== own.length)) {
        throw new Error("Processes bring different things");
      }
      work(all);
      done.resolve();
    }
    return done.promise;
  };
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    allReduce: (numbers) =>
      meet(rank, numbers, ([first, ...others]) => {
        for (const other of others) for (let i = 0; i < first.length; i++) first[i] += other[i];
        for (const other of others) other.set(first);
      }),
    broadcast: (bytes) =>
      meet(rank, bytes, ([first, ...others]) => others.forEach((other) => other.set(first))),
    leave: () => Promise.resolve(),
  }));
}
