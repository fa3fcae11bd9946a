import { assertEquals } from "@std/assert";
import { affordableResamples } from "ehrloom/evaluate/affordable_resamples.ts";

Deno.test("affordableResamples() are those that were asked in small cohorts, and at least 50", () => {
  assertEquals(affordableResamples(1000, 1e5), 1000);
  assertEquals(affordableResamples(1000, 1e7), 100);
  assertEquals(affordableResamples(1000, 1e9), 50);
  assertEquals(affordableResamples(20, 1e9), 20);
});
