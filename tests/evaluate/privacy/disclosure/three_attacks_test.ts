import { assertEquals, assertRejects } from "@std/assert";
import { type AttackRisk, cohortOf, judge, type LeftOut, type Measure, vocabulary } from "ehrloom";
import { copiesOf } from "ehrloom/cohort/cohort.ts";
import { codeInference } from "ehrloom/evaluate/privacy/disclosure/inference.ts";
import { halfSets, linkability } from "ehrloom/evaluate/privacy/disclosure/linkability.ts";
import { singlingOut } from "ehrloom/evaluate/privacy/disclosure/singling_out.ts";
import { figuresOf, simulated } from "../simulated.ts";

const training = simulated(1, 300);
const heldOut = simulated(2, 100);
const copies = copiesOf(training, Array.from({ length: 300 }, (_, i) => i));
type Outcome = { outcome: AttackRisk | null; left_out: LeftOut[] } | null;
const measures: readonly Measure<string, Outcome>[] = [singlingOut, linkability, codeInference];

for (const measure of measures) {
  Deno.test(`${measure.key} catches a memoriser`, async () => {
    const { outcome } = await figuresOf(measure, { training, heldOut, records: copies });
    assertEquals((outcome?.risk?.low ?? 0) > 0.5, true, JSON.stringify(outcome));
    assertEquals(outcome?.conclusion.startsWith("more is found out"), true);
  });

  Deno.test(`${measure.key} does not catch records of other patients`, async () => {
    for (let seed = 0; seed < 3; seed++) {
      const records = simulated(10 + seed, 300);
      const { outcome } = await figuresOf(measure, { training, heldOut, records, seed });
      assertEquals((outcome?.risk?.low ?? 1) <= 0, true, JSON.stringify(outcome));
    }
  });

  Deno.test(`${measure.key} gives equal figures for equal seeds`, async () => {
    const how = { training, heldOut, records: simulated(3, 200), seed: 7 };
    assertEquals(await figuresOf(measure, how), await figuresOf(measure, how));
  });

  Deno.test(`${measure.key} says why it has no outcome where there are few records`, async () => {
    const few = { training, heldOut: simulated(2, 9), records: copies };
    const { outcome, left_out } = await figuresOf(measure, few);
    assertEquals([outcome, left_out.length], [null, 1]);
  });
}

Deno.test("singling_out makes one guess for each synthetic record with a description of its own", async () => {
  // every record twice: no description fits exactly one
  const twice = copiesOf(training, Array.from({ length: 600 }, (_, i) => i >> 1));
  const { left_out } = await figuresOf(singlingOut, { training, heldOut, records: twice });
  assertEquals(left_out, [{
    label: "singling out",
    reason: "0 descriptions fit exactly one synthetic record, at least 10 are needed",
  }]);
});

Deno.test("singling_out does not overstate the risk where there are fewer held-out patients", async () => {
  const records = simulated(3, 300);
  const { outcome, control_patients } = await figuresOf(singlingOut, {
    training,
    heldOut,
    records,
  });
  assertEquals(control_patients, 100);
  // three times the rate among a third of the patients is at least the rate among all of them
  assertEquals((outcome?.control.value ?? 0) >= (outcome?.attack.value ?? 1) - 0.05, true);
});

Deno.test("halfSets() gives the middle visit to the first half", () => {
  const records = cohortOf(vocabulary(["a", "b", "c"]), [], [
    { visits: [[0], [1], [2]], labels: [] },
    { visits: [[0, 1], [2]], labels: [] },
  ]);
  const { first, second } = halfSets(records);
  assertEquals([...first.items], [0, 1, 0, 1]);
  assertEquals([...second.items], [2, 2]);
});

Deno.test("inference also judges sensitive codes, and says which it cannot", async () => {
  const ask = async (sensitive: string[]) => {
    const [{ figures }] = await judge([codeInference], {
      real: { role: "real", cohort: training },
      others: [{ role: "synthetic", cohort: copies }],
      heldOut,
      sensitive,
      minCell: 20,
      resamples: 2,
    });
    return figures.inference;
  };
  const found = await ask(["code50", "code6"]);
  const rows = found?.by_code.filter(({ sensitive }) => sensitive) ?? [];
  const named = [
    ...rows.map(({ code }) => code),
    ...found?.left_out.map(({ label }) => label) ?? [],
  ];
  assertEquals(new Set(named), new Set(["inference of code50", "code6"]));
  assertEquals((rows[0].risk?.low ?? 0) > 0, true);
  await assertRejects(
    () => ask(["code200"]),
    RangeError,
    'the real cohort has no sensitive code "code200"; did you mean code20?',
  );
});
