import type { RecordLists } from "../cohort/records.ts";
import type { RecordSampling } from "../models/model.ts";
import { random } from "../nn/random.ts";
import {
  areWanted,
  givenLabels,
  labelAttempts,
  neverCameUp,
  type Order,
  type Written,
} from "./order.ts";

/**
 * The records of an order from a model that writes whole ones, each from the stream of its number;
 * records are drawn anew until they have the labels that are wanted.
 */
export async function writtenWhole(sampling: RecordSampling, order: Order): Promise<Written[]> {
  const { seed, first, size, onEnded } = order;
  const streams = (records: readonly number[], attempt: number) =>
    records.map((i) => random(seed, first + i, 0, attempt));
  const all = Array.from({ length: size }, (_, i) => i);
  const labels = givenLabels(order);
  const written: RecordLists[] = [];
  if (labels !== undefined) written.push(...await sampling.write(streams(all, 0), labels));
  let missing = labels === undefined ? all : [];
  for (let attempt = 0; missing.length > 0; attempt++) {
    if (attempt === labelAttempts) throw neverCameUp();
    const drawn = await sampling.write(streams(missing, attempt));
    missing = missing.filter((i, at) => {
      const isWanted = areWanted(order, drawn[at].labels);
      if (isWanted) written[i] = drawn[at];
      return !isWanted;
    });
  }
  onEnded(size);
  return written.map((record) => ({ ...record, isCutOff: false }));
}
