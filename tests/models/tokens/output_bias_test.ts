// Biases of tokens count what is chosen, and not what has to follow.
import * as tf from "@tensorflow/tfjs-core";
import { assert, assertAlmostEquals } from "@std/assert";
import { type Cohort, cohortOf, sexNames, vocabulary } from "ehrloom";
import { logOddsTally } from "ehrloom/models/interface/output_biases.ts";
import { gradientModelOf, modelFamily } from "ehrloom/models/mod.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import type { NamedArrays } from "ehrloom/nn/parameters.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";

await useBackend("wasm");

const [female, male] = [1, 2];

/** 30 women and 10 men, or 40 of one sex, who come as often. */
function patients(
  stays: number,
  sexOf = (patient: number) => patient < 30 ? female : male,
): Cohort {
  return cohortOf(
    vocabulary(["a", "b"]),
    [],
    Array.from({ length: 40 }, (_, patient) => ({
      visits: Array.from({ length: stays }, () => [0]),
      gapDays: Array.from({ length: stays }, (_, stay) => stay === 0 ? 0 : 100),
      labels: [],
      startDay: 10_000,
      birthDay: 0, // their sex follows their age, in each stay
      sex: sexOf(patient),
    })),
  );
}

/** Share of women that SynEHRgy expects of patients with this many stays, once it is calibrated. */
async function calibratedShare(stays: number): Promise<number> {
  const cohort = patients(stays);
  const family = modelFamily("synehrgy");
  const config = family.configFor(cohort, { width: 4, layers: 1, heads: 1 });
  const { initial, outputBiases, likelihoods } = gradientModelOf(
    "synehrgy",
    config,
    family.schemaFor?.(cohort, config),
  );
  assert(outputBiases !== undefined && likelihoods !== undefined);
  const { parameter, count, passes } = outputBiases;
  // all zeros: every token that may come is as likely as the others
  const parameters: NamedArrays = Object.fromEntries(
    Object.entries(initial).map(([name, { shape }]) => [
      name,
      { shape, numbers: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
    ]),
  );
  const records = Int32Array.from(cohort.subjectIds.keys());
  for (let pass = 0; pass < passes; pass++) {
    const tensors = toTensors(parameters);
    const tally = logOddsTally(count);
    await outputBiases.tally(tensors, cohort, records, tally);
    tally.shifts(true).forEach((shift, i) => parameters[parameter].numbers[i] += shift);
    tf.dispose(tensors);
  }
  const tensors = toTensors(parameters);
  const odds = await Promise.all(
    sexNames.map(async (_, sex) => {
      const [{ logProbability }] = await likelihoods(
        tensors,
        patients(stays, () => sex),
        records.subarray(0, 1),
      );
      return Math.exp(logProbability);
    }),
  );
  tf.dispose(tensors);
  return odds[female] / odds.reduce((a, b) => a + b);
}

Deno.test("SynEHRgy's share of women is calibrated as well for patients of many stays", async () => {
  const once = await calibratedShare(1);
  assert(once > 0.65 && once < 0.75, `${once}`); // 0.75, and the prior's pull to 1/3
  assertAlmostEquals(await calibratedShare(20), once, 1e-4);
});
