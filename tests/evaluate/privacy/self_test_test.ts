import { assertEquals } from "@std/assert";
import { type Cohort, evaluate, type PartialReport, selfTest } from "ehrloom";
import { copiesOf } from "ehrloom/cohort/cohort.ts";
import { simulated } from "./simulated.ts";

/** A cohort whose first records are the training split, the others the test split. */
function split(source: Cohort, training: number): Cohort {
  return { ...source, splits: Uint8Array.from(source.subjectIds, (_, i) => i < training ? 0 : 2) };
}

/** The privacy part of a report on synthetic records. */
async function privacyOf(real: Cohort, resamples = 200): Promise<PartialReport["privacy"]> {
  const only = ["privacy.copying_check", "privacy.membership_by_distance"];
  const { privacy } = await evaluate(real, simulated(9, 50, 400), {
    only,
    resamples,
    seed: 1,
  });
  return privacy;
}

Deno.test("selfTest() passes where the copier is caught and independent records are spared", async () => {
  const { passed, checks } = selfTest(await privacyOf(split(simulated(1, 2200, 400), 1100)));
  assertEquals(checks.map((check) => check.passed), [true, true, true, true, true, true]);
  assertEquals(passed, true);
});

Deno.test("selfTest() does without the rate that few held-out records do not allow, and says so", async () => {
  const { passed, checks } = selfTest(await privacyOf(split(simulated(1, 400), 250)));
  assertEquals(checks.map((check) => check.passed), [true, true, null, true, true, null]);
  assertEquals(
    checks[2].reason,
    "not estimable from 150 held-out records, at least 1000 are needed; only the area and the " +
      "check for copies count",
  );
  assertEquals(passed, true);
});

Deno.test("selfTest() fails if a copier goes unseen, since all held-out patients are in training too", async () => {
  const source = simulated(1, 200);
  const twice = copiesOf(source, Array.from({ length: 400 }, (_, i) => i % 200));
  const { passed, checks } = selfTest(await privacyOf(split(twice, 200)));
  assertEquals(checks[0].passed, false);
  assertEquals(checks[1].passed, false);
  assertEquals(passed, false);
});

Deno.test("selfTest() reads areas alone where there are no resamples", async () => {
  const { checks } = selfTest(await privacyOf(split(simulated(1, 400), 250), 0));
  assertEquals(checks.map((check) => check.passed), [null, true, null, null, true, null]);
});

Deno.test("selfTest() of a report without these measures says that they were not asked", () => {
  const { passed, checks } = selfTest(undefined);
  assertEquals(passed, null);
  assertEquals(new Set(checks.map(({ reason }) => reason)), new Set(["it was not asked"]));
});
