/**
 * Applies clinical rules to a record while it is written: says before each step which codes would
 * break a rule. It works beside a model's reader and knows no model.
 *
 * @module
 */
import { type Rules, sexOf } from "../cohort/rules/rules.ts";
import type { Codec, RecordReader } from "../models/interface/writing.ts";
import type { Forbidden } from "../nn/forbidden.ts";

/** How many draws rules changed. */
export interface RuleTally {
  /** Steps drawn, or records of a model that writes whole ones; steps of labels do not count. */
  draws: number;
  /** Those that would have broken a rule without the guard. */
  touched: number;
}

/** Rules, and a count of the draws that would have broken them. */
export interface Ruled {
  /** For the model's vocabulary and labels. */
  readonly rules: Rules;
  /** Columns of the model's steps. */
  readonly columns: number;
  /** Grows with every record. */
  readonly tally: RuleTally;
}

/** Applies the rules to one record. */
export interface RuleGuard {
  /**
   * What the rules and the reader itself forbid in the next step; called once for each draw. A
   * visit in which every code is forbidden stays empty.
   */
  forbidden(reader: RecordReader): Forbidden | undefined;
  /** Notes what the reader has just read. */
  follow(reader: RecordReader): void;
}

/** What the codes of a record so far forbid, by the rules that exclude codes. */
class Exclusions {
  /** 1: forbidden in the rest of the record. */
  private readonly byRecord: Uint8Array;
  /** 1: forbidden in the rest of the open visit. */
  private readonly byVisit: Uint8Array;
  private visits = 0; // as far as they are noted
  private codes = 0; // of the last visit

  constructor(private readonly rules: Rules, private readonly columns: number) {
    this.byRecord = new Uint8Array(columns);
    this.byVisit = new Uint8Array(columns);
  }

  /** Codes that may not stand beside a code, in its visit or its record; in either by default. */
  *of(code: number, reader: RecordReader, scope?: "visit" | "record") {
    const { exclusionsOf, labelNames } = this.rules;
    const isKnown = sexOf(reader, labelNames) > 0;
    for (const [{ within, sides, isForUnknownSex }, side] of exclusionsOf.get(code) ?? []) {
      if ((scope ?? within) !== within || isForUnknownSex && isKnown) continue;
      for (const other of sides[side]) if (other !== code) yield other;
    }
  }

  /** Forbids in a mask what is forbidden by the codes so far. */
  addTo(mask: Uint8Array): void {
    for (let column = 0; column < this.columns; column++) {
      mask[column] |= this.byRecord[column] | this.byVisit[column];
    }
  }

  /** Notes what the reader has just read: the last visit may have grown, and new ones come. */
  follow(reader: RecordReader): void {
    for (let at = Math.max(0, this.visits - 1); at < reader.visits.length; at++) {
      if (at === this.visits) {
        this.visits++;
        this.codes = 0;
        this.byVisit.fill(0);
      }
      for (const code of reader.visits[at].slice(this.codes)) {
        for (const other of this.of(code, reader, "record")) this.byRecord[other] = 1;
        for (const other of this.of(code, reader, "visit")) this.byVisit[other] = 1;
      }
      this.codes = reader.visits[at].length;
    }
    if (!reader.isOpen) this.byVisit.fill(0);
  }
}

/**
 * Starts to apply the rules to a record.
 *
 * @param otherColumns that also stand for a code
 */
export function ruleGuard(
  { rules, columns, tally }: Ruled,
  otherColumns: Codec["otherColumns"] = [],
): RuleGuard {
  const exclusions = new Exclusions(rules, columns);
  const mask = new Uint8Array(columns);

  /** Fills in what the rules and the reader itself forbid. */
  function fillMask(reader: RecordReader, own: Forbidden | undefined): void {
    mask.fill(0);
    for (const { codes, isAllowed } of rules.restrictions) {
      if (!isAllowed(reader)) { for (const code of codes) mask[code] = 1; }
    }
    exclusions.addTo(mask);
    for (const [code, { from, count }] of otherColumns) {
      if (mask[code] === 1) mask.fill(1, from, from + count);
    }
    own?.columns.forEach((isForbidden, column) => mask[column] |= isForbidden);
  }

  return {
    forbidden(reader) {
      const own = reader.forbidden?.();
      if (reader.part !== "visits") return own;
      fillMask(reader, own);
      tally.draws++;
      let isTouched = false;
      if (reader.closing !== undefined && !mask.includes(0)) {
        mask[reader.closing] = 0;
        tally.touched++;
        isTouched = true;
      }
      return {
        columns: mask,
        quantities: own?.quantities,
        required: own?.required,
        excludes: (column) => [
          ...own?.excludes?.(column) ?? [],
          ...exclusions.of(column, reader),
        ],
        onMasked(column) {
          if (own?.columns[column] === 1) return own.onMasked?.(column);
          if (!isTouched) tally.touched++;
          isTouched = true;
        },
      };
    },
    follow: (reader) => exclusions.follow(reader),
  };
}
