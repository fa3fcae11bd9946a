import { assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { type CellRun, WeightedSums } from "ehrloom/evaluate/fidelity/weighted_sums.ts";

/** A run with up to three entries for each of some cells. */
function drawnRun(draws: ReturnType<typeof random>, cells: number, units: number): CellRun {
  const filled = Array.from({ length: cells }, (_, cell) => cell).filter(() =>
    draws.integer(2) > 0
  );
  const offsets = [0];
  for (const _ of filled) offsets.push((offsets.at(-1) ?? 0) + draws.integer(4));
  const entries = Array.from({ length: offsets.at(-1) ?? 0 });
  return {
    cells: Uint32Array.from(filled),
    offsets: Uint32Array.from(offsets),
    units: Uint16Array.from(entries, () => draws.integer(units)),
    counts: Uint16Array.from(entries, () => draws.integer(2 ** 15)),
  };
}

Deno.test("WeightedSums add counts times weights for each resample, run after run", () => {
  const draws = random(5);
  const [columns, units, cells] = [64, 7, 50];
  const block = new WeightedSums(columns);
  const [other, sums] = [block.reserve(cells), block.reserve(cells)];
  const weights = Int16Array.from({ length: units * columns }, () => draws.integer(2 ** 14));
  block.setWeights(weights);
  const runs = [1, 2, 3].map(() => drawnRun(draws, cells, units));
  for (const run of runs) block.add(run, sums);
  const expected = new Float64Array(columns * cells);
  for (const { cells: own, offsets, units, counts } of runs) {
    own.forEach((cell, i) => {
      for (let k = offsets[i]; k < offsets[i + 1]; k++) {
        for (let column = 0; column < columns; column++) {
          expected[column * cells + cell] += weights[units[k] * columns + column] * counts[k];
        }
      }
    });
  }
  const found = new Float64Array(columns * cells);
  block.read(sums, 0, cells, found);
  assertEquals(found, expected);
  const last = new Float64Array(2 * cells);
  block.read(sums, 62, cells, last); // two resamples alone
  assertEquals(last, expected.slice(62 * cells));
  block.read(other, 0, cells, found);
  assertEquals(found, new Float64Array(columns * cells)); // other sums stay as they are
  block.clear(sums, cells);
  block.read(sums, 62, cells, last);
  assertEquals(last, new Float64Array(2 * cells));
});
