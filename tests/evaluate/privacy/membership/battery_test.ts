import { assertEquals } from "@std/assert";
import { judge } from "ehrloom";
import { copiesOf } from "ehrloom/cohort/cohort.ts";
import { independentMarginals } from "ehrloom/evaluate/fidelity/independent_marginals.ts";
import { membershipBattery } from "ehrloom/evaluate/privacy/membership/battery.ts";
import { markov } from "ehrloom/models/markov.ts";
import { runOf } from "../../run_of.ts";
import { figuresOf, simulated } from "../simulated.ts";

const training = simulated(1, 400);
const heldOut = simulated(2, 400);
/** Copies of the first half of the training records. */
const copies = copiesOf(training, Array.from({ length: 400 }, (_, i) => i >> 1));

Deno.test("membership catches a memoriser, by every attack, and bounds its epsilon", async () => {
  const found = await figuresOf(membershipBattery, { training, heldOut, records: copies });
  const { all, references, empirical_epsilon } = found;
  assertEquals([all?.members, all?.non_members, references], [400, 200, 200]);
  const names = ["calibrated_distance", "closest_record", "density_ratio", "neighbourhood"];
  assertEquals(Object.keys(all?.attacks ?? {}).sort(), names);
  for (const [name, { auc, tpr_at_fpr: [row] }] of Object.entries(all?.attacks ?? {})) {
    // half of the members are copied, so the area is about 3/4
    assertEquals(auc.low > 0.65 && auc.high < 0.85, true, `${name} ${auc.value}`);
    assertEquals(row.tpr.low > 0.4, true, `${name} ${row.tpr.value}`);
  }
  assertEquals(all?.strongest.attacks, 4);
  assertEquals((empirical_epsilon?.lower_bound ?? 0) > 1, true);
});

Deno.test("membership does not catch records of other patients", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const cohorts = [100, 200, 300].map((first) => simulated(first + seed, 400));
    const [training, heldOut, records] = cohorts;
    const { all } = await figuresOf(membershipBattery, { training, heldOut, records, seed });
    assertEquals((all?.strongest.auc.low ?? 1) <= 0.5, true, `cohorts ${seed}`);
  }
});

Deno.test("membership finds what marginals of many rare codes give away (Homer et al. 2008)", async () => {
  const areas: number[] = [];
  for (let seed = 0; seed < 6; seed++) {
    const [training, heldOut] = [simulated(100 + seed, 300, 400), simulated(200 + seed, 300, 400)];
    const records = independentMarginals(training, { seed });
    const { all } = await figuresOf(membershipBattery, { training, heldOut, records, seed });
    areas.push(all?.attacks.density_ratio.auc.value ?? 0);
  }
  const mean = areas.reduce((sum, each) => sum + each, 0) / areas.length;
  assertEquals(mean > 0.52 && mean < 0.6, true, `mean area ${mean}`);
});

Deno.test("membership repeats its attacks on the most exposed, or says that there are too few", async () => {
  const { exposed, left_out } = await figuresOf(membershipBattery, {
    training,
    heldOut: simulated(2, 800),
    records: copies,
  });
  assertEquals((exposed?.members ?? 0) >= 20, true);
  assertEquals((exposed?.non_members ?? 0) >= 10, true);
  assertEquals(exposed?.strongest.attacks, 4);
  assertEquals(left_out.map(({ label }) => label), [
    "true-positive rate at 1% false positives",
    "true-positive rate at 0.1% false positives",
    "attacks by likelihood",
  ]);
  const few = await figuresOf(membershipBattery, {
    training,
    heldOut: simulated(2, 15),
    records: copies,
  });
  assertEquals([few.references, few.all?.non_members, few.exposed], [0, 15, null]);
  assertEquals(Object.keys(few.all?.attacks ?? {}), ["closest_record", "neighbourhood"]);
});

Deno.test("membership reads a model's likelihoods: a chain that learned training pairs by heart", async () => {
  const rare = [simulated(1, 150, 400), simulated(2, 150, 400)];
  const config = { ...markov.configFor(rare[0], { smoothing: 0.001 }), context: 100 };
  const run = {
    ...runOf(rare[0], { model: "markov", config }),
    parameters: markov.create(config).learn(rare[0]),
  };
  const [{ figures }, floor] = await judge([membershipBattery], {
    real: { role: "real", cohort: rare[0] },
    others: [
      { role: "synthetic", cohort: simulated(3, 150, 400) },
      { role: "floor", cohort: simulated(4, 150, 400) },
    ],
    heldOut: rare[1],
    run,
    resamples: 3,
  });
  const attacks = figures.membership?.all?.attacks;
  assertEquals((attacks?.likelihood.auc.low ?? 0) > 0.8, true);
  assertEquals((attacks?.calibrated_likelihood.auc.low ?? 0) > 0.95, true);
  assertEquals(figures.membership?.all?.strongest.attacks, 6);
  assertEquals("likelihood" in (floor.figures.membership?.all?.attacks ?? {}), false);
});

Deno.test("membership is left out, with the reason, where there are too few records", async () => {
  const few = await figuresOf(membershipBattery, {
    training,
    heldOut: simulated(2, 9),
    records: copies,
  });
  assertEquals([few.all, few.exposed, few.empirical_epsilon], [null, null, null]);
  assertEquals(few.left_out, [
    { label: "membership", reason: "fewer than 10 non-members" },
  ]);
});
