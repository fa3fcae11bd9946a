import { assertEquals, assertThrows } from "@std/assert";
import { concatenated, subset } from "ehrloom/cohort/cohort.ts";
import { cohortOf, type RecordLists } from "ehrloom/cohort/records.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";

const known = vocabulary(["a", "b", "c"]);
const measured: RecordLists = {
  visits: [[2, 0, 2], [1]],
  values: [[5, NaN, 6], [7]],
  gapDays: [0, 0.25],
  startDay: 100,
  birthDay: -9,
  sex: 2,
  labels: [],
};
const plain: RecordLists = { visits: [[1, 0]], labels: [] };

Deno.test("cohortOf() sorts values along with codes, the last of a code stays", () => {
  const source = cohortOf(known, [], [measured, plain]);
  assertEquals([...source.codes], [0, 2, 1, 0, 1]);
  assertEquals([...source.values ?? []], [NaN, 6, 7, NaN, NaN]);
  assertEquals([...source.gapDays], [0, 0.25, 0]);
  assertEquals([...source.startDays], [100, NaN]);
  assertEquals(source.demographics, {
    birthDays: Float64Array.of(-9, NaN),
    sexes: Uint8Array.of(2, 0),
  });
});

Deno.test("cohortOf() has no values or demographics where no record has", () => {
  const source = cohortOf(known, [], [plain]);
  assertEquals([source.values, source.demographics], [null, null]);
  assertEquals([...source.startDays], [NaN]);
});

Deno.test("cohortOf() refuses lists that differ in length, and unknown sexes", () => {
  const refuses = (change: Partial<RecordLists>, wanted: string) =>
    assertThrows(() => cohortOf(known, [], [{ ...measured, ...change }]), RangeError, wanted);
  refuses({ values: [[1, 2], [3]] }, "record 0 has values, but not one for each code");
  refuses({ gapDays: [0] }, "record 0 has 2 visits but 1 gaps");
  refuses({ labels: [1] }, "record 0 has 1 labels, must have 0");
  refuses({ sex: 3 }, "an unknown sex");
});

Deno.test("subset() and concatenated() carry values and demographics", () => {
  const source = cohortOf(known, [], [measured, plain, { ...measured, sex: 1 }]);
  const turned = subset(source, [2, 0]);
  assertEquals([...turned.demographics?.sexes ?? []], [1, 2]);
  assertEquals([...turned.demographics?.birthDays ?? []], [-9, -9]);
  const parts = [subset(source, [0]), subset(source, [1, 2])];
  assertEquals(concatenated(parts), source);
  const [first] = parts;
  assertThrows(
    () => concatenated([first, { ...parts[1], demographics: null }]),
    RangeError,
    "splits or demographics",
  );
});
