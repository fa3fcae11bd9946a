import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Cohort,
  cohortOf,
  random,
  rareCondition,
  train,
  useBackend,
  vocabulary,
} from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../../folder.ts";

/** 500 records of two visits; most of the 250 with the label have "sign", and few others. */
function cohortWithLabel(): Cohort {
  const draws = random(1);
  return cohortOf(
    vocabulary(["a", "b", "sign"]),
    ["ill", "rare"],
    Array.from({ length: 500 }, (_, record) => {
      const isIll = record % 2;
      const visits = [0, 1].map(() => [0, 1].filter(() => draws.uniform() < 0.5));
      if (draws.uniform() < [0.15, 0.85][isIll]) visits[draws.integer(2)].push(2);
      return {
        visits,
        labels: [isIll, Number(record < 6)],
        split: [0, 0, 0, 1, 2][Math.floor(record / 2) % 5],
      };
    }),
  );
}

Deno.test("rareCondition() finds what augmentation adds where positives are few", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const cohort = cohortWithLabel();
    const run = await train(cohort, join(folder, "run"), { model: "memoriser" });
    const found = await rareCondition(cohort, run, {
      label: "ill",
      positives: 3,
      negatives: 100,
      repetitions: 1,
      resamples: 50,
    });
    assertEquals(found.records, { negatives: 100, positives: 3, added: 97, test: 100 });
    const accuracyOf = (arm: "none" | "synthetic" | "perfect") => found[arm].accuracy?.value ?? NaN;
    assert(accuracyOf("none") < 0.7, `none: ${accuracyOf("none")}`); // calls nearly all negative
    assert(accuracyOf("synthetic") > 0.75, `synthetic: ${accuracyOf("synthetic")}`);
    assert(accuracyOf("perfect") > 0.75, `perfect: ${accuracyOf("perfect")}`);
    const gain = found.synthetic_minus_none.accuracy;
    assert(gain !== null && gain.low > 0);
  }));

Deno.test("rareCondition() says what is wrong with its label and its numbers", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const cohort = cohortWithLabel();
    const run = await train(cohort, join(folder, "run"), { model: "memoriser" });
    for (
      const [options, message] of [
        [{ label: "gout" }, "there is no such label; known: ill, rare"],
        [{ label: "rare" }, "fewer than 20 training records have it"],
        [{ label: "ill", negatives: 5000 }, "at most 135 of each"],
        [{ label: "ill", negatives: 50, positives: 50 }, "must be fewer"],
      ] as const
    ) {
      await assertRejects(() => rareCondition(cohort, run, options), RangeError, message);
    }
  }));
