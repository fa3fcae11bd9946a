import { assertEquals } from "@std/assert";
import { commonRange } from "ehrloom/plot/report/page_script/main.ts";

Deno.test("commonRange() reaches from the smallest positive probability of all scatters to the largest", () => {
  const scatter = (real: number[], synthetic: number[]) => ({ real, synthetic });
  assertEquals(commonRange([scatter([0.5, 0], [0.25, 0.01]), scatter([0.5], [0.75])]), [
    0.01,
    0.75,
  ]);
  assertEquals(commonRange([scatter([0], [0])]), [0.1, 1]); // as where there is nothing
});
