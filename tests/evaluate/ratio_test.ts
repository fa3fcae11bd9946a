import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, judge, ratio, vocabulary } from "ehrloom";
import { resampleWeights } from "ehrloom/evaluate/bootstrap.ts";

/** Records with so many visits of one code. */
const withVisits = (...counts: number[]) =>
  cohortOf(
    vocabulary(["a"]),
    [],
    counts.map((count) => ({ visits: Array.from({ length: count }, () => [0]), labels: [] })),
  );

const visits = ratio({
  key: "visits",
  question: "How many visits has a record?",
  sums: ({ visitOffsets }, record) => [1, visitOffsets[record + 1] - visitOffsets[record]],
  figure: ([records, visits]) => visits / records,
});

async function compared(real: number[], synthetic: number[], resamples: number) {
  const [{ figures, resampled }] = await judge([visits], {
    real: { role: "real", cohort: withVisits(...real) },
    others: [{ role: "synthetic", cohort: withVisits(...synthetic) }],
    seed: 3,
    resamples,
  });
  return { figures: figures.visits, resampled };
}

Deno.test("ratio() divides the sums over all records, in both cohorts", async () => {
  const { figures } = await compared([1, 2, 6], [4], 0);
  assertEquals(figures?.real.value, 3);
  assertEquals(figures?.synthetic.value, 4);
  assertEquals(figures?.difference.value, 1);
});

Deno.test("ratio() has the figure of each resample: that of the records drawn, as often as drawn", async () => {
  const counts = [1, 2, 3, 5, 8];
  const { resampled } = await compared([1, 1], counts, 30);
  const found = resampled["visits.synthetic"];
  assertEquals(found.length, 31);
  for (let resample = 0; resample <= 30; resample++) {
    const weights = new Int32Array(counts.length);
    resampleWeights({ role: "synthetic", seed: 3 }, resample, weights);
    const sum = counts.reduce((sum, count, record) => sum + weights[record] * count, 0);
    assertAlmostEquals(found[resample], sum / counts.length, 1e-12);
  }
});

Deno.test("ratio() has intervals that hold the difference", async () => {
  const { figures } = await compared([1, 2, 3, 4, 5, 6], [2, 3, 4, 5, 6, 7], 200);
  assert(figures !== null && figures.difference.low < 1 && figures.difference.high > 1);
});

Deno.test("ratio() is null where it has no meaning in one of the cohorts", async () => {
  const share = ratio({
    key: "share",
    question: "Which share of second visits …?",
    sums: ({ visitOffsets }, record) => {
      const visits = visitOffsets[record + 1] - visitOffsets[record];
      return [Math.max(0, visits - 1), 0];
    },
    figure: ([whole, part]) => part / whole,
  });
  const [{ figures, resampled }] = await judge([share], {
    real: { role: "real", cohort: withVisits(2, 3) },
    others: [{ role: "synthetic", cohort: withVisits(1, 1) }],
    resamples: 5,
  });
  assertEquals([figures.share, resampled], [null, {}]);
});
