/**
 * Figures of a report on one scale: 0 is the floor (independent draws), 1 the ceiling (held-out real
 * records, or what is learned from real ones). So figures of different kinds, and those of which less is
 * better, can stand in one picture.
 *
 * @module
 */
import type { Estimate } from "../bootstrap.ts";
import { figuresAt } from "../key_figures.ts";
import type { PartialReport } from "../report.ts";
import { type ScaledGroup, scaledKinds } from "./scaled_kinds.ts";

/** A figure between its floor and its ceiling. */
export interface ScaledRow {
  /** Where it is in the report: "fidelity.unigram.r2". */
  figure: string;
  /** The part of the picture in which it stands. */
  group: ScaledGroup;
  /** "Pairs within a visit". */
  name: string;
  /** Of the synthetic records: (figure − floor) / (ceiling − floor), and the ends of its interval so. */
  scaled: Estimate;
  /** The same of copies of training records; null where they have no such figure. */
  memoriser: number | null;
  /** The figure itself, as the report has it. */
  synthetic: Estimate;
  /** Of independent draws. */
  floor: Estimate;
  /** Of held-out real records, or of what is learned from real ones. */
  ceiling: Estimate;
}

/** Rows, and what has both ends but no row. */
export interface ScaledRows {
  /** In the order of the picture. */
  rows: ScaledRow[];
  /** Names of figures whose floor cannot be told from their ceiling: their intervals overlap. */
  without_scale: string[];
}

/** Whether two figures can be told apart. */
function areApart(a: Estimate, b: Estimate): boolean {
  return a.high < b.low || b.high < a.low;
}

/** A figure and the ends of its interval between floor and ceiling; low is the lower end there. */
function scaledBy(
  { value, low, high }: Estimate,
  floor: number,
  ceiling: number,
): Estimate {
  const [own, one, other] = [value, low, high].map((each) => (each - floor) / (ceiling - floor));
  return { value: own, low: Math.min(one, other), high: Math.max(one, other) };
}

/**
 * The figures of a report that have a floor and a ceiling which can be told apart, on the scale between
 * these. Ends of intervals are scaled by the floor and the ceiling as they are, whose own uncertainty
 * they leave out.
 *
 * @example
 * ```ts
 * import { evaluate, scaledRows, splitOf, syntheaSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const real = await syntheaSample();
 * const only = ["fidelity.same_visit_bigram"];
 * const report = await evaluate(real, splitOf(real, "test"), { only, resamples: 20 });
 * const [{ name, scaled }] = scaledRows(report).rows;
 * assertEquals([name, scaled.value], ["Pairs within a visit, share of visits", 1]);
 * ```
 *
 * @param report what `evaluate` gives
 */
export function scaledRows(report: PartialReport): ScaledRows {
  const [atFloor, atCeiling] = [figuresAt(report, "floor"), figuresAt(report, "ceiling")];
  const ofCopies = figuresAt(report, "memoriser");
  const found: ScaledRows = { rows: [], without_scale: [] };
  for (const { figure, group, name, of, ceiling: ceilingOf } of scaledKinds) {
    const [synthetic, floor, copies] = [report, atFloor, ofCopies].map(of);
    const ceiling = ceilingOf === undefined ? of(atCeiling) : ceilingOf(report);
    if (!synthetic || !floor || !ceiling) continue;
    if (!areApart(floor, ceiling)) {
      found.without_scale.push(name);
      continue;
    }
    found.rows.push({
      figure,
      group,
      name,
      scaled: scaledBy(synthetic, floor.value, ceiling.value),
      memoriser: copies ? scaledBy(copies, floor.value, ceiling.value).value : null,
      synthetic,
      floor,
      ceiling,
    });
  }
  return found;
}
