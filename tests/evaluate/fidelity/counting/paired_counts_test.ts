import { assertEquals } from "@std/assert";
import { PairedCounts } from "ehrloom/evaluate/fidelity/counting/paired_counts.ts";

Deno.test("PairedCounts join keys with equal small counts, and give each key its entry", () => {
  const real = Int32Array.of(3, 0, 300, 3, 300, 0, 255, 9);
  const other = Int32Array.of(1, 0, 2, 1, 2, 4, 255, 256, 9, 9); // the last two are not asked for
  const counts = new PairedCounts(real, other, 8);
  assertEquals(counts.keys, 7);
  assertEquals(counts.real, Int32Array.of(0, 3, 255, 300, 300, 9));
  assertEquals(counts.other, Int32Array.of(4, 1, 255, 2, 2, 256));
  assertEquals(counts.times, Float64Array.of(1, 2, 1, 1, 1, 1));
  const entries: [key: number, entry: number][] = [];
  counts.each((key, entry) => entries.push([key, entry]));
  assertEquals(entries, [[0, 1], [2, 3], [3, 1], [4, 4], [5, 0], [6, 2], [7, 5]]);
});

Deno.test("PairedCounts of cohorts without keys have no entries", () => {
  const counts = new PairedCounts(new Int32Array(4), new Int32Array(4), 4);
  assertEquals([counts.keys, counts.times.length], [0, 0]);
  counts.each(() => {
    throw new Error("there is no key");
  });
});

Deno.test("the most frequent keys are taken, and of equal ones the first", () => {
  const real = Int32Array.of(1, 1, 1, 400, 2, 0, 1, 2);
  const other = Int32Array.of(0, 0, 0, 0, 4, 0, 0, 4);
  const counts = new PairedCounts(real, other, 8);
  const found = [1, 2, 3, 4, 6, 7, 9].map((most) => [...counts.mostFrequent(most, [100, 200])]);
  assertEquals(found, [
    [3],
    [3, 4],
    [3, 4, 7],
    [0, 3, 4, 7],
    [0, 1, 2, 3, 4, 7],
    [0, 1, 2, 3, 4, 6, 7],
    [0, 1, 2, 3, 4, 6, 7],
  ]);
});
