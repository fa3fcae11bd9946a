import { assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { random } from "ehrloom";
import {
  checkResamples,
  estimate,
  groupCount,
  mostSingly,
  r2Estimate,
  resampledSums,
  resampleWeights,
  type Role,
  unitsOf,
} from "ehrloom/evaluate/bootstrap.ts";

function weightsOf(role: Role, seed: number, resample: number, records = 50): Int32Array {
  const weights = new Int32Array(records);
  resampleWeights({ role, seed }, resample, weights);
  return weights;
}

Deno.test("resampleWeights() draws as many records as there are; resample 0 has each once", () => {
  assertEquals([...weightsOf("real", 1, 0, 3)], [1, 1, 1]);
  for (let resample = 1; resample < 20; resample++) {
    assertEquals(weightsOf("real", 1, resample).reduce((sum, weight) => sum + weight), 50);
  }
});

Deno.test("resampleWeights() depends on seed, role and resample alone", () => {
  const weights = weightsOf("real", 1, 1);
  assertEquals(weightsOf("real", 1, 1), weights);
  for (
    const other of [weightsOf("real", 2, 1), weightsOf("floor", 1, 1), weightsOf("real", 1, 2)]
  ) {
    assertNotEquals(other, weights);
  }
});

Deno.test("resampleWeights() draw every record equally often, within 5 sigma", () => {
  const [records, resamples] = [20, 2000];
  const drawn = new Float64Array(records);
  for (let resample = 1; resample <= resamples; resample++) {
    weightsOf("real", 1, resample, records).forEach((weight, record) => drawn[record] += weight);
  }
  // each of records × resamples draws takes a record with probability 1 / records
  const sigma = Math.sqrt(resamples * (1 - 1 / records));
  for (const times of drawn) assertAlmostEquals(times, resamples, 5 * sigma);
});

Deno.test("estimate() and r2Estimate() leave out resamples that have no figure", () => {
  const figures = Float64Array.of(3, 1, NaN, 5, NaN, 3);
  assertEquals(estimate(figures), estimate(Float64Array.of(3, 1, 5, 3)));
  assertEquals(r2Estimate(figures, 9), r2Estimate(Float64Array.of(3, 1, 5, 3), 9));
  assertEquals(estimate(Float64Array.of(NaN, NaN)), { value: NaN, low: NaN, high: NaN });
});

Deno.test("resampleWeights() fills one column of several", () => {
  const weights = new Int32Array(50 * 3).fill(-1);
  resampleWeights({ role: "real", seed: 1 }, 4, weights, { column: 1, columns: 3 });
  assertEquals(weights.filter((_, i) => i % 3 === 1), weightsOf("real", 1, 4));
  assertEquals(weights.filter((_, i) => i % 3 !== 1).every((weight) => weight === -1), true);
});

Deno.test("estimate() of a mean has the standard error of the mean", () => {
  const draws = random(7);
  const values = Float64Array.from({ length: 400 }, () => draws.normal());
  const sums = resampledSums({ role: "real", seed: 1 }, values, 1, 2000);
  const { value, low, high } = estimate(sums.map((sum) => sum / 400));
  const mean = values.reduce((sum, each) => sum + each) / 400;
  const sd = Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 400);
  assertAlmostEquals(value, mean, 1e-12);
  assertAlmostEquals((high - low) / (2 * 1.96), sd / 20, sd / 20 * 0.1); // 2,000 resamples: ± 5%
});

Deno.test("estimate() takes percentiles of the resamples, linear between them", () => {
  const figures = Float64Array.of(7, ...Array.from({ length: 41 }, (_, i) => 40 - i));
  assertEquals(estimate(figures), { value: 7, low: 1, high: 39 });
  assertEquals(estimate(Float64Array.of(7)), { value: 7, low: 7, high: 7 });
  assertEquals(estimate(Float64Array.of(1, Infinity, Infinity)).high, Infinity);
});

Deno.test("r2Estimate() moves the percentiles so that their median is the figure, up to 1", () => {
  const figures = Float64Array.of(0.9, ...Array.from({ length: 41 }, (_, i) => 0.4 + i * 0.01));
  const { value, low, high, median } = r2Estimate(figures);
  assertEquals(value, 0.9);
  assertAlmostEquals(median, 0.6, 1e-12);
  assertAlmostEquals(low, 0.9 - 0.19, 1e-12);
  assertEquals(high, 1);
});

Deno.test("checkResamples() takes what memory is meant for, and says how many that are", () => {
  checkResamples(0);
  checkResamples(100_000, 50);
  assertThrows(
    () => checkResamples(4_000_000_000, 2),
    RangeError,
    "Cannot use 4000000000 resamples: with 2 labels at most 6391320 fit in memory; ",
  );
  assertThrows(() => checkResamples(-1), RangeError, "must be a whole number, at least 0");
});

Deno.test("unitsOf() puts the records of a large cohort into equal random groups", () => {
  assertEquals(unitsOf({ role: "real", seed: 1 }, mostSingly), { count: mostSingly });
  const records = 20 * groupCount + 3;
  const { count, unitOf = new Uint16Array(0) } = unitsOf({ role: "real", seed: 1 }, records);
  const sizes = new Uint32Array(count);
  for (const unit of unitOf) sizes[unit]++;
  assertEquals(unitOf.length, records);
  assertEquals([...new Set(sizes.subarray(0, groupCount))], [20]);
  assertEquals([...sizes.subarray(groupCount)], [1, 1, 1]); // left over
  const first = Array.from(unitOf.subarray(0, 1000));
  assertEquals(new Set(first).size < 700, true); // 1000 in turn would be 1000 groups; by chance 638
  for (const [role, seed] of [["floor", 1], ["real", 2]] as const) {
    assertNotEquals(unitsOf({ role, seed }, records).unitOf, unitOf);
  }
});

Deno.test("resampleWeights() draws as many records of a large cohort, groups together", () => {
  const records = mostSingly + 3;
  const { unitOf = new Uint16Array(0) } = unitsOf({ role: "real", seed: 1 }, records);
  for (const resample of [0, 1, 2]) {
    const weights = weightsOf("real", 1, resample, records);
    assertEquals(weights.reduce((sum, weight) => sum + weight), records);
    const ofUnit = new Map<number, number>();
    weights.forEach((weight, record) => {
      assertEquals(ofUnit.get(unitOf[record]) ?? weight, weight);
      ofUnit.set(unitOf[record], weight);
    });
  }
  assertNotEquals(weightsOf("real", 1, 1, records), weightsOf("real", 1, 2, records));
});

Deno.test("resampledSums() over groups weigh each record as its resample does", () => {
  const records = mostSingly + 3;
  const features = Float64Array.from({ length: 2 * records }, (_, i) => i % 7);
  const sums = resampledSums({ role: "real", seed: 1 }, features, 2, 3);
  for (let resample = 0; resample <= 3; resample++) {
    const expected = [0, 0];
    weightsOf("real", 1, resample, records).forEach((weight, record) => {
      for (const i of [0, 1]) expected[i] += weight * features[2 * record + i];
    });
    assertEquals([...sums.subarray(2 * resample, 2 * resample + 2)], expected);
  }
});

Deno.test("estimate() over groups has the standard error of the mean, of sorted records as well", () => {
  const records = mostSingly + 1;
  const draws = random(8);
  const values = Float64Array.from({ length: records }, () => draws.normal()).sort();
  const sums = resampledSums({ role: "real", seed: 1 }, values, 1, 2000);
  const { low, high } = estimate(sums.map((sum) => sum / records));
  // the variance from 1,024 groups has a standard error of 4.4%, that from 2,000 resamples one of 3.2%
  assertAlmostEquals((high - low) / (2 * 1.96) * Math.sqrt(records), 1, 5 * 0.027);
});
