import { assertAlmostEquals, assertEquals } from "@std/assert";
import { evaluate, splitOf, syntheaSample } from "ehrloom";
import type { PartialReport, ProbabilityFidelity } from "ehrloom/evaluate/report.ts";
import { scaledKinds } from "ehrloom/evaluate/summary/scaled_kinds.ts";
import { scaledRows } from "ehrloom/evaluate/summary/scaled_rows.ts";

const fidelityOf = (r2: number): ProbabilityFidelity => ({
  r2,
  r2_low: r2 - 0.1,
  r2_high: r2 + 0.05,
  r2_median: r2,
  keys: 4,
});

const real = await syntheaSample();
const judged = await evaluate(real, splitOf(real, "test"), {
  quick: true,
  resamples: 0,
  only: ["fidelity.unigram"],
});

/** A report whose R² of codes are these. */
function reportWith(
  r2: Record<"own" | "ceiling" | "floor" | "memoriser", number>,
): PartialReport {
  const unigram = (value: number) => ({ unigram: fidelityOf(value) });
  return {
    ...judged,
    fidelity: {
      records_without_visits: 0,
      ...unigram(r2.own),
      ceiling: unigram(r2.ceiling),
      floor: unigram(r2.floor),
      memoriser: unigram(r2.memoriser),
    },
  };
}

Deno.test("scaledRows() by hand: 0 is the floor, 1 the ceiling", () => {
  const report = reportWith({ own: 0.7, ceiling: 0.9, floor: 0.5, memoriser: 0.98 });
  const { rows: [row, ...others], without_scale } = scaledRows(report);
  assertEquals([others, without_scale], [[], []]);
  assertEquals([row.figure, row.group], ["fidelity.unigram.r2", "Codes"]);
  const { value, low, high } = row.scaled;
  [[value, 0.5], [low, 0.25], [high, 0.625], [row.memoriser ?? NaN, 1.2]]
    .forEach(([found, wanted]) => assertAlmostEquals(found, wanted, 1e-12));
});

Deno.test("scaledRows() turn a figure round of which less is better", () => {
  // as if R² were a distance: the ceiling is the lower one
  const { rows } = scaledRows(
    reportWith({ own: 0.4, ceiling: 0.2, floor: 0.6, memoriser: 0.1 }),
  );
  const { value, low, high } = rows[0].scaled;
  [[value, 0.5], [low, 0.375], [high, 0.75], [rows[0].memoriser ?? NaN, 1.25]]
    .forEach(([found, wanted]) => assertAlmostEquals(found, wanted, 1e-12));
});

Deno.test("scaledRows() have no row where floor and ceiling cannot be told apart", () => {
  const report = reportWith({ own: 0.7, ceiling: 0.9, floor: 0.85, memoriser: 0.98 });
  assertEquals(scaledRows(report), { rows: [], without_scale: ["Codes, share of visits"] });
});

Deno.test("scaledRows() of a report without figures are none; names and places are distinct", () => {
  assertEquals(scaledRows({ about: judged.about }), { rows: [], without_scale: [] });
  for (const part of ["figure", "name"] as const) {
    const all = scaledKinds.map((kind) => kind[part]);
    assertEquals(new Set(all).size, all.length);
  }
});
