import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, subset, vocabulary } from "ehrloom";
import {
  attributeInference,
  commonCodes,
  inferredCodes,
  microF1,
} from "ehrloom/evaluate/privacy/attribute_inference.ts";
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
