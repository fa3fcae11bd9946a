/**
 * Keeps a record to clinical rules while it is written: says before each step which codes would
 * break one. It stands beside a model's reader and knows no model.
 *
 * @module
 */
import { type Rules, sexOf } from "../cohort/rules/rules.ts";
import type { RecordReader, Script } from "../models/interface/writing.ts";
import type { Forbidden } from "../nn/forbidden.ts";

/** How many draws rules changed. */
export interface RuleTally {
  /** Steps drawn, or records from a model that writes whole ones; labels' steps do not count. */
  draws: number;
  /** Those that would have broken a rule, had the model drawn alone. */
  touched: number;
}

/** Rules, and what counts the draws that would have broken them. */
export interface Ruled {
  /** For the model's vocabulary and labels. */
  readonly rules: Rules;
  /** Columns of the model's steps. */
  readonly columns: number;
  /** Counts on with every record. */
  readonly tally: RuleTally;
}

/** What keeps one record to the rules. */
export interface RuleGuard {
  /**
   * What the next step may not hold, by the rules and by the reader itself; once for each draw. Where
   * nothing is left for a visit to hold, it stays empty.
   */
  forbidden(reader: RecordReader): Forbidden | undefined;
  /** Notes what the reader has just read. */
  follow(reader: RecordReader): void;
}

/**
 * Begins to keep a record to the rules.
 *
 * @param otherColumns that say a code too
 */
export function ruleGuard(
  { rules, columns, tally }: Ruled,
  otherColumns: Script["otherColumns"] = [],
): RuleGuard {
  const byRecord = new Uint8Array(columns); // 1: forbidden in the rest of the record
  const byVisit = new Uint8Array(columns); // 1: forbidden in the rest of the open visit
  const mask = new Uint8Array(columns);
  let visits = 0; // as far as they are noted
  let codes = 0; // of the last visit

  function* excludedBy(code: number, reader: RecordReader, scope?: "visit" | "record") {
    const isKnown = sexOf(reader, rules.labelNames) > 0;
    for (const [{ within, sides, isForUnknownSex }, side] of rules.exclusionsOf.get(code) ?? []) {
      if ((scope ?? within) !== within || isForUnknownSex && isKnown) continue;
      for (const other of sides[side]) if (other !== code) yield other;
    }
  }

  return {
    forbidden(reader) {
      const own = reader.forbidden?.();
      if (reader.part !== "visits") return own;
      mask.fill(0);
      for (const { codes, isAllowed } of rules.restrictions) {
        if (!isAllowed(reader)) { for (const code of codes) mask[code] = 1; }
      }
      for (let column = 0; column < columns; column++) {
        mask[column] |= byRecord[column] | byVisit[column];
      }
      for (const [code, { from, count }] of otherColumns) {
        if (mask[code] === 1) mask.fill(1, from, from + count);
      }
      own?.columns.forEach((isForbidden, column) => mask[column] |= isForbidden);
      tally.draws++;
      let isTouched = false;
      if (reader.closing !== undefined && !mask.includes(0)) {
        mask[reader.closing] = 0;
        tally.touched++;
        isTouched = true;
      }
      return {
        columns: mask,
        excludes: (column) => [...own?.excludes?.(column) ?? [], ...excludedBy(column, reader)],
        onMasked(column) {
          if (own?.columns[column] === 1) return own.onMasked?.(column);
          if (!isTouched) tally.touched++;
          isTouched = true;
        },
      };
    },
    follow(reader) {
      // The last visit may have grown since, and new ones may stand behind it
      for (let at = Math.max(0, visits - 1); at < reader.visits.length; at++) {
        if (at === visits) {
          visits++;
          codes = 0;
          byVisit.fill(0);
        }
        for (const code of reader.visits[at].slice(codes)) {
          for (const other of excludedBy(code, reader, "record")) byRecord[other] = 1;
          for (const other of excludedBy(code, reader, "visit")) byVisit[other] = 1;
        }
        codes = reader.visits[at].length;
      }
      if (!reader.isOpen) byVisit.fill(0);
    },
  };
}
