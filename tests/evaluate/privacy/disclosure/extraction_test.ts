import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, judge, random, vocabulary } from "ehrloom";
import { extraction } from "ehrloom/evaluate/privacy/disclosure/extraction.ts";
import { markov } from "ehrloom/models/markov.ts";
import { memoriser } from "ehrloom/models/memoriser.ts";
import { runOf } from "../../run_of.ts";

const codes = 200;

/** Records of eight visits, each of one code: a random walk through rare codes. */
function walks(seed: number, records: number): Cohort {
  const draws = random(seed);
  return cohortOf(
    vocabulary(Array.from({ length: codes }, (_, code) => `c${code}`)),
    ["ill"],
    Array.from({ length: records }, () => ({
      visits: Array.from({ length: 8 }, () => [draws.integer(codes)]),
      labels: [0],
    })),
  );
}

const training = walks(1, 60);
const heldOut = walks(2, 40);

async function extracted(learned: Cohort) {
  const config = { ...markov.configFor(learned, { smoothing: 0.001 }), context: 20 };
  const parameters = markov.create(config).learn(learned);
  const [{ figures, resampled }] = await judge([extraction], {
    real: { role: "real", cohort: training },
    others: [{ role: "synthetic", cohort: walks(3, 20) }],
    heldOut,
    run: { ...runOf(training, { model: "markov", config }), parameters },
    resamples: 200,
  });
  return { figures: figures.extraction, resampled };
}

Deno.test("extraction catches a model that has its training records by heart", async () => {
  const { figures, resampled } = await extracted(training);
  for (const found of [figures?.one_visit, figures?.two_visits, figures?.five_visits]) {
    assertEquals((found?.difference.low ?? 0) > 0.02, true, JSON.stringify(found));
    const { training, held_out, difference } = found ?? {};
    assertAlmostEquals(
      difference?.value ?? NaN,
      (training?.value ?? 0) - (held_out?.value ?? 0),
      1e-12,
    );
  }
  assertEquals(resampled["extraction.one_visit.difference"].length, 201);
});

Deno.test("extraction does not catch a model of other patients", async () => {
  const { figures } = await extracted(walks(4, 40));
  const { low, high } = figures?.one_visit?.difference ?? { low: NaN, high: NaN };
  assertEquals(low <= 0 && high < 0.15, true, `${low} to ${high}`);
});

Deno.test("extraction says why a run cannot be asked", async () => {
  const config = memoriser.configFor(training, {});
  const parameters = memoriser.create(config).learn(training);
  const [{ figures }] = await judge([extraction], {
    real: { role: "real", cohort: training },
    others: [{ role: "synthetic", cohort: training }],
    heldOut,
    run: { ...runOf(training, { model: "memoriser", config }), parameters },
    resamples: 2,
  });
  assertEquals(figures.extraction?.left_out.length, 3);
  assertEquals(
    figures.extraction?.left_out[0].reason.startsWith('Cannot continue records with "memoriser"'),
    true,
  );
});

Deno.test("extraction has no interval of zero width where nothing comes out", async () => {
  const config = { ...markov.configFor(training, { smoothing: 1e6 }), context: 20 };
  const parameters = markov.create(config).learn(training);
  const [{ figures }] = await judge([extraction], {
    real: { role: "real", cohort: training },
    others: [{ role: "synthetic", cohort: training }],
    heldOut,
    run: { ...runOf(training, { model: "markov", config }), parameters },
    resamples: 50,
  });
  const { held_out, difference } = figures.extraction?.five_visits ?? {};
  assertEquals((held_out?.high ?? 0) > 0.02, true, JSON.stringify(held_out));
  assertEquals((difference?.low ?? 0) < 0 && (difference?.high ?? 0) > 0, true);
});
