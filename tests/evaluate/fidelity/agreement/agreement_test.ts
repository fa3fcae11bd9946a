// Figures of agreement, with their intervals.
import { assertEquals } from "@std/assert";
import { agreementNames, agreementOf } from "ehrloom/evaluate/fidelity/agreement/agreement.ts";

Deno.test("agreementOf() ends an interval at its figure where the figure has no slope", () => {
  const none = { value: NaN, low: NaN, high: NaN };
  const estimates = agreementNames.map((name) => name === "log_r2" ? { ...none, value: 0 } : none);
  const { log_r2, rmse } = agreementOf(estimates, NaN);
  assertEquals(log_r2, { value: 0, low: 0, high: 0 });
  assertEquals(rmse, null);
});
