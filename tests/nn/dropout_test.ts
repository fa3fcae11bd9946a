import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { useBackend } from "ehrloom";
import { type Dropout, type DroppedSet, unitFactors, weightFactors } from "ehrloom/nn/dropout.ts";
import { random } from "ehrloom/random.ts";

await useBackend("cpu");

/** A set with a name, whose noise follows from it. */
const set = (name: number, members: number): DroppedSet => ({
  members,
  stream: (place) => random(5, name, place),
});
const units = (
  dropout: Dropout,
  place: number,
  members: number,
  width: number,
) => [...unitFactors(dropout, place, members, width).dataSync()];
const weights = (
  dropout: Dropout,
  place: number,
  members: number,
  heads: number,
) => [...weightFactors(dropout, place, members, heads).dataSync()];

for (const rate of [0.1, 0.5, 0.9]) {
  Deno.test(`dropout at ${rate} drops that share and keeps the mean`, () => {
    const dropout = { rate, sets: Array.from({ length: 50 }, (_, name) => set(name, 8)) };
    for (const factors of [units(dropout, 0, 8, 100), weights(dropout, 0, 8, 12)]) {
      const { length } = factors;
      const deviation = Math.sqrt(rate * (1 - rate) / length); // of the share that is dropped
      const dropped = factors.filter((factor) => factor === 0).length / length;
      assertAlmostEquals(dropped, rate, 4 * deviation);
      const mean = factors.reduce((sum, factor) => sum + factor, 0) / length;
      assertAlmostEquals(mean, 1, 4 * deviation / (1 - rate));
      assertEquals(new Set(factors).size, 2);
    }
  });
}

Deno.test("dropout at 0 changes nothing", () => {
  const dropout = { rate: 0, sets: [set(1, 3)] };
  assert(units(dropout, 0, 3, 4).every((factor) => factor === 1));
  assert(weights(dropout, 0, 3, 2).every((factor) => factor === 1));
});

Deno.test("a set's noise depends neither on its padding nor on the sets beside it", () => {
  const [alone, others] = [{ rate: 0.5, sets: [set(7, 2)] }, {
    rate: 0.5,
    sets: [set(3, 4), set(7, 2)],
  }];
  const [members, padded, width, heads] = [2, 4, 3, 2];
  assertEquals(
    units(others, 1, padded, width).slice(padded * width, padded * width + members * width),
    units(alone, 1, members, width),
  );
  const wide = weights(others, 1, padded, heads);
  const own = Array.from({ length: heads * members * members }, (_, i) => {
    const [head, from, to] = [Math.floor(i / 4), Math.floor(i / 2) % 2, i % 2];
    return wide[((heads + head) * padded + from) * padded + to];
  });
  assertEquals(own, weights(alone, 1, members, heads));
});

Deno.test("dropout leaves padding as it is", () => {
  const dropout = { rate: 0.9, sets: [set(1, 1)] };
  assert(units(dropout, 0, 3, 50).slice(50).every((factor) => factor === 1));
});

Deno.test("dropout differs from place to place and from set to set", () => {
  const noiseOf = (name: number, place: number) =>
    units({ rate: 0.5, sets: [set(name, 4)] }, place, 4, 10);
  assertNotEquals(noiseOf(1, 0), noiseOf(1, 1));
  assertNotEquals(noiseOf(1, 0), noiseOf(2, 0));
});
