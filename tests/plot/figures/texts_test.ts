import { assertEquals } from "@std/assert";
import { shortened } from "ehrloom/plot/figures/texts.ts";

Deno.test("shortened() keeps texts that fit and ends others with an ellipsis", () => {
  assertEquals(["", "four", "five5"].map((text) => shortened(text, 4)), ["", "four", "fiv…"]);
});
