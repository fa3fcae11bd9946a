import { assertEquals, assertThrows } from "@std/assert";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { repeatedLabels } from "ehrloom/generate/given_labels.ts";

const names = ["ill", "old"];
const rows = [[0, 1], [1, 1], [1, 0]];
const source = cohortOf(
  vocabulary(["a"]),
  names,
  rows.map((labels) => ({ visits: [[0]], labels })),
);

Deno.test("repeatedLabels() takes rows in turn, each part of a cohort its own", () => {
  const whole = [...rows, ...rows, rows[0]].flat();
  assertEquals([...repeatedLabels(source, names, { first: 0, count: 7 })], whole);
  const parts = [{ first: 0, count: 4 }, { first: 4, count: 3 }];
  assertEquals(parts.flatMap((part) => [...repeatedLabels(source, names, part)]), whole);
});

Deno.test("repeatedLabels() refuses other labels, in another order too, and a cohort without records", () => {
  const shard = { first: 0, count: 1 };
  assertThrows(
    () => repeatedLabels(source, ["old", "ill"], shard),
    RangeError,
    "Cannot use the labels of this cohort: it has ill, old, but the model has old, ill",
  );
  assertThrows(
    () => repeatedLabels(source, [], shard),
    RangeError,
    "Cannot use the labels of this cohort: it has ill, old, but the model has none",
  );
  assertThrows(
    () => repeatedLabels(cohortOf(vocabulary(["a"]), names, []), names, shard),
    RangeError,
    "Cannot use the labels of this cohort: it has no records",
  );
});
