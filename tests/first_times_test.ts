import { assertEquals } from "@std/assert";
import { FirstTimes } from "ehrloom/first_times.ts";

Deno.test("an index comes for the first time once in each reading", () => {
  const times = new FirstTimes(3);
  const read = (...indices: number[]) => {
    times.begin();
    return indices.map((index) => times.isFirst(index));
  };
  assertEquals(read(0, 2, 0, 2), [true, true, false, false]);
  assertEquals(read(), []);
  assertEquals(read(2, 1, 2), [true, true, false]);
});
