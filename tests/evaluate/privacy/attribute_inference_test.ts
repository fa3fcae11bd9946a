import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, judge, subset, vocabulary } from "ehrloom";
import {
  attributeInference,
  commonCodes,
  inferredCodes,
  microF1,
} from "ehrloom/evaluate/privacy/attribute_inference.ts";
import { namedCodes } from "ehrloom/evaluate/privacy/inferred_codes.ts";
import { wilson } from "ehrloom/evaluate/wilson.ts";
import { withoutEmptyRecords } from "ehrloom/evaluate/without_empty_records.ts";
import { cohorts, golden, goldenTolerance } from "../golden.ts";
import { figuresOf, partlyCopied, simulated } from "./simulated.ts";

Deno.test("inferredCodes() have the original's F1 with one and with three nearest records", async () => {
  const all = [cohorts.train, cohorts.test, withoutEmptyRecords(cohorts.synthetic)];
  const [train, test, synthetic] = all.map((cohort) =>
    subset(cohort, Array.from({ length: golden.nnaa.n }, (_, record) => record))
  );
  const wanted = golden.attribute_inference;
  const common = commonCodes(train, wanted.number_of_common_codes);
  assertEquals([...common].sort((a, b) => a - b), wanted.common_codes);
  for (
    const [reference, f1] of [[synthetic, wanted.attack_f1], [test, wanted.baseline_f1]] as const
  ) {
    const [k1, k3] = await inferredCodes(train, reference, { common, ks: [1, 3] });
    assertAlmostEquals(microF1(k1), f1[1], goldenTolerance);
    assertAlmostEquals(microF1(k3), f1[3], goldenTolerance);
  }
});

Deno.test("inferredCodes() are found, predicted and there, by hand", async () => {
  const cohort = (...visits: number[][]) =>
    cohortOf(
      vocabulary(["a", "b", "c", "d"]),
      [],
      visits.map((v) => ({ visits: [v], labels: [] })),
    );
  const common = Uint32Array.of(0, 1);
  // the first is nearest to the first: c of c and d; the second to the second: nothing of d
  const [hits] = await inferredCodes(
    cohort([0, 2], [1, 3]),
    cohort([0, 2, 3], [1]),
    { common, ks: [1] },
  );
  assertEquals([...hits], [1, 2, 1, 0, 0, 1]);
  assertAlmostEquals(microF1(hits), 2 * 1 / (2 + 2));
});

Deno.test("attribute_inference is a disclosure for copies, and none for independent records", async () => {
  const [training, heldOut, others] = [1, 2, 3].map((seed) => simulated(seed, 300, 400));
  const asked = { training, heldOut, resamples: 200 };
  const copied = await figuresOf(attributeInference, {
    ...asked,
    records: partlyCopied(training, others, 0.5),
  });
  const independent = await figuresOf(attributeInference, { ...asked, records: others });
  const [caught, spared] = [copied, independent].map(({ corrected }) => corrected?.k1.difference);
  assert(caught !== undefined && caught.low > 0.1, JSON.stringify(caught));
  assert(spared !== undefined && spared.low < 0.02, JSON.stringify(spared));
  assertEquals(copied.known_codes, 100);
});

Deno.test("attribute_inference with held-out records as the synthetic ones is its own baseline", async () => {
  const [training, heldOut] = [1, 2].map((seed) => simulated(seed, 300, 400));
  const { corrected, published } = await figuresOf(attributeInference, {
    training,
    heldOut,
    records: heldOut,
  });
  assertEquals(corrected?.k1.difference.value, 0);
  assertEquals(corrected?.k10.difference.value, 0);
  assertEquals(published?.attack, published?.baseline);
});

Deno.test("attribute_inference has a row for each sensitive code: how often copies give it away", async () => {
  const [training, heldOut] = [1, 2].map((seed) => simulated(seed, 300, 400));
  const ask = async (records: Cohort) => {
    const [{ figures }] = await judge([attributeInference], {
      real: { role: "real", cohort: training },
      others: [{ role: "synthetic", cohort: records }],
      heldOut,
      sensitive: ["code9", "code399", "code2", "code9"],
      minCell: 20,
      resamples: 2,
    });
    return figures.attribute_inference;
  };
  const copied = await ask(training);
  assertEquals(copied?.by_code?.map(({ code }) => code), ["code9", "code2"]);
  assertEquals(copied?.left_out, [{
    label: "attribute inference of code399",
    reason: "fewer than 20 attacked patients have it, or lack it",
  }]);
  for (const { attack, difference, precision } of copied?.by_code ?? []) {
    assert(attack.value > 0.8 && attack.high <= 1, JSON.stringify(attack));
    assert(difference.low > 0.1, JSON.stringify(difference));
    assert((precision?.low ?? 0) > 0.7, JSON.stringify(precision));
  }
  const own = await ask(heldOut);
  assertEquals(own?.by_code?.map(({ difference }) => difference.value), [0, 0]);
  assertEquals(own?.by_code?.map(({ attack }) => attack), own?.by_code?.map((row) => row.baseline));
});

Deno.test("namedCodes() are shares of those who have a code, and of those who are said to, by hand", async () => {
  const cohort = (visits: number[][]) =>
    cohortOf(
      vocabulary(["known", "b", "named"]),
      [],
      visits.map((v) => ({ visits: [v], labels: [] })),
    );
  const times = (count: number, visit: number[]) => Array.from({ length: count }, () => visit);
  // the nearest of those with the known code has the named one, the nearest of the others lacks it
  const targets = cohort([
    ...times(15, [0, 2]),
    ...times(5, [0]),
    ...times(5, [1, 2]),
    ...times(15, [1]),
  ]);
  const { rows } = await namedCodes({
    targets,
    reference: cohort([[0, 2], [1]]),
    control: cohort([[0], [1]]),
    common: Uint32Array.of(0, 1),
    named: ["named"],
    minCell: 10,
    part: () => () => {},
  });
  const [{ patients, attack, baseline, precision, baseline_precision }] = rows;
  assertEquals(patients, 20);
  assertEquals(attack, wilson(15, 20));
  assertEquals(baseline, wilson(0, 20));
  assertEquals(precision, wilson(15, 20));
  assertEquals(baseline_precision, null); // nobody is said to have it
});

Deno.test("attribute_inference is left out where every code is known", async () => {
  const [training, heldOut, records] = [1, 2, 3].map((seed) => simulated(seed, 100, 60));
  const { corrected, known_codes, left_out } = await figuresOf(attributeInference, {
    training,
    heldOut,
    records,
  });
  assertEquals([corrected, known_codes], [null, 59]);
  assertEquals(left_out, [{
    label: "attribute inference",
    reason: "training records have only the 59 codes that count as known",
  }]);
});
