import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, longRecords, trimmed, vocabulary } from "ehrloom";

/** A cohort of records that have so many visits. */
const withVisits = (lengths: readonly number[]) =>
  cohortOf(
    vocabulary(["a"]),
    [],
    lengths.map((length) => ({ visits: Array(length).fill([0]), labels: [] })),
  );

const many = (count: number, length: number): number[] => Array(count).fill(length);

Deno.test("longRecords() finds the few long records, and what is kept without their late visits", () => {
  const cohort = withVisits([...many(150, 20), 1204, ...many(146, 180), 450, 401]);
  const found = longRecords(cohort);
  assertEquals([found?.maxVisits, found?.count, found?.longest], [200, 3, 1204]);
  const left = trimmed(cohort, { maxVisits: 200 }).visitCount;
  assertAlmostEquals(found?.kept ?? 0, left / cohort.visitCount, 1e-12);
});

Deno.test("longRecords() takes one long record of a small cohort for few, but not one in five more", () => {
  assertEquals(longRecords(withVisits([...many(7, 2), 300]))?.count, 1);
  assertEquals(longRecords(withVisits([...many(6, 2), 300, 300])), undefined);
  assertEquals(longRecords(withVisits([300]))?.maxVisits, 50);
});

Deno.test("longRecords() is silent where records are short, alike, or many are long", () => {
  for (
    const lengths of [
      [],
      many(10, 0),
      [...many(999, 1), 99],
      many(100, 5000),
      [...many(500, 180), 399],
      [...many(500, 10), ...many(20, 90)],
    ]
  ) assertEquals(longRecords(withVisits(lengths)), undefined);
});
