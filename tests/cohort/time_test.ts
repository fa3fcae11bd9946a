import { assert, assertEquals } from "@std/assert";
import { microsecondsOf, microsecondsPerDay, precisionOf, timeOf } from "ehrloom/cohort/time.ts";

Deno.test("timeOf() takes days and times for microseconds since 1970 UTC", () => {
  assertEquals(timeOf("1970-01-02"), microsecondsPerDay);
  assertEquals(timeOf("1970-01-01T00:01:00Z"), 60_000_000);
  assertEquals(timeOf("1969-12-31T23:59:59.999Z"), -1000);
  assertEquals(timeOf("2020-02-29"), 18_321 * microsecondsPerDay);
  assertEquals(timeOf("2000-02-29T00:00Z"), 11_016 * microsecondsPerDay);
});

Deno.test("timeOf() takes the same moment as it may be written", () => {
  const wanted = Date.UTC(2020, 11, 31, 23, 15) * 1000;
  for (
    const text of [
      "2020-12-31T23:15:00Z",
      "2020-12-31T23:15Z",
      "2020-12-31 23:15:00Z",
      "2020-12-31 23:15:00 UTC",
      "2020-12-31T23:15:00.000000Z",
      "2021-01-01T01:15:00+02:00",
      "2021-01-01 01:15+0200",
      "2020-12-31T18:15:00-05",
      "2021-01-01T05:00:00.0+05:45",
      "2020-12-31T23:15:00",
      "2020-12-31 23:15",
    ]
  ) assertEquals(timeOf(text), wanted, text);
});

Deno.test("timeOf() keeps a fraction of a second to the microsecond", () => {
  const second = timeOf("2020-01-01T00:00:01Z");
  assertEquals(timeOf("2020-01-01T00:00:01.5Z") - second, 500_000);
  assertEquals(timeOf("2020-01-01 00:00:01.123456Z") - second, 123_456);
  assertEquals(timeOf("2020-01-01T00:00:01.123456789+00:00") - second, 123_456);
  assertEquals(timeOf("1960-01-01T00:00:01.000001Z") - timeOf("1960-01-01T00:00:01Z"), 1);
});

Deno.test("timeOf() takes nothing else for a time, nor what does not exist", () => {
  for (
    const text of [
      ...["", "2020", "2020-01", "20200101", "01/02/2020", "2020-1-1", "2020-01-01Z"],
      ...["2021-02-29", "2021-02-29T00:00:00Z", "1900-02-29 00:00", "2020-04-31", "2020-13-01"],
      ...["2020-01-01T24:00:00Z", "2020-01-01T23:60:00Z", "2020-01-01T23:59:60Z", "2020-01-01T23Z"],
      ...[
        "2020-01-01T00:00:00+24:00",
        "2020-01-01T00:00:00 CET",
        "2020-01-01T00:00:00.Z",
        " 2020-01-01",
      ],
    ]
  ) assertEquals(timeOf(text), NaN, text);
});

Deno.test("precisionOf() tells a day, a time without a time zone, and an instant apart", () => {
  assertEquals(precisionOf("2020-01-01"), "day");
  for (const text of ["2020-01-01T00:00", "2020-01-01 00:00:00", "2020-01-01T00:00:00.25"]) {
    assertEquals(precisionOf(text), "local", text);
  }
  for (const end of ["Z", "z", " UTC", "+02:00", "-0530", "+01"]) {
    assertEquals(precisionOf(`2020-01-01T00:00${end}`), "instant", end);
    assertEquals(precisionOf(`2020-01-01 00:00:00.25${end}`), "instant", end);
    assert(!Number.isNaN(timeOf(`2020-01-01T00:00${end}`)));
  }
});

Deno.test("microsecondsOf() gives back the time that was divided into days", () => {
  const last = Date.UTC(9999, 11, 31, 23, 59, 59) * 1000;
  for (const time of [0, 1, -1, 1234567, -2_208_988_800_000_001, 4_102_444_800_123_457, last]) {
    assertEquals(microsecondsOf(time / microsecondsPerDay), time);
  }
  assertEquals(microsecondsOf(NaN), NaN);
});
