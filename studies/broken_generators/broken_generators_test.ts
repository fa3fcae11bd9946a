import { assert } from "@std/assert";
import { type Estimate, judge } from "ehrloom";
import { chosenPairs, codesAndLabels } from "ehrloom/evaluate/utility/effects/exposures.ts";
import { effects } from "ehrloom/evaluate/utility/effects/effects.ts";
import { faultFigures } from "./broken_generators.ts";
import { type Fault, simulated, truth } from "./simulated_cohort.ts";

const options = { records: 500, seed: 1, resamples: 100 };

/** Whether an interval holds a value; never if there is none. */
function holds(estimate: Estimate | null, value: number): boolean {
  return estimate !== null && estimate.low <= value && value <= estimate.high;
}

const found = (fault: Fault) => faultFigures(fault, options);

/** Slopes of effects, of more records. */
async function slopes(fault: Fault): Promise<Estimate[]> {
  const [{ figures }] = await judge([effects], {
    real: { role: "real", cohort: simulated(1, 1500) },
    others: [{ role: "synthetic", cohort: simulated(2, 1500, fault) }],
    resamples: 100,
  });
  return [figures.effects.labels, figures.effects.codes].flatMap((each) => each?.slope ?? []);
}

Deno.test("a good generator keeps hazards and what teaches the next visit", async () => {
  const good = await found("none");
  assert(holds(good.laterSlope, 1) && holds(good.optimism, 0));
  assert(Math.abs(good.recall?.value ?? 1) < 0.02);
});

Deno.test("effects that are shuffled are gone, although every code is as common as before", async () => {
  const [[labels, codes], [fewerLabels, fewerCodes]] = [
    await slopes("none"),
    await slopes("effects shuffled"),
  ];
  assert(labels.low > 0.5 && codes.low > 0.5);
  assert(fewerLabels.high < labels.low && fewerCodes.high < codes.low);
});

Deno.test("halved hazards are too optimistic", async () => {
  assert(((await found("hazards halved")).optimism?.low ?? 0) > 0.05);
});

Deno.test("a flipped label turns its effects round", async () => {
  assert(((await found("label flipped")).labelSlope?.high ?? 0) < -0.3);
});

Deno.test("records whose visits are scrambled teach little about the next visit", async () => {
  assert(((await found("time scrambled")).recall?.high ?? 0) < -0.08);
});

Deno.test("the known log odds ratio is in its interval, and the label is among what is chosen", async () => {
  const real = simulated(7, 3000);
  const pairs = await chosenPairs(real, codesAndLabels, { outcomes: 1, most: 50 });
  assert(pairs.some(({ exposure }) => real.vocabulary.codes[exposure] === "obesity"));
  const [{ figures }] = await judge([effects], {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: simulated(8, 3000) }],
    resamples: 0,
  });
  const obesity = figures.effects.labels?.list.find(({ effect }) => effect.startsWith("obesity"));
  assert(holds(obesity?.real ?? null, truth.logOddsRatio));
  assert(holds(obesity?.synthetic ?? null, truth.logOddsRatio));
});
