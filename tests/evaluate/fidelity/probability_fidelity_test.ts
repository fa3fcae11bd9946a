import { assertEquals, assertGreater } from "@std/assert";
import { judge } from "ehrloom";
import {
  probabilitySchema,
  recordSameVisitBigram,
  recordSequentialBigram,
  recordUnigram,
  sameVisitBigram,
  sequentialBigram,
  unigram,
} from "ehrloom/evaluate/fidelity/probability_fidelity.ts";
import { misfit } from "ehrloom/files/checked_json.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";

Deno.test("figures of an earlier version, without those beside R², can still be read", () => {
  const old = { r2: 0.9, r2_low: 0.8, r2_high: 0.95, r2_median: 0.89, keys: 7 };
  assertEquals(misfit(old, probabilitySchema), undefined);
});

Deno.test("all six probabilities have figures of agreement beside R²", async () => {
  const [real, other] = [1, 2].map((seed) => listedCohort(randomRecords(seed, 40, 8), 8));
  const six = [
    unigram,
    sameVisitBigram,
    sequentialBigram,
    recordUnigram,
    recordSameVisitBigram,
    recordSequentialBigram,
  ] as const;
  const [{ figures }] = await judge(six, {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: other }],
    resamples: 20,
  });
  assertEquals(Object.keys(figures).length, 6);
  for (const found of Object.values(figures)) {
    assertEquals(misfit(JSON.parse(JSON.stringify(found)), probabilitySchema), undefined);
    assertEquals(found.interval, "bootstrap");
    assertGreater(found.r2_noise ?? NaN, 0);
    for (
      const name of [
        "pearson",
        "rmse",
        "total_variation",
        "jensen_shannon",
        "largest_gap",
      ] as const
    ) {
      const { value = NaN, low = NaN, high = NaN } = found[name] ?? {};
      assertEquals(low <= value && value <= high && low < high, true, name);
    }
  }
});
