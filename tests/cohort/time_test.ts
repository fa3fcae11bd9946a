import { assertEquals } from "@std/assert";
import { microsecondsPerDay, timeOf } from "ehrloom/cohort/time.ts";

Deno.test("timeOf() takes days and times in UTC for microseconds since 1970, nothing else", () => {
  assertEquals(timeOf("1970-01-02"), microsecondsPerDay);
  assertEquals(timeOf("1970-01-01T00:01:00Z"), 60_000_000);
  assertEquals(timeOf("1969-12-31T23:59:59.999Z"), -1000);
  assertEquals(timeOf("2020-02-29"), 18_321 * microsecondsPerDay);
  for (
    const text of ["", "2020", "2021-02-29", "2020-01-01 00:00:00", "2020-01-01T00:00:00+01:00"]
  ) {
    assertEquals(timeOf(text), NaN, text);
  }
});
