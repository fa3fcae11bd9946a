import { assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { DistinctNumbers } from "ehrloom/evaluate/fidelity/distinct_numbers.ts";

Deno.test("DistinctNumbers gives each number an index when it first comes, and its place among all", () => {
  const distinct = new DistinctNumbers();
  assertEquals([7, -2.5, 7, 0, -0, Infinity].map((each) => distinct.indexOf(each)), [
    0,
    1,
    0,
    2,
    2,
    3,
  ]);
  const { values, placeOf } = distinct.sorted();
  assertEquals([...values], [-2.5, 0, 7, Infinity]);
  assertEquals([...placeOf], [2, 0, 1, 3]);
});

Deno.test("DistinctNumbers are those of a set, however many", () => {
  const draws = random(3);
  const numbers = Array.from({ length: 50_000 }, () => draws.integer(20_000) / 7);
  const distinct = new DistinctNumbers();
  const indices = numbers.map((number) => distinct.indexOf(number));
  const { values, placeOf } = distinct.sorted();
  assertEquals([...values], [...new Set(numbers)].sort((a, b) => a - b));
  assertEquals(indices.map((index) => values[placeOf[index]]), numbers);
});
