import { type Cohort, concatenated, subset } from "./cohort.ts";

/** The records of a cohort from one number up to another. */
function slice(source: Cohort, from: number, to: number): Cohort {
  if (from === 0 && to === source.recordCount) return source;
  return subset(source, Uint32Array.from({ length: to - from }, (_, i) => from + i));
}

/**
 * Regroups a cohort that comes in parts: the same records in the same order, `size` in each group and
 * the rest in the last one. So what is written does not depend on how the parts were cut.
 *
 * @param parts with one vocabulary and the same labels
 * @param size records of a group, at least 1
 */
export async function* inGroups(
  parts: AsyncIterable<Cohort>,
  size: number,
): AsyncGenerator<Cohort> {
  let waiting: Cohort[] = [];
  let count = 0;
  for await (const part of parts) {
    let from = 0;
    while (count + part.recordCount - from >= size) {
      const to = from + size - count;
      yield concatenated([...waiting, slice(part, from, to)]);
      [waiting, count, from] = [[], 0, to];
    }
    if (from === part.recordCount) continue;
    waiting.push(slice(part, from, part.recordCount));
    count += part.recordCount - from;
  }
  if (count > 0) yield concatenated(waiting);
}
