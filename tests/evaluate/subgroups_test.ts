import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Cohort, evaluate, judge, splitOf, subset } from "ehrloom";
import { unigram } from "ehrloom/evaluate/fidelity/probability_fidelity.ts";
import { subgroupsSchema } from "ehrloom/evaluate/subgroups.ts";
import { misfit } from "ehrloom/files/checked_json.ts";
import { smallCohort } from "../plot/fixture.ts";

/** Females have even numbers; males are 50 years old at their first visit, females 10 or 70. */
function withPatients(source: Cohort): Cohort {
  const records = Array.from({ length: source.recordCount }, (_, record) => record);
  const age = (record: number) => record % 2 === 1 ? 50 : record % 4 === 0 ? 10 : 70;
  return {
    ...source,
    startDays: source.startDays.map(() => 20_000),
    demographics: {
      sexes: Uint8Array.from(records, (record) => 1 + record % 2),
      birthDays: Float64Array.from(records, (record) => 20_000 - 365.25 * age(record) - 1),
    },
  };
}

const [real, synthetic] = [withPatients(smallCohort(1)), withPatients(smallCohort(2))];
const options = { only: ["fidelity.unigram", "fidelity.aggregate"], resamples: 20 };

Deno.test("evaluate() by sex gives each sex's figures against the real records of that sex", async () => {
  const { subgroups } = await evaluate(real, synthetic, { ...options, by: "sex" });
  assertEquals(subgroups?.by, "sex");
  assertEquals(subgroups?.groups.map(({ group }) => group), ["female", "male"]);
  assertEquals(subgroups?.left_out, []);
  const female = (cohort: Cohort) => {
    const records = Array.from(cohort.demographics?.sexes ?? [], (sex, record) => ({ sex, record }))
      .filter(({ sex, record }) =>
        sex === 1 && cohort.visitOffsets[record + 1] > cohort.visitOffsets[record]
      );
    return subset(cohort, records.map(({ record }) => record));
  };
  const [train, held] = [female(splitOf(real, "train")), female(splitOf(real, "test"))];
  const [own, ceiling] = await judge([unigram], {
    real: { role: "real", cohort: train },
    others: [
      { role: "synthetic", cohort: female(synthetic) },
      { role: "held_out", cohort: held },
    ],
    resamples: 20,
  });
  const estimateOf = ({ figures: { unigram: { r2, r2_low, r2_high } } }: typeof own) => ({
    value: r2,
    low: r2_low,
    high: r2_high,
  });
  const [found] = subgroups?.groups ?? [];
  assertEquals<unknown>(found.fidelity["unigram.r2"], {
    synthetic: estimateOf(own),
    ceiling: estimateOf(ceiling),
  });
  assertEquals(found.records.train, train.recordCount);
  assert("aggregate.codes_per_visit.synthetic_mean" in found.fidelity);
  assertEquals(misfit(JSON.parse(JSON.stringify(subgroups)), subgroupsSchema), undefined);
});

Deno.test("evaluate() by age leaves out bands with few records, and does not say how few", async () => {
  const { subgroups } = await evaluate(real, synthetic, { ...options, by: "age" });
  assertEquals(subgroups?.groups.map(({ group }) => group), ["0–17", "40–64", "65+"]);
  assertEquals(subgroups?.left_out, [{
    label: "18–39",
    reason: "fewer than 20 training, held-out and synthetic records",
  }]);
});

Deno.test("evaluate() by a label gives the records with it, and those without", async () => {
  const { subgroups } = await evaluate(real, synthetic, { ...options, by: "label:asthma" });
  assertEquals(subgroups?.groups.map(({ group }) => group), ["asthma", "not asthma"]);
});

Deno.test("evaluate() by sex leaves out all groups of records that have no sex", async () => {
  const unknown = { ...synthetic, demographics: null };
  const { subgroups } = await evaluate(real, unknown, { ...options, by: "sex" });
  assertEquals(subgroups?.groups, []);
  assertEquals(subgroups?.left_out.map(({ reason }) => reason), [
    "fewer than 20 synthetic records",
    "fewer than 20 synthetic records",
  ]);
});

Deno.test("evaluate() refuses a division that it does not know, before it begins", async () => {
  await assertRejects(
    () => evaluate(real, synthetic, { by: "label:gout" }),
    RangeError,
    'Cannot divide records by "label:gout"; known: sex, age, race, label:asthma, ',
  );
  await assertRejects(
    () => evaluate(real, synthetic, { by: "sex", only: ["privacy"] }),
    RangeError,
    'Cannot evaluate by "sex": "only" names no measure of fidelity',
  );
});

Deno.test("evaluate() by race groups those that enough real patients have, or says that there are none", async () => {
  const withRaces = (cohort: Cohort, names: readonly string[]) => ({
    ...cohort,
    demographics: {
      sexes: new Uint8Array(cohort.recordCount),
      birthDays: new Float64Array(cohort.recordCount).fill(NaN),
      races: { names, indices: Int32Array.from(cohort.subjectIds, (_, record) => record % 3 - 1) },
    },
  });
  const names = ["White", "Asian"];
  const found = await evaluate(withRaces(real, names), withRaces(synthetic, ["White", "Inuit"]), {
    ...options,
    by: "race",
  });
  assertEquals(found.subgroups?.groups.map(({ group }) => group), ["White"]);
  assertEquals(found.subgroups?.left_out.map(({ label }) => label), ["Asian"]);
  const { subgroups } = await evaluate(real, synthetic, { ...options, by: "race" });
  assertEquals(subgroups?.left_out, [
    { label: "races", reason: "none is known of 10 training and held-out records" },
  ]);
});
