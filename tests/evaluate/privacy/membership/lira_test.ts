import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type Cohort, lira, train } from "ehrloom";
import { liraScores } from "ehrloom/evaluate/privacy/membership/lira.ts";
import { simulated } from "../simulated.ts";

/** Two fifths of the records in training, a fifth in validation, two fifths in test. */
function split(source: Cohort): Cohort {
  return {
    ...source,
    splits: Uint8Array.from(source.subjectIds, (_, i) => [0, 0, 1, 2, 2][i % 5]),
  };
}

const byHeart = { model: "markov", settings: { smoothing: 0.001 } };

Deno.test("liraScores() are likelihood ratios of normal distributions, by hand", () => {
  // in: means 3 and 5; out: means 1 and 1; variances over both records: 2 and 2
  const within = [[2, 4], [4, 6]];
  const without = [[0, 2], [0, 2]];
  const { online, offline } = liraScores([3, 2], within, without);
  assertAlmostEquals(online[0], 4 / 4, 1e-12); // (3 - 1)² / (2 · 2) - 0
  assertAlmostEquals(online[1], (1 - 9) / 4, 1e-12);
  assertAlmostEquals(offline[0], 2 / Math.SQRT2, 1e-12);
  assertAlmostEquals(offline[1], 1 / Math.SQRT2, 1e-12);
});

Deno.test("lira() catches a model that has its training records by heart", async () => {
  const folder = await Deno.makeTempDir();
  const cohort = split(simulated(1, 250, 300));
  const run = await train(cohort, `${folder}/run`, byHeart);
  const found = await lira(cohort, `${folder}/shadows`, { run, shadows: 8, training: byHeart });
  assertEquals([found.shadows, found.members, found.non_members], [8, 100, 100]);
  assertEquals(found.online.auc.low > 0.9, true, `${found.online.auc.value}`);
  assertEquals(found.offline.auc.low > 0.8, true, `${found.offline.auc.value}`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("lira() keeps shadow models that are there, and adds more", async () => {
  const folder = await Deno.makeTempDir();
  const cohort = split(simulated(1, 100, 50));
  const seen: string[] = [];
  const how = { training: byHeart, onProgress: ({ stage }: { stage: string }) => seen.push(stage) };
  const first = await lira(cohort, folder, { ...how, shadows: 6 });
  assertEquals(first.shadows, 4); // all but the one under attack and its pair
  const again = await lira(cohort, folder, { ...how, shadows: 8 });
  assertEquals(again.shadows, 6);
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort().join(""), "12345678");
  assertEquals(seen.includes("training shadow models"), true);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("lira() does not catch a model of other patients", async () => {
  const folder = await Deno.makeTempDir();
  const cohort = split(simulated(101, 250, 300));
  const other = split(simulated(301, 250, 300));
  const run = await train(other, `${folder}/run`, byHeart);
  const asIfOf = { ...run, runConfig: { ...run.runConfig, cohort: "" } };
  await assertRejects(
    () => lira(cohort, `${folder}/shadows`, { run, shadows: 8, training: byHeart }),
    RangeError,
    "the run was trained on another cohort",
  );
  const found = await lira(cohort, `${folder}/shadows`, {
    run: asIfOf,
    shadows: 8,
    training: byHeart,
  });
  assertEquals(found.online.auc.low <= 0.5, true, `${found.online.auc.value}`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("lira() refuses a number of shadow models that cannot be halves of pairs", async () => {
  const cohort = split(simulated(1, 20, 20));
  const folder = await Deno.makeTempDir();
  await assertRejects(
    () => lira(cohort, folder, { shadows: 7 }),
    RangeError,
    "Cannot train 7 shadow models: must be an even number, at least 4",
  );
  await Deno.remove(folder, { recursive: true });
});
