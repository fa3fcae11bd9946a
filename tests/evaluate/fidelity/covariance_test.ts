import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, judge, type RecordLists, vocabulary } from "ehrloom";
import { covariance } from "ehrloom/evaluate/fidelity/covariance.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";

async function figuresOf(real: Cohort, synthetic: Cohort, resamples = 0) {
  const [{ figures, resampled }] = await judge([covariance], {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: synthetic }],
    resamples,
  });
  return { ...figures.covariance, resampled };
}

/** Records with so many visits that have "a", then so many that have "b". */
function counts(...records: [a: number, b: number][]): Cohort {
  const visits = (a: number, b: number) => [...Array(a).fill([0]), ...Array(b).fill([1])];
  return cohortOf(
    vocabulary(["a", "b"]),
    [],
    records.map(([a, b]) => ({
      visits: visits(a, b),
      labels: [],
    })),
  );
}

Deno.test("covariance is the difference of correlations over patients, by hand", async () => {
  // real: counts of "a" are 1, 2, 3 and those of "b" 1, 2, 3, so r = 1; synthetic: r = -1 / 2
  const real = counts([1, 1], [2, 2], [3, 3]);
  const { codes, mean_absolute, frobenius } = await figuresOf(
    real,
    counts([1, 2], [2, 3], [3, 1]),
  );
  assertEquals(codes, 2);
  assertAlmostEquals(mean_absolute?.value ?? NaN, 1.5, 1e-9);
  assertAlmostEquals(frobenius?.value ?? NaN, 1.5 * Math.SQRT2, 1e-9);
  assertEquals((await figuresOf(real, real)).frobenius?.value, 0);
});

Deno.test("covariance takes a code that never varies as correlated with none", async () => {
  const { mean_absolute } = await figuresOf(counts([1, 1], [2, 2]), counts([1, 1], [2, 1]));
  assertAlmostEquals(mean_absolute?.value ?? NaN, 1, 1e-9);
});

/** Pearson's correlation of two columns. */
function correlation(x: number[], y: number[]): number {
  const mean = (of: number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
  const around = (of: number[]) => of.map((each) => each - mean(of));
  const dot = (a: number[], b: number[]) => a.reduce((sum, each, i) => sum + each * b[i], 0);
  const [a, b] = [around(x), around(y)];
  const scale = Math.sqrt(dot(a, a) * dot(b, b));
  return scale === 0 ? 0 : dot(a, b) / scale;
}

Deno.test("covariance is the same as from dense columns of counts", async () => {
  const records = (seed: number) => randomRecords(seed, 60, 12);
  const [real, synthetic] = [records(1), records(2)];
  const column = (of: RecordLists[], code: number) =>
    of.map(({ visits }) => visits.filter((visit) => visit.includes(code)).length);
  const used = Array.from({ length: 12 }, (_, code) => code)
    .filter((code) => column(real, code).some((count) => count > 0));
  const gaps = used.flatMap((a) =>
    used.filter((b) => b > a).map((b) =>
      Math.abs(
        correlation(column(real, a), column(real, b)) -
          correlation(column(synthetic, a), column(synthetic, b)),
      )
    )
  );
  const found = await figuresOf(listedCohort(real, 12), listedCohort(synthetic, 12));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  assertAlmostEquals(found.mean_absolute?.value ?? NaN, mean, 1e-9);
});

Deno.test("covariance tells records with codes dealt out independently from records of the same patients", async () => {
  const patients = (isDealt: boolean) =>
    counts(...Array.from({ length: 60 }, (_, i): [number, number] => {
      const a = i % 5;
      return [a, isDealt ? Math.floor(i / 5) % 5 : a];
    }));
  const same = await figuresOf(patients(false), patients(false), 100);
  const dealt = await figuresOf(patients(false), patients(true), 100);
  assertEquals(same.mean_absolute?.low, 0);
  assert((dealt.mean_absolute?.low ?? 0) > (same.mean_absolute?.high ?? 1));
});
