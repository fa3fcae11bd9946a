import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, judge, ratio, vocabulary } from "ehrloom";
import { estimate, resampleWeights, type Role } from "ehrloom/evaluate/bootstrap.ts";

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
    assertAlmostEquals(found[resample], meanOf("synthetic", counts, resample), 1e-12);
  }
});

/** Mean of the records of a resample. */
function meanOf(role: Role, counts: readonly number[], resample: number): number {
  const weights = new Int32Array(counts.length);
  resampleWeights({ role, seed: 3 }, resample, weights);
  return counts.reduce((sum, count, i) => sum + weights[i] * count, 0) / counts.length;
}

Deno.test("ratio() takes the difference resample by resample", async () => {
  const [real, synthetic] = [[1, 2, 3, 4, 5, 6], [2, 3, 4, 5, 6, 7]];
  const { figures } = await compared(real, synthetic, 200);
  const differences = Float64Array.from(
    { length: 201 },
    (_, i) => meanOf("synthetic", synthetic, i) - meanOf("real", real, i),
  );
  const { value, low, high } = estimate(differences);
  assertEquals(value, 1);
  assertAlmostEquals(figures?.difference.low ?? NaN, low, 1e-12);
  assertAlmostEquals(figures?.difference.high ?? NaN, high, 1e-12);
});

Deno.test("ratio() is null where it has no meaning in one of the cohorts", async () => {
  const share = ratio({
    key: "share",
    question: "Which share of later visits is counted here?",
    sums: ({ visitOffsets }, record) => {
      const visits = visitOffsets[record + 1] - visitOffsets[record];
      return [Math.max(0, visits - 1), 0];
    },
    figure: ([whole, part]) => part / whole,
  });
  const [later, none] = [withVisits(2, 3), withVisits(1, 1)];
  for (const [real, synthetic] of [[later, none], [none, later]]) {
    const [{ figures, resampled }] = await judge([share], {
      real: { role: "real", cohort: real },
      others: [{ role: "synthetic", cohort: synthetic }],
      resamples: 5,
    });
    assertEquals([figures.share, resampled], [null, {}]);
  }
});
