import { assertEquals, assertNotEquals } from "@std/assert";
import {
  type Cohort,
  cohort,
  splitNames,
  splitOf,
  splitSize,
  subset,
} from "ehrloom/cohort/cohort.ts";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { withSplits } from "ehrloom/cohort/splits.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { random } from "ehrloom/random.ts";

function people(count: number): Cohort {
  const records = Array.from({ length: count }, () => ({ visits: [[0]], labels: [] }));
  return cohortOf(vocabulary(["a"]), [], records);
}

function ids(source: Cohort): bigint[] {
  return [...source.subjectIds].sort((a, b) => Number(a - b));
}

Deno.test("withSplits() takes the paper's shares, rounded up, at any size", () => {
  for (
    const [count, sizes] of [[0, [0, 0, 0]], [1, [0, 0, 1]], [2338, [1683, 187, 468]]] as const
  ) {
    const split = withSplits(people(count), random(4));
    const seen = (["train", "validation", "test"] as const).map((n) =>
      splitOf(split, n).recordCount
    );
    assertEquals(seen, [...sizes]);
  }
});

Deno.test("withSplits() depends on the seed and the subjects, not on their order", () => {
  const source = people(200);
  const turned = subset(source, Array.from({ length: 200 }, (_, index) => 199 - index));
  const test = ids(splitOf(withSplits(source, random(4)), "test"));
  assertEquals(ids(splitOf(withSplits(turned, random(4)), "test")), test);
  assertNotEquals(ids(splitOf(withSplits(source, random(5)), "test")), test);
});

Deno.test("withSplits() replaces the splits that were there", () => {
  const source = people(10);
  const all = cohort({ ...source, splits: new Uint8Array(10) });
  assertEquals(splitOf(withSplits(all, random(4)), "train").recordCount, 7);
});

Deno.test("splitSize() counts the records of a split, without splits none", () => {
  const split = withSplits(people(2338), random(4));
  assertEquals(splitNames.map((name) => splitSize(split, name)), [1683, 187, 468]);
  assertEquals(splitNames.map((name) => splitSize(people(3), name)), [0, 0, 0]);
});
