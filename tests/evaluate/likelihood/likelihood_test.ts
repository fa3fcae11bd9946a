import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { likelihoodMetrics, type RecordLikelihood } from "ehrloom";
import { gunzipped } from "../../stored.ts";

const file = gunzipped("tests/golden/halo-extra-tiny.json.gz");
const { metrics, log_probability_per_record } = JSON.parse(file);
const cells = 40;

/** The original's four records; only sums over records are known but for the log-probabilities. */
const records: RecordLikelihood[] = log_probability_per_record.map(
  (logProbability: number, i: number) => {
    const [[, falsePositives], [falseNegatives, truePositives]] = metrics.confusion;
    const part = (sum: number) => i === 0 ? sum - 3 : 1;
    return {
      logProbability,
      visits: part(metrics.n_visits),
      positives: part(metrics.n_positive_codes),
      hits: {
        truePositives: part(truePositives),
        falsePositives: part(falsePositives),
        falseNegatives: part(falseNegatives),
      },
    };
  },
);

Deno.test("likelihoodMetrics() equals the original on golden sums", () => {
  const found = likelihoodMetrics(records, cells, { resamples: 0, unseenCodeOccurrences: 5 });
  const relative = 1e-6; // the original sums in float32
  const pairs: [number | null, number][] = [
    [found.accuracy, metrics.accuracy],
    [found.precision, metrics.precision],
    [found.recall, metrics.recall],
    [found.f1, metrics.f1],
    [found.bce, metrics.bce_over_unmasked_cells_only],
    [found.nll_per_visit, -metrics.log_probability / metrics.n_visits],
    [found.perplexity_per_visit, metrics.perplexity_per_visit],
    [found.perplexity_per_code, metrics.perplexity_per_positive_code],
    [found.perplexity_per_cell, metrics.perplexity_per_possible_code],
  ];
  for (const [value, wanted] of pairs) {
    assert(value !== null);
    assertAlmostEquals(value, wanted, relative * wanted);
  }
  assertEquals(found.nll_is_bound, false);
  assertEquals(found.unseen_code_occurrences, 5);
});

Deno.test("likelihoodMetrics() has an interval over patients that repeats by its seed", () => {
  const options = { seed: 3, resamples: 200 };
  const found = likelihoodMetrics(records, cells, options);
  assertLess(found.nll_per_visit_low, found.nll_per_visit);
  assertLess(found.nll_per_visit, found.nll_per_visit_high);
  assertEquals(likelihoodMetrics(records, cells, options), found);
});

Deno.test("likelihoodMetrics() is 0, not NaN, where nothing is predicted or there to predict", () => {
  const silent = { logProbability: -1, visits: 1, positives: 0 };
  const found = likelihoodMetrics(
    [{ ...silent, hits: { truePositives: 0, falsePositives: 0, falseNegatives: 0 } }],
    cells,
  );
  assertEquals([found.precision, found.recall, found.f1, found.accuracy], [0, 0, 0, 1]);
});

Deno.test("likelihoodMetrics() has no figures of cells where one record has none", () => {
  const sums = records.map(({ hits, ...sums }, i) =>
    i === 0 ? sums : { ...sums, ...hits && { hits } }
  );
  const { nll_per_visit, perplexity_per_code, ...found } = likelihoodMetrics(sums, cells, {
    isBound: true,
  });
  const whole = likelihoodMetrics(records, cells);
  assertEquals([nll_per_visit, perplexity_per_code], [
    whole.nll_per_visit,
    whole.perplexity_per_code,
  ]);
  assertEquals(found.nll_is_bound, true);
  const { bce, f1, precision, recall, accuracy, perplexity_per_cell } = found;
  assertEquals([bce, f1, precision, recall, accuracy, perplexity_per_cell], Array(6).fill(null));
});

Deno.test("likelihoodMetrics() gives the loss of waits, and of records with their waits", () => {
  const inBins: RecordLikelihood[] = [
    {
      logProbability: -10,
      visits: 4,
      positives: 5,
      waits: { count: 2, logDensity: -7, inCells: -3 },
    },
    { logProbability: -2, visits: 2, positives: 2, waits: { count: 0, logDensity: 0, inCells: 0 } },
  ];
  const found = likelihoodMetrics(inBins, cells, { resamples: 20 });
  assertAlmostEquals(found.nll_per_visit, 12 / 6, 1e-12);
  assertAlmostEquals(found.nll_per_wait?.value ?? NaN, 7 / 2, 1e-12);
  assertAlmostEquals(found.nll_per_visit_with_waits?.value ?? NaN, (12 - 3 + 7) / 6, 1e-12);
  const { low, high } = found.nll_per_visit_with_waits ?? { low: NaN, high: NaN };
  assertEquals([low, high], [2 / 2, (10 - 3 + 7) / 4]); // of the second, and of the first record
  const [, second] = inBins;
  assertEquals(likelihoodMetrics([second], cells).nll_per_wait, undefined);
  assertEquals(likelihoodMetrics(records, cells).nll_per_visit_with_waits, undefined);
});

Deno.test("likelihoodMetrics() refuses to judge nothing", () => {
  assertThrows(() => likelihoodMetrics([], cells), RangeError, "no test record");
  assertThrows(() => likelihoodMetrics(records, 0), RangeError, "over 0 columns");
});
