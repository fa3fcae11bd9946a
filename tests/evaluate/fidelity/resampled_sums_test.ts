import { assertEquals } from "@std/assert";
import { type Cohort, random } from "ehrloom";
import { mostSingly, resampleWeights } from "ehrloom/evaluate/bootstrap.ts";
import type { Asked } from "ehrloom/evaluate/measure.ts";
import {
  type RecordRows,
  recordRows,
  resampledFigures,
  sumsOf,
} from "ehrloom/evaluate/fidelity/resampled_sums.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";

const cohort = (seed: number, records: number) => listedCohort(randomRecords(seed, records, 5), 5);

/** Visits of each record that have each code. */
function visitsWithCodes(of: Cohort): RecordRows {
  const { visitOffsets, codeOffsets, codes } = of;
  return recordRows(of, 5, (record, add) => {
    const [from, to] = [visitOffsets[record], visitOffsets[record + 1]];
    codes.subarray(codeOffsets[from], codeOffsets[to]).forEach((code) => add(code));
  });
}

Deno.test("sumsOf() counts what records add, a cell that is added to twice as well", () => {
  const own = cohort(1, 20);
  const counts = [0, 0, 0, 0, 0];
  for (const code of own.codes) counts[code]++;
  assertEquals([...sumsOf(visitsWithCodes(own))], counts);
});

/** Checks sums of some resamples against sums over single records with their weights. */
async function checkSums(real: Cohort, other: Cohort, checked: readonly number[]): Promise<void> {
  const asked = {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: other }],
    seed: 4,
    resamples: Math.max(...checked),
  } as const;
  const kinds = [[real, other].map(visitsWithCodes)];
  const figures = ([a]: readonly Float64Array[]) => ([b]: readonly Float64Array[]) => ({
    real: a[0],
    other: b[3],
  });
  const [found] = await resampledFigures(asked, kinds, figures);
  const [again] = await resampledFigures({ ...asked, keptEntries: 10 }, kinds, figures);
  assertEquals(again, found);
  const sum = (of: Cohort, role: "real" | "synthetic", code: number, resample: number) => {
    const weights = new Int32Array(of.recordCount);
    resampleWeights({ role, seed: 4 }, resample, weights);
    let total = 0;
    weights.forEach((weight, record) => {
      const [from, to] = [of.visitOffsets[record], of.visitOffsets[record + 1]];
      const own = of.codes.subarray(of.codeOffsets[from], of.codeOffsets[to]);
      total += weight * own.filter((each) => each === code).length;
    });
    return total;
  };
  for (const resample of checked) {
    assertEquals(found.real[resample], sum(real, "real", 0, resample));
    assertEquals(found.other[resample], sum(other, "synthetic", 3, resample));
  }
}

Deno.test("resampledFigures() weigh each record as its resample does, kept in memory or read again", async () => {
  await checkSums(cohort(1, 20), cohort(2, 30), [0, 1, 63, 64, 65, 128, 130]); // over two blocks
});

Deno.test("resampledFigures() weigh the records of large cohorts in groups, in the same way", async () => {
  await checkSums(cohort(1, mostSingly + 100), cohort(2, 30), [0, 1, 2]);
  await checkSums(cohort(1, 30), cohort(2, mostSingly + 100), [0, 1, 2]);
});

/** A cohort that is compared with itself. */
function askedOf(own: Cohort, resamples: number): Asked {
  return {
    real: { role: "real", cohort: own },
    others: [{ role: "synthetic", cohort: own }],
    seed: 4,
    resamples,
  };
}

Deno.test("resampledFigures() add counts of more than 16 bits", async () => {
  const own = cohort(1, 20);
  const rows = recordRows(own, 1, (record, add) => add(0, 60_000 + 1000 * record));
  const [{ sum }] = await resampledFigures(
    askedOf(own, 9),
    [[rows, rows]],
    ([[real]]) => () => ({ sum: real }),
  );
  const weights = new Int32Array(20);
  for (let resample = 0; resample <= 9; resample++) {
    resampleWeights({ role: "real", seed: 4 }, resample, weights);
    const expected = weights.reduce((all, weight, i) => all + weight * (60_000 + 1000 * i), 0);
    assertEquals(sum[resample], expected);
  }
});

Deno.test("resampledFigures() sum so many cells that a block of resamples has no room one by one", async () => {
  const own = cohort(1, 20);
  const most = 2 ** 21; // of two cohorts, with 32 resamples of 4 bytes: 512 MiB
  const rows = (cells: number) =>
    recordRows(own, cells, (record, add) => {
      add(cells - 1 - record, 1 + record);
      add(0, 40_000);
    });
  const figures = (cells: number) =>
    resampledFigures(
      askedOf(own, 40),
      [[rows(cells), rows(cells)]],
      ([real]) => ([other]) => ({
        first: real[0],
        last: real[cells - 1] + 100 * other[cells - 20],
      }),
    );
  assertEquals(await figures(most), await figures(30));
});

Deno.test("recordRows() read long cohorts in several runs", () => {
  const draws = random(1);
  const rows = recordRows(cohort(1, 300), 10_000, (_, add) => {
    for (let i = 0; i < 10_000; i++) add(i, draws.integer(3));
  });
  const runs = [...rows.runs()];
  assertEquals(runs.map(({ from }) => from), [0, 105, 210]);
  assertEquals(runs.map(({ offsets }) => offsets.length - 1), [105, 105, 90]);
});
