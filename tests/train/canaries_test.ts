import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Cohort, cohortOf, splitOf, syntheaSample, vocabulary, withCanaries } from "ehrloom";
import { asPatientsOf, joinedBy } from "ehrloom/train/canaries.ts";
import { measuredCohort } from "../plot/fixture.ts";
import { tinyCohort } from "../tiny.ts";

const sample = await syntheaSample();

/** The codes of each visit of a record. */
function visitsOf({ visitOffsets, codeOffsets, codes }: Cohort, record: number): number[][] {
  return Array.from(
    { length: visitOffsets[record + 1] - visitOffsets[record] },
    (_, i) => {
      const visit = visitOffsets[record] + i;
      return [...codes.subarray(codeOffsets[visit], codeOffsets[visit + 1])];
    },
  );
}

Deno.test("withCanaries() puts those canaries into training whose coin fell so, behind all patients", () => {
  const { cohort, canaries, isIn } = withCanaries(sample, { canaries: 60, seed: 2 });
  const chosen = [...isIn.keys()].filter((canary) => isIn[canary] === 1);
  assert(chosen.length > 18 && chosen.length < 42, `${chosen.length} of 60`);
  const of = (source: Cohort) =>
    (["train", "validation", "test"] as const).map((split) => splitOf(source, split).recordCount);
  const [train, ...others] = of(sample);
  assertEquals(of(cohort), [train + chosen.length, ...others]);
  assertEquals(cohort.vocabulary, sample.vocabulary);
  chosen.forEach((canary, i) => {
    const record = sample.recordCount + i;
    assertEquals(cohort.subjectIds[record], canaries.subjectIds[canary]);
    assertEquals(visitsOf(cohort, record), visitsOf(canaries, canary));
  });
  assertEquals(visitsOf(cohort, 7), visitsOf(sample, 7));
});

Deno.test("withCanaries() draws eight visits of six codes, evenly from the whole vocabulary", () => {
  const { canaries } = withCanaries(sample, { canaries: 288 });
  for (let canary = 0; canary < 288; canary++) {
    assertEquals(visitsOf(canaries, canary).map(({ length }) => length), Array(8).fill(6));
  }
  const counts = new Float64Array(sample.vocabulary.codes.length);
  for (const code of canaries.codes) counts[code]++;
  const expected = 288 * 48 / counts.length;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1; // five standard deviations of chi-squared
  assert(Math.abs(chiSquared - freedom) < 5 * Math.sqrt(2 * freedom), `${chiSquared}`);
  assert(canaries.labels.every((label) => label === 0));
});

Deno.test("withCanaries() tosses fair coins, others for another seed, and depends on nothing else", () => {
  const coinsOf = (seed: number, canaries = 40) =>
    withCanaries(sample, { canaries, seed }).isIn.join("");
  assertEquals(coinsOf(1), coinsOf(1));
  const all = Array.from({ length: 50 }, (_, seed) => coinsOf(seed));
  assertEquals(new Set(all).size, 50);
  const heads = all.join("").replaceAll("0", "").length; // of 2,000: five standard deviations are 112
  assert(Math.abs(heads - 1000) < 112, `${heads} of 2000`);
});

Deno.test("withCanaries() makes canaries no longer than training records", () => {
  const short = cohortOf(
    vocabulary(["a", "b", "c"]),
    [],
    Array.from({ length: 12 }, () => ({ visits: [[0], [1, 2]], labels: [], split: 0 })),
  );
  const { canaries } = withCanaries(short, { canaries: 12 });
  assertEquals(visitsOf(canaries, 0).map(({ length }) => length), [1, 1]);
  assertEquals([...canaries.gapDays].every((days) => days === 0), true); // an order alone
});

Deno.test("withCanaries() knows no values, birth or sex of canaries, and days between their visits", () => {
  const { cohort, canaries } = withCanaries(sample, { canaries: 20 });
  assert(sample.demographics !== null && canaries.demographics !== null);
  assert(canaries.demographics.birthDays.every(Number.isNaN));
  assert(canaries.demographics.sexes.every((sex) => sex === 0));
  assertEquals(cohort.demographics?.birthDays[5], sample.demographics.birthDays[5]);
  const later = [...canaries.gapDays].filter((_, visit) => visit % 8 > 0);
  assert(later.every((days) => days >= 1 && days <= 365));
  const measured = measuredCohort(1);
  const withValues = { ...measured, splits: new Uint8Array(measured.recordCount) };
  assert(withCanaries(withValues, { canaries: 12 }).canaries.values?.every(Number.isNaN));
});

Deno.test("asPatientsOf() gives canaries subject ids that nobody has", () => {
  const source = tinyCohort(40); // 1 to 40
  const { canaries, isIn } = withCanaries(source, { canaries: 12 });
  assertEquals([...canaries.subjectIds.slice(0, 2)], [41n, 42n]);
  const odd = {
    ...source,
    subjectIds: BigInt64Array.from(
      source.subjectIds,
      (_: bigint, i) => i === 0 ? 2n ** 63n - 1n : BigInt(2 * i + 1),
    ),
  };
  assertEquals([...asPatientsOf(odd, canaries).subjectIds.slice(0, 3)], [1n, 2n, 4n]);
  assertEquals(
    new Set(joinedBy(odd, { canaries, isIn }).subjectIds).size,
    40 + isIn.join("").replaceAll("0", "").length,
  );
});

Deno.test("withCanaries() says how many canaries there may be, and that it needs splits", () => {
  for (const canaries of [11, 289, 20.5, NaN]) {
    assertThrows(
      () => withCanaries(sample, { canaries }),
      RangeError,
      `Cannot add ${canaries} canaries: there must be at least 12, and no more than the 288 training records`,
    );
  }
  assertThrows(() => withCanaries({ ...sample, splits: null }), RangeError, "has no splits");
});
