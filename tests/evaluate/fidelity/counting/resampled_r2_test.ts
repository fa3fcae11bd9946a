import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type CodeKind, codeKinds, codeProbabilities, type Cohort, r2 } from "ehrloom";
import { resampleWeights, type Role } from "ehrloom/evaluate/bootstrap.ts";
import { resampledR2 } from "ehrloom/evaluate/fidelity/counting/resampled_r2.ts";
import type { Asked, Judged } from "ehrloom/evaluate/measure.ts";
import { listedCohort, randomRecords } from "../../random_cohort.ts";

const codes = 8;
const resamples = 20; // more than one block of columns
const records = {
  real: randomRecords(1, 30, codes),
  synthetic: randomRecords(2, 25, codes),
  held_out: randomRecords(3, 12, codes),
};

function judged(role: keyof typeof records): Judged {
  return { role, cohort: listedCohort(records[role], codes) };
}

/** R² of these against the real records. */
function found(kind: CodeKind, others: Judged[], how: Pick<Asked, "seed" | "keptEntries">) {
  return resampledR2(kind, { real: judged("real"), others, resamples, ...how });
}

/** A resample as a cohort in its own right, its records repeated literally. */
function rebuilt(role: Role & keyof typeof records, seed: number, resample: number): Cohort {
  const weights = new Int32Array(records[role].length);
  resampleWeights({ role, seed }, resample, weights);
  return listedCohort(records[role].flatMap((each, i) => Array(weights[i]).fill(each)), codes);
}

/** R² by maps over the union of keys. */
function plainR2(real: Cohort, synthetic: Cohort, kind: CodeKind): [number, number] {
  const [truth, other] = [real, synthetic].map((cohort) => {
    const { first, second, perVisit, perRecord } = codeProbabilities(cohort, kind);
    return new Map(
      Array.from(first, (code, i) => [`${code},${second?.[i]}`, [perVisit[i], perRecord[i]]]),
    );
  });
  const keys = [...new Set([...truth.keys(), ...other.keys()])];
  const of = (part: number) =>
    r2(
      keys.map((key) => truth.get(key)?.[part] ?? 0),
      keys.map((key) => other.get(key)?.[part] ?? 0),
    );
  return [of(0), of(1)];
}

for (const kind of codeKinds) {
  Deno.test(`resampledR2() equals cohorts rebuilt record by record: ${kind}`, async () => {
    const others = ["synthetic", "held_out"] as const;
    const both = await found(kind, others.map(judged), { seed: 5 });
    for (const [i, role] of others.entries()) {
      for (let resample = 0; resample <= resamples; resample++) {
        const real = rebuilt("real", 5, resample);
        const [perVisit, perRecord] = plainR2(real, rebuilt(role, 5, resample), kind);
        const note = `${role} ${resample}`;
        assertAlmostEquals(both[i].perVisit[resample], perVisit, 1e-12, note); // order of sums
        assertAlmostEquals(both[i].perRecord[resample], perRecord, 1e-12, note);
      }
    }
  });

  Deno.test(`resampledR2() is the same with rows kept and with rows gathered again: ${kind}`, async () => {
    const others = [judged("synthetic")];
    assertEquals(
      await found(kind, others, { seed: 1, keptEntries: 0 }),
      await found(kind, others, { seed: 1 }),
    );
  });
}

Deno.test("resampledR2() of a generator does not depend on the others judged beside it", async () => {
  const synthetic = judged("synthetic");
  const [alone] = await found("unigram", [synthetic], { seed: 1 });
  const beside = await found("unigram", [judged("held_out"), synthetic], { seed: 1 });
  for (let i = 0; i <= resamples; i++) {
    assertAlmostEquals(beside[1].perVisit[i], alone.perVisit[i], 1e-12); // order of sums
  }
});
