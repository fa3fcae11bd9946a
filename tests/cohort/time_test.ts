import { assertEquals } from "@std/assert";
import { microsecondsOf, microsecondsPerDay, timeOf } from "ehrloom/cohort/time.ts";

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

Deno.test("microsecondsOf() gives back the time that was divided into days", () => {
  const last = Date.UTC(9999, 11, 31, 23, 59, 59) * 1000;
  for (const time of [0, 1, -1, 1234567, -2_208_988_800_000_001, 4_102_444_800_123_457, last]) {
    assertEquals(microsecondsOf(time / microsecondsPerDay), time);
  }
  assertEquals(microsecondsOf(NaN), NaN);
});
