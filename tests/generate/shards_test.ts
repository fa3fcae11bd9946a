import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { shardOf } from "ehrloom/generate/shards.ts";

Deno.test("shardOf() cuts the whole without gaps, into parts that differ by one record at most", () => {
  for (const [total, parts] of [[10, 3], [1, 1], [7, 7], [1000, 64], [2, 5], [0, 2]]) {
    const shards = Array.from({ length: parts }, (_, i) => shardOf(total, { part: i + 1, parts }));
    let next = 0;
    for (const { first, count } of shards) {
      assertEquals(first, next);
      next += count;
    }
    assertEquals(next, total);
    const counts = shards.map(({ count }) => count);
    assertLessOrEqual(Math.max(...counts) - Math.min(...counts), 1);
  }
});

Deno.test("shardOf() refuses a part that there is not", () => {
  for (const [part, parts] of [[0, 3], [4, 3], [1.5, 3], [1, 0], [NaN, 2]]) {
    assertThrows(
      () => shardOf(10, { part, parts }),
      RangeError,
      `Cannot use part ${part} of ${parts}: must be`,
    );
  }
});
