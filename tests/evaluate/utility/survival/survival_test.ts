import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, random, vocabulary } from "ehrloom";
import { frequentEvents } from "ehrloom/evaluate/utility/survival/frequent_events.ts";
import {
  curveGap,
  greenwoodBand,
  kaplanMeier,
} from "ehrloom/evaluate/utility/survival/kaplan_meier.ts";
import { survival } from "ehrloom/evaluate/utility/survival/survival.ts";
import { figuresOf } from "../../fidelity/figures_of.ts";

Deno.test("kaplanMeier() by hand: censored patients are at risk in their interval", () => {
  // 10 patients: 2 events at 0; 1 censored at 0; 1 event at 1; 2 censored at 1; 4 longer
  const found = kaplanMeier([2, 1, 0], [1, 2, 0], 4);
  assertAlmostEquals(found[0], 8 / 10, 1e-12);
  assertAlmostEquals(found[1], 8 / 10 * 6 / 7, 1e-12);
  assertAlmostEquals(found[2], 8 / 10 * 6 / 7, 1e-12);
  assertEquals([...kaplanMeier([0, 0], [0, 0], 0)], [1, 1]);
  assertEquals([...kaplanMeier([0, 3], [1, 0], 0)], [1, 0]);
});

Deno.test("greenwoodBand() by hand, on the scale of log(−log survival)", () => {
  const { low, high } = greenwoodBand([2, 1, 0], [1, 2, 0], 4);
  const survival = 8 / 10 * 6 / 7;
  const variance = 2 / (10 * 8) + 1 / (7 * 6);
  const half = 1.959963984540054 * Math.sqrt(variance) / Math.log(1 / survival);
  for (const place of [1, 2]) { // the last interval has no event
    assertAlmostEquals(low[place], Math.exp(Math.log(survival) * Math.exp(half)), 1e-12);
    assertAlmostEquals(high[place], Math.exp(Math.log(survival) * Math.exp(-half)), 1e-12);
  }
  // nobody has the event, and everybody
  assertEquals([...greenwoodBand([0, 3], [1, 0], 0).low], [1, 0]);
  assertEquals([...greenwoodBand([0, 3], [1, 0], 0).high], [1, 0]);
});

Deno.test("curveGap() by hand: what is above and below cancels out in the optimism only", () => {
  const { distance, optimism } = curveGap(Float64Array.of(1, 0.5), Float64Array.of(0.75, 0.75));
  assertAlmostEquals(distance, 0.25, 1e-12);
  assertAlmostEquals(optimism, 0, 1e-12);
});

/** One record: days of its visits since the first, and the visits that have each code. */
type Plan = readonly [days: readonly number[], visitOf: readonly (number | undefined)[]];

function planned(plans: readonly Plan[], codes: number): Cohort {
  const names = Array.from({ length: codes + 1 }, (_, code) => `c${code}`);
  return cohortOf(
    vocabulary(names),
    [],
    plans.map(([days, visitOf]) => ({
      visits: days.map((_, visit) => [
        codes, // in every visit
        ...visitOf.flatMap((at, code) => at !== undefined && visit >= at ? [code] : []),
      ]),
      gapDays: days.map((day, visit) => visit === 0 ? 0 : day - days[visit - 1]),
      labels: [],
    })),
  );
}

/** Twelve patients seen at 0, 5 and 10 days, who get a code at this visit. */
function twelve(visits: readonly (number | undefined)[]): Cohort {
  return planned(visits.map((at): Plan => [[0, 5, 10], [at]]), 1);
}

Deno.test("survival by hand: days from the first visit, without those who have the code there", async () => {
  // of 11 at risk, 6 get it at 5 days, 4 at 10; one is never seen with it, one has it at first
  const real = twelve([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, undefined, 0]);
  const other = twelve([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, undefined, 0]);
  const found = await figuresOf(survival, real, other);
  assertEquals([found?.unit, found?.follow_up, found?.interval], ["days", 10, 1]);
  const [code] = found?.codes ?? [];
  assertEquals([code.code, code.events], ["c0", 6]); // within the 10 days of follow-up
  assertEquals(code.curve.times, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const [i, value] of [1, 1, 1, 1, 1, 1, ...Array<number>(5).fill(5 / 11)].entries()) {
    assertAlmostEquals(code.curve.real[i], value, 1e-12);
  }
  assertEquals(code.curve.synthetic, Array(11).fill(1));
  const { real_low, real_high, synthetic_low } = code.curve.bands ?? {};
  assert(real_low?.every((low, i) => low <= code.curve.real[i]));
  assert(real_high?.every((high, i) => high >= code.curve.real[i]));
  assertEquals(synthetic_low, Array(11).fill(1));
  assertAlmostEquals(code.optimism.value, 5 * 6 / 11 / 10, 1e-12);
  assertAlmostEquals(found?.mean?.distance.value ?? 0, 5 * 6 / 11 / 10, 1e-12);
  const same = await figuresOf(survival, real, real);
  assertEquals([same?.mean?.distance.value, same?.mean?.optimism.value], [0, 0]);
});

Deno.test("frequentEvents() leave out initial codes, rare ones and those that come with another", async () => {
  const draws = random(1);
  const plans = Array.from({ length: 60 }, (_, i): Plan => {
    const at = 1 + draws.integer(3);
    return [[0, 1, 2, 3], [
      i < 30 ? at : undefined,
      i < 29 ? at : undefined,
      i < 9 ? 1 : undefined,
      0,
    ]];
  });
  assertEquals(await frequentEvents(planned(plans, 4)), [0]);
});

/** Patients with a constant hazard per day, seen every 20 days. */
function withHazard(seed: number, hazard: number): Cohort {
  const draws = random(seed);
  const days = Array.from({ length: 10 }, (_, i) => 20 * i);
  return planned(
    Array.from({ length: 300 }, (): Plan => {
      const onset = -Math.log(1 - draws.uniform()) / hazard;
      const at = days.findIndex((day) => day > 0 && day >= onset);
      return [days, [at < 0 ? undefined : at]];
    }),
    1,
  );
}

Deno.test("halved hazards are told from equal ones", async () => {
  const real = withHazard(1, 0.01);
  const good = await figuresOf(survival, real, withHazard(2, 0.01), { resamples: 100 });
  const { low = 1, high = -1 } = good?.mean?.optimism ?? {};
  assert(low <= 0 && high >= 0);
  const broken = await figuresOf(survival, real, withHazard(2, 0.005), { resamples: 100 });
  assert((broken?.mean?.optimism.low ?? 0) > 0.05);
  assert((broken?.mean?.distance.low ?? 0) > 0.05);
});

Deno.test("with minCell, a curve has that many real events between its times, and rare codes none", async () => {
  const real = withHazard(1, 0.01);
  const found = await figuresOf(survival, real, real, { minCell: 50 });
  const [{ events, curve }] = found?.codes ?? [];
  assert(curve.times.length - 1 <= events / 50);
  const rare = await figuresOf(survival, real, real, { minCell: events + 1 });
  assertEquals([rare?.codes, rare?.rare_codes], [[], 1]);
  assertEquals(rare?.mean?.distance.value, 0);
});

Deno.test("where real records have days and others lack them, there are no figures", async () => {
  const real = withHazard(1, 0.01);
  const untimed = { ...real, gapDays: new Float64Array(real.gapDays.length) };
  assertEquals(await figuresOf(survival, real, untimed), null);
  const visits = await figuresOf(survival, untimed, real);
  assertEquals([visits?.unit, visits?.mean?.distance.value], ["visits", 0]);
});

Deno.test("without frequent new codes there is a reason instead of figures", async () => {
  const found = await figuresOf(survival, twelve([0]), twelve([0]));
  assertEquals([found?.mean, found?.codes.length, found?.left_out.length], [null, 0, 1]);
});
