import { assertEquals } from "@std/assert";
import { type Cohort, concatenated, subset } from "ehrloom/cohort/cohort.ts";
import { inGroups } from "ehrloom/cohort/in_groups.ts";
import { tinyCohort } from "../tiny.ts";

const whole = tinyCohort(23);

/** The whole in parts of these sizes. */
async function* parts(sizes: readonly number[]): AsyncGenerator<Cohort> {
  let first = 0;
  for (const size of sizes) {
    const from = first;
    yield await Promise.resolve(subset(whole, Array.from({ length: size }, (_, i) => from + i)));
    first += size;
  }
}

Deno.test("inGroups() gives groups of one size, however the parts were cut", async () => {
  for (const sizes of [[23], [10, 10, 3], [1, 4, 5, 12, 1], [0, 20, 0, 3]]) {
    const groups = await Array.fromAsync(inGroups(parts(sizes), 5));
    assertEquals(groups.map(({ recordCount }) => recordCount), [5, 5, 5, 5, 3]);
    assertEquals(concatenated(groups), whole);
  }
  const even = await Array.fromAsync(inGroups(parts([10]), 5));
  assertEquals(even.map(({ recordCount }) => recordCount), [5, 5]);
  assertEquals(await Array.fromAsync(inGroups(parts([]), 5)), []);
});

Deno.test("a part without any measured value fits beside one that has some", () => {
  const [first, second] = [0, 1].map((record) => subset(whole, [record]));
  const values = Float32Array.from(second.codes, (_, i) => i);
  const joined = concatenated([first, { ...second, values }]);
  assertEquals(joined.values, Float32Array.of(...Array(first.codes.length).fill(NaN), ...values));
  assertEquals(concatenated([first, second]).values, null);
});
