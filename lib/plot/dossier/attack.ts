/**
 * An attack as a dossier has it: who attacks with what, what came out, what the same attack finds of
 * patients who were not in training, and what follows by rule.
 *
 * @module
 */
import type { Estimate } from "../../evaluate/bootstrap.ts";
import type { LeftOut } from "../../evaluate/not_measured.ts";
import type { PartialReport } from "../../evaluate/report.ts";
import { fixed, percent } from "../../evaluate/summary/words.ts";

/**
 * What follows from an attack: "found" if more came out about training patients than the control
 * explains, by the 95% interval; "not found" if not; "unclear" if the records at hand do not allow a
 * figure; "not tried" if it was not asked.
 */
export type Finding = "found" | "not found" | "unclear" | "not tried";

/** An attack and what came of it. */
export interface Attack {
  /** Its name: "Identical records". */
  readonly name: string;
  /** What the attacker has and asks: a sentence. */
  readonly asks: string;
  /** What came out: sentences; or why there is no figure. */
  readonly found: string;
  /** What the same attack finds of patients who were not in training: a sentence, if there is one. */
  readonly control: string;
  /** What follows. */
  readonly finding: Finding;
}

/** The figures of privacy in a report. */
export type Disclosure = NonNullable<PartialReport["privacy"]>;

/** An attack's name and question. */
export type Asked = Pick<Attack, "name" | "asks">;

/** "52.3% (95% interval 48.1% to 56.5%)". */
export function shareInWords({ value, low, high }: Estimate): string {
  return `${percent(value)} (95% interval ${percent(low)} to ${percent(high)})`;
}

/** "0.012 (95% interval −0.004 to 0.028)". */
export function numberInWords({ value, low, high }: Estimate, digits = 3): string {
  const [own, from, to] = [value, low, high].map((each) => fixed(each, digits));
  return `${own} (95% interval ${from} to ${to})`;
}

/** An attack that was not asked about. */
export function notTried(asked: Asked, how: string): Attack {
  return { ...asked, found: `Not tried: ${how}.`, control: "", finding: "not tried" };
}

/** An attack for which the records or the model at hand do not suffice. */
export function unclear(asked: Asked, leftOut: readonly LeftOut[]): Attack {
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))];
  const why = reasons.length === 0 ? "the report has no figure" : reasons.join("; ");
  return { ...asked, found: `No figure: ${why}.`, control: "", finding: "unclear" };
}
