/**
 * Figures that cannot be computed from the records at hand, each with its reason.
 *
 * @module
 */
import { list, object, type Schema, text } from "../files/checked_json.ts";
import { counted, listed } from "../in_words.ts";

/** A figure that is left out. */
export interface LeftOut {
  /** Which one. */
  label: string;
  /** Why: a clause. */
  reason: string;
}

/** Labels that a sentence names at most; the report's data have all. */
const mostNamed = 6;

/** "a, b and 7 others". */
function named(labels: readonly string[]): string {
  return labels.length <= mostNamed + 1
    ? listed(labels)
    : listed([...labels.slice(0, mostNamed), `${counted(labels.length - mostNamed)} others`]);
}

/** What is left out in one sentence, alike reasons together; nothing if all is there. */
export function notMeasuredInWords(leftOut: readonly LeftOut[]): string[] {
  const byReason = Map.groupBy(leftOut, ({ reason }) => reason);
  const parts = Array.from(
    byReason,
    ([reason, alike]) => `${named(alike.map(({ label }) => label))} (${reason})`,
  );
  return parts.length === 0 ? [] : [`Not measured: ${parts.join("; ")}.`];
}

/** Figures that are left out, when they are read from a file. */
export const leftOutSchema: Schema<LeftOut[]> = list(object({ label: text, reason: text }));
