/**
 * The figures of a report as tables, one for each measure that was asked: a row for each number and
 * cohort.
 *
 * @module
 */
import { figureRows } from "./figure_rows.ts";
import { measureKinds, measures } from "./measures.ts";
import type { PartialReport } from "./report.ts";

/** A number in a table of a report. */
export interface TableRow {
  /** Where the number is in the figures of its measure, in words; empty if it is the only one. */
  readonly figure: string;
  /** The cohort that it is of. */
  readonly records: "synthetic" | "held-out" | "floor" | "memoriser";
  /** The number. */
  readonly value: number;
  /** Ends of its 95% interval; absent if it has none. */
  readonly low?: number | undefined;
  /** See `low`. */
  readonly high?: number | undefined;
}

/**
 * A report's tables, by kind and measure: "fidelity.unigram".
 *
 * @example
 * ```ts
 * import { evaluate, reportTables, splitOf, syntheaSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const real = await syntheaSample();
 * const only = ["fidelity.unigram"];
 * const report = await evaluate(real, splitOf(real, "train"), { only, resamples: 0 });
 * const [row] = reportTables(report).get("fidelity.unigram") ?? [];
 * assertEquals(row, { figure: "R²", records: "synthetic", value: 1, low: 1, high: 1 });
 * ```
 */
export function reportTables(report: PartialReport): Map<string, TableRow[]> {
  const tables = new Map<string, TableRow[]>();
  for (const kind of measureKinds) {
    const own = report[kind];
    if (own === undefined) continue;
    const cohorts: [TableRow["records"], object][] = [
      ["synthetic", own],
      ["held-out", own.ceiling],
      ["floor", own.floor],
      ["memoriser", own.memoriser],
    ];
    for (const { key } of measures[kind]) {
      const rows = cohorts.flatMap(([records, all]) => {
        const figures = new Map<string, unknown>(Object.entries(all)).get(key);
        return figureRows(figures).map(([figure, row]) => ({ figure, records, ...row }));
      });
      if (rows.length > 0) tables.set(`${kind}.${key}`, rows);
    }
  }
  return tables;
}
