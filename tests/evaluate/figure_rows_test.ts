import { assertEquals } from "@std/assert";
import { figureRows } from "ehrloom/evaluate/figure_rows.ts";

Deno.test("figureRows() names rows by their paths, and leaves out curves", () => {
  const figures = {
    mean: { value: 1, low: 0, high: 2 },
    codes: [{ code: "a", events: 3, curve: { times: [0, 1], real: [1, 0.5] } }],
  };
  assertEquals(figureRows(figures), [
    ["mean", { value: 1, low: 0, high: 2 }],
    ["codes, a, events", { value: 3 }],
  ]);
});
