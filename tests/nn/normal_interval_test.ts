// The probability of an interval against Φ in float64, near and far, narrow and wide.
import { assertAlmostEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { normalInterval } from "ehrloom/nn/normal_interval.ts";
import { testOnBackends } from "../golden.ts";

/** ln P(low < X < high), by Simpson's rule on the density divided by its largest value there. */
function logMass(low: number, high: number): number {
  const nearest = Math.max(low, Math.min(high, 0));
  const [from, to] = [Math.max(low, nearest - 40), Math.min(high, nearest + 40)];
  const steps = 20_000;
  const width = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    const x = from + i * width;
    sum += weight * Math.exp((nearest ** 2 - x ** 2) / 2);
  }
  return Math.log(sum * width / 3 / Math.sqrt(2 * Math.PI)) - nearest ** 2 / 2;
}

interface Case {
  readonly middle: number;
  readonly width: number;
  readonly open: -1 | 0 | 1;
}

const middles = [-30, -6, -1.5, -0.04, 0, 0.3, 2, 8, 30];
const widths = [1e-6, 0.01, 0.0999, 0.1001, 1, 4, 50];
const cases: Case[] = middles.flatMap((middle): Case[] => [
  ...widths.map((width): Case => ({ middle, width, open: 0 })),
  { middle, width: 1, open: -1 },
  { middle, width: 1, open: 1 },
]);

function expected({ middle, width, open }: Case): number {
  if (open === -1) return logMass(-Infinity, middle);
  if (open === 1) return logMass(middle, Infinity);
  return logMass(middle - width / 2, middle + width / 2);
}

testOnBackends("normalInterval() gives the log-probability and its derivatives", async () => {
  const column = (of: (each: Case) => number) => tf.tensor1d(Float32Array.from(cases, of));
  const found = tf.tidy(() => ({
    ...normalInterval({
      middle: column(({ middle }) => middle),
      width: column(({ width }) => width),
      open: column(({ open }) => open),
    }),
  }));
  const [log, byMiddle, byWidth] = await Promise.all(
    [found.log, found.byMiddle, found.byWidth].map((tensor) => tensor.data()),
  );
  tf.dispose(found);
  cases.forEach((each, i) => {
    const { middle, width, open } = each;
    const what = JSON.stringify(each);
    // float32 rounds squares of 30 at 3e-5; the series of narrow intervals ends after its second term
    const near = (found: number, wanted: number) =>
      assertAlmostEquals(found, wanted, 2e-4 * Math.max(1, Math.abs(wanted)), what);
    near(log[i], expected(each));
    const step = 1e-4;
    const change = (by: Partial<Case>) => expected({ ...each, ...by });
    near(
      byMiddle[i],
      (change({ middle: middle + step }) - change({ middle: middle - step })) / (2 * step),
    );
    const small = step * width;
    near(
      byWidth[i],
      open !== 0
        ? 0
        : (change({ width: width + small }) - change({ width: width - small })) / (2 * small),
    );
  });
});
