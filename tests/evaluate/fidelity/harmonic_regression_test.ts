import { assertAlmostEquals } from "@std/assert";
import {
  amplitudeOf,
  harmonicRegression,
  peakOf,
  withinYear,
} from "ehrloom/evaluate/fidelity/harmonic_regression.ts";

Deno.test("harmonicRegression() finds the trend and the wave that a series was made of", () => {
  const [firstDay, weeks] = [18_000, 157];
  const day = (week: number) => firstDay + 7 * week + 3.5;
  const middle = firstDay + 3.5 * weeks;
  // mean 10 but for what a part of a wave adds; 1 more a year; highest on day 31, 2 over the middle
  const series = Float64Array.from(
    { length: weeks },
    (_, week) =>
      10 + (day(week) - middle) / 365.25 +
      2 * Math.cos(2 * Math.PI * (day(week) - 31) / 365.25),
  );
  const mean = series.reduce((sum, each) => sum + each, 0) / weeks;
  const { trend, wave } = harmonicRegression(firstDay, weeks)(series);
  assertAlmostEquals(trend, 1 / mean, 1e-9);
  assertAlmostEquals(amplitudeOf(wave), 2 / mean, 1e-9);
  assertAlmostEquals(peakOf(wave), 31, 1e-6);
});

Deno.test("withinYear() is the short way round", () => {
  assertAlmostEquals(withinYear(364.25), -1, 1e-9);
  assertAlmostEquals(withinYear(-364.25), 1, 1e-9);
  assertAlmostEquals(withinYear(100), 100, 1e-9);
});
