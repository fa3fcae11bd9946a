import { assertEquals } from "@std/assert";
import { type Cohort, sharedCohort } from "ehrloom";
import { measuredCohort } from "../plot/fixture.ts";

/** The typed arrays of a cohort, by their names. */
function arraysOf({ demographics, ...parts }: Cohort): [string, ArrayBufferView][] {
  const all = { ...parts, ...demographics, races: demographics?.races?.indices };
  return Object.entries(all).flatMap(([name, each]) =>
    ArrayBuffer.isView(each) ? [[name, each] satisfies [string, ArrayBufferView]] : []
  );
}

const plain = measuredCohort(1);
const cohort: Cohort = {
  ...plain,
  demographics: {
    birthDays: new Float64Array(plain.recordCount).fill(-9),
    sexes: new Uint8Array(plain.recordCount).fill(1),
    races: { names: ["x"], indices: new Int32Array(plain.recordCount).fill(-1) },
  },
  splits: new Uint8Array(plain.recordCount).fill(2),
};

Deno.test("sharedCohort() is the same cohort, with each array in shared memory", () => {
  const shared = sharedCohort(cohort);
  assertEquals(shared, cohort);
  const arrays = arraysOf(shared);
  assertEquals(arrays.length, 12);
  for (const [name, { buffer }] of arrays) {
    assertEquals(buffer instanceof SharedArrayBuffer, true, name);
  }
});

Deno.test("sharedCohort() copies a part of a larger array alone", () => {
  const codes = Uint32Array.of(7, ...cohort.codes).subarray(1);
  assertEquals(sharedCohort({ ...cohort, codes }).codes, cohort.codes);
});

Deno.test("sharedCohort() keeps arrays that are in shared memory", () => {
  const shared = sharedCohort(cohort);
  const again = sharedCohort(shared);
  for (const [i, [name, array]] of arraysOf(again).entries()) {
    assertEquals(array === arraysOf(shared)[i][1], true, name);
  }
});

Deno.test("sharedCohort() has no values, demographics or splits where there are none", () => {
  const bare = { ...cohort, values: null, demographics: null, splits: null };
  assertEquals(sharedCohort(bare), bare);
});
