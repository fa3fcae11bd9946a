import { breathe } from "../breathe.ts";
import { brokenByVisit } from "../cohort/rules/broken_rules.ts";
import type { RecordLists } from "../cohort/records.ts";
import type { RecordSampling } from "../models/interface/writing.ts";
import { stream } from "../random.ts";
import { givenLabels, mostAttempts, neverCameUp, type Order, type Written } from "./order.ts";
import { isAsWanted } from "./wanted.ts";
import type { Ruled } from "./rule_guard.ts";

/**
 * The records of an order from a model that writes whole ones, each from the stream of its number.
 * Records are drawn again until they are as required and keep the rules, so they follow
 * the model's distribution given these.
 */
export async function writtenWhole(sampling: RecordSampling, order: Order): Promise<Written[]> {
  const { seed, first, size, ruled, onEnded } = order;
  const labels = givenLabels(order);
  const written: RecordLists[] = [];
  let missing = Array.from({ length: size }, (_, i) => i);
  for (let attempt = 0; missing.length > 0; attempt++) {
    if (attempt === mostAttempts) throw neverCameUp(order);
    const drawn = await sampling.write(
      missing.map((i) => stream("wholeRecords", seed, first + i, attempt)),
      labels && missing.map((i) => labels[i]),
    );
    missing = missing.filter((i, at) => {
      const isFitting = isAsWanted(order.wanted, drawn[at]) &&
        (ruled === undefined || keepsTo(ruled, drawn[at]));
      if (isFitting) written[i] = drawn[at];
      return !isFitting;
    });
    onEnded(size - missing.length);
    await breathe();
  }
  return written.map((record) => ({ ...record, isCutOff: false }));
}

function keepsTo({ rules, tally }: Ruled, record: RecordLists): boolean {
  const isKept = brokenByVisit(record, rules).every(({ size }) => size === 0);
  tally.draws++;
  if (!isKept) tally.touched++;
  return isKept;
}
