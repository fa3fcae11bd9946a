import { assert, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { epsilonSpent, noiseFor, train } from "ehrloom";
import { misfit } from "ehrloom/files/checked_json.ts";
import { modelFamily } from "ehrloom/models/mod.ts";
import { trainingFor } from "ehrloom/train/options.ts";
import {
  epochsWithin,
  plannedPrivacy,
  privacyInWords,
  type PrivacyOptions,
  privacyOptionsOf,
  privacySchema,
  samplingRateOf,
} from "ehrloom/train/private/privacy.ts";
import { tinyCohort } from "../../tiny.ts";

const source = tinyCohort(80); // 40 of them to train on
const budget = { epsilon: 4, delta: 1e-3 };
const training = trainingFor(source, { batch: 8, epochs: 3 });
const halo = modelFamily("halo");

const planned = (options: Partial<PrivacyOptions>) =>
  plannedPrivacy(halo, source, training, { ...budget, ...options });

Deno.test("plannedPrivacy() chooses the least noise for all epochs, at the rate that is drawn", () => {
  const { samplingRate, noiseMultiplier, epochs, patients } = planned({});
  assertEquals([epochs, patients], [3, 40]);
  assertEquals(noiseMultiplier, noiseFor({ samplingRate, steps: 15 }, budget));
  assert(samplingRate >= 8 / 40 && samplingRate < 8 / 40 + 2 ** -32);
  assertEquals(samplingRate * 2 ** 32 % 1, 0);
  assertEquals(samplingRateOf(40, 40), 1);
});

Deno.test("plannedPrivacy() with less noise allows fewer epochs, never beyond the budget", () => {
  const { noiseMultiplier } = planned({});
  const { epochs, samplingRate } = planned({ noise: 0.9 * noiseMultiplier });
  assertLess(epochs, 3);
  const spent = (epochs: number) =>
    epsilonSpent(
      [{ samplingRate, noiseMultiplier: 0.9 * noiseMultiplier, steps: 5 * epochs }],
      budget.delta,
    );
  assert(spent(epochs) <= budget.epsilon && spent(epochs + 1) > budget.epsilon);
  const plan = planned({ noise: 2 });
  assertEquals(epochsWithin(plan, { epochs: 3, batch: 8, steps: 0 }), 3);
});

Deno.test("plannedPrivacy() pays for the steps of an epoch, however many are asked for", () => {
  const { samplingRate, noiseMultiplier } = planned({});
  const shorter = plannedPrivacy(halo, source, { ...training, epochs: 5, steps: 3 }, budget);
  assertEquals(shorter.noiseMultiplier, noiseMultiplier); // 15 steps, as 3 passes of 5 are
  const less = plannedPrivacy(halo, source, { ...training, steps: 2 }, budget);
  assertEquals(less.noiseMultiplier, noiseFor({ samplingRate, steps: 6 }, budget));
  assertLess(less.noiseMultiplier, noiseMultiplier);
});

Deno.test("a privacy record is what its schema says, and gives the options back", () => {
  const record = planned({ clip: 0.5, noiseSource: "secure" });
  assertEquals(misfit(JSON.parse(JSON.stringify(record)), privacySchema), undefined);
  assertEquals(plannedPrivacy(halo, source, training, privacyOptionsOf(record)), record);
  const adaptive = planned({ adaptiveClip: true });
  assertEquals(plannedPrivacy(halo, source, training, privacyOptionsOf(adaptive)), adaptive);
  assertEquals(misfit({ ...record, epochs: 0 }, privacySchema)?.field, "epochs");
});

Deno.test("a privacy record says what the budget does not cover, and who knows the noise", () => {
  const seeded = privacyInWords(planned({}));
  assert(seeded.some((line) => line.startsWith("Taken as public: the vocabulary")));
  assert(seeded.some((line) => line.includes("random seed 1: whoever knows it can")));
  const secure = privacyInWords(planned({ noiseSource: "secure" }));
  assertEquals(secure.length, seeded.length - 1);
  assertEquals(secure.some((line) => line.includes("random seed")), false);
});

for (
  const [what, options, message] of [
    ["an epsilon of 0", { epsilon: 0 }, "Cannot use an epsilon of 0"],
    ["a negative epsilon", { epsilon: -1 }, "Cannot use an epsilon of -1"],
    ["an epsilon that is no number", { epsilon: NaN }, "Cannot use an epsilon of NaN"],
    ["a delta of 0", { delta: 0 }, "Cannot use a delta of 0"],
    ["a delta that is no number", { delta: NaN }, "Cannot use a delta of NaN"],
    ["a delta of 1 / N", { delta: 1 / 40 }, "it must be below 1 / 40"],
    ["a clip of 0", { clip: 0 }, "Cannot train privately with clip 0: must be a number between"],
    ["a clip that is no number", { clip: NaN }, "Cannot train privately with clip NaN"],
    ["noise of 0", { noise: 0 }, "Cannot account for a noise multiplier of 0"],
    ["noise that is no number", { noise: NaN }, "Cannot train privately with noise NaN"],
    ["too little noise", { noise: 0.3 }, "allows 0 steps, and an epoch has 5; choose more noise"],
    ["two bounds", { clip: 1, adaptiveClip: true }, "the bound is either given or adapts"],
  ] as const satisfies [string, Partial<PrivacyOptions>, string][]
) {
  Deno.test(`plannedPrivacy() refuses ${what}`, () => {
    assertThrows(() => planned(options), RangeError, message);
  });
}

Deno.test("plannedPrivacy() refuses batches above the cohort, and models that cannot", () => {
  assertThrows(
    () => plannedPrivacy(halo, source, { ...training, batch: 41 }, budget),
    RangeError,
    "Cannot sample batches of 41 patients: there are only 40 to train on",
  );
  for (const name of ["eva", "synteg", "markov", "independent", "memoriser"]) {
    assertThrows(
      () => plannedPrivacy(modelFamily(name), source, training, budget),
      RangeError,
      `Cannot train "${name}" privately: that is possible for gpt, halo, halo-coarse, hisgt, lstm, synehrgy`,
    );
  }
});

Deno.test("train() refuses what would choose by patients' records outside the budget", async () => {
  const folder = "/nowhere/run";
  for (
    const [options, message] of [
      [{ patience: 3 }, "with patience 3: it would use patients' records"],
      [{ settings: { calibrate: true } }, "with calibrate true: it would use patients' records"],
    ] as const
  ) {
    await assertRejects(
      () => train(source, folder, { ...options, privacy: budget }),
      RangeError,
      message,
    );
  }
  const misspelt = { ...budget, clipp: 3 };
  await assertRejects(
    () => train(source, folder, { privacy: misspelt }),
    TypeError,
    'train() has no option "clipp"',
  );
});
