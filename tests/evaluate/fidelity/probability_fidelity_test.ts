import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type CodeKind, codeKinds, codeProbabilities, type Cohort, r2 } from "ehrloom";
import { resampleWeights, type Role } from "ehrloom/evaluate/bootstrap.ts";
import { type Played, resampledR2 } from "ehrloom/evaluate/fidelity/probability_fidelity.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";

const codes = 8;
const records = {
  real: randomRecords(1, 30, codes),
  synthetic: randomRecords(2, 25, codes),
  held_out: randomRecords(3, 12, codes),
};

function played(role: keyof typeof records): Played {
  return { role, cohort: listedCohort(records[role], codes) };
}

/** A resample as a cohort in its own right, its records repeated literally. */
function rebuilt(role: Role & keyof typeof records, seed: number, resample: number): Cohort {
  const weights = new Int32Array(records[role].length);
  resampleWeights({ role, seed }, resample, weights);
  return listedCohort(records[role].flatMap((each, i) => Array(weights[i]).fill(each)), codes);
}

/** R² by maps over the union of keys. */
function plainR2(real: Cohort, synthetic: Cohort, kind: CodeKind): [number, number] {
  const [truth, judged] = [real, synthetic].map((cohort) => {
    const { first, second, perVisit, perRecord } = codeProbabilities(cohort, kind);
    return new Map(
      Array.from(first, (code, i) => [`${code},${second?.[i]}`, [perVisit[i], perRecord[i]]]),
    );
  });
  const keys = [...new Set([...truth.keys(), ...judged.keys()])];
  const of = (part: number) =>
    r2(
      keys.map((key) => truth.get(key)?.[part] ?? 0),
      keys.map((key) => judged.get(key)?.[part] ?? 0),
    );
  return [of(0), of(1)];
}

for (const kind of codeKinds) {
  Deno.test(`resampledR2() equals cohorts rebuilt record by record: ${kind}`, async () => {
    const others = ["synthetic", "held_out"] as const;
    const resamples = 20; // more than one block of columns
    const found = await resampledR2(kind, played("real"), others.map(played), {
      seed: 5,
      resamples,
    });
    for (const [i, role] of others.entries()) {
      for (let resample = 0; resample <= resamples; resample++) {
        const real = rebuilt("real", 5, resample);
        const [perVisit, perRecord] = plainR2(real, rebuilt(role, 5, resample), kind);
        const note = `${role} ${resample}`;
        assertAlmostEquals(found[i].perVisit[resample], perVisit, 1e-12, note); // order of sums
        assertAlmostEquals(found[i].perRecord[resample], perRecord, 1e-12, note);
      }
    }
  });

  Deno.test(`resampledR2() is the same with rows kept and with rows gathered anew: ${kind}`, async () => {
    const options = { seed: 1, resamples: 20 };
    const [real, other] = [played("real"), played("synthetic")];
    assertEquals(
      await resampledR2(kind, real, [other], { ...options, keptEntries: 0 }),
      await resampledR2(kind, real, [other], options),
    );
  });
}

Deno.test("resampledR2() of a generator does not depend on the others judged beside it", async () => {
  const options = { seed: 1, resamples: 20 };
  const [alone] = await resampledR2("unigram", played("real"), [played("synthetic")], options);
  const beside = await resampledR2(
    "unigram",
    played("real"),
    [played("held_out"), played("synthetic")],
    options,
  );
  for (let i = 0; i <= 20; i++) {
    assertAlmostEquals(beside[1].perVisit[i], alone.perVisit[i], 1e-12); // order of sums
  }
});
