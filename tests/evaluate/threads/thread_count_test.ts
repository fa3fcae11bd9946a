import { assertEquals } from "@std/assert";
import type { Cohort } from "ehrloom";
import { type ScaledCohorts, scaledCohorts } from "ehrloom/evaluate/scale.ts";
import { threadCount } from "ehrloom/evaluate/threads/thread_count.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";

const small = listedCohort(randomRecords(1, 30, 6), 6);

/** Cohorts that claim this number of codes each: training, synthetic, held-out, floor, memoriser. */
function claiming(codes: number, vocabulary: number): ScaledCohorts {
  const large: Cohort = {
    ...small,
    codes: Object.defineProperty(new Uint32Array(0), "length", { value: codes }),
    vocabulary: {
      ...small.vocabulary,
      codes: Object.defineProperty([], "length", { value: vocabulary }),
    },
  };
  const scaled = scaledCohorts({ train: small, heldOut: small, synthetic: small }, 1);
  return {
    ...scaled,
    real: { role: "real", cohort: large },
    others: scaled.others.map(({ role }) => ({ role, cohort: large })),
  };
}

const GiB = 2 ** 30;

Deno.test("threadCount() is one for small cohorts, and the cores for larger ones", () => {
  const machine = { cores: 8, free: 64 * GiB };
  assertEquals(threadCount(claiming(39_999, 100), machine), 1); // five of them
  assertEquals(threadCount(claiming(40_000, 100), machine), 8);
  assertEquals(threadCount(claiming(40_000, 100), { ...machine, cores: 2 }), 2);
});

Deno.test("threadCount() is as many as memory is for: tables of pairs, and rows of each", () => {
  // pairs of 8,192 codes take 24 × 2²⁶ bytes, 1.5 GiB; rows 1 GiB; a further thread 1.25 GiB
  const large = claiming(2 ** 26, 8192);
  const count = (gib: number) => threadCount(large, { cores: 8, free: gib * GiB });
  assertEquals([count(0), count(3.74), count(3.75), count(4.99), count(5)], [1, 1, 2, 2, 3]);
});
