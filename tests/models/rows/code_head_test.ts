// HALO with its head in blocks: what surrounds a model takes it as it takes the exact one.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { generate, readRun, train, type TrainOptions, useBackend } from "ehrloom";
import { gradientModelOf, modelFamily } from "ehrloom/models/mod.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { random } from "ehrloom/random.ts";
import { trainedNumbers } from "ehrloom/train/parameter_count.ts";
import { join } from "node:path";
import { inFolder } from "../../folder.ts";
import { tinyCohort, tinySettings } from "../../tiny.ts";
import { epochsOf, interrupted, stateOf } from "../../train/interrupted.ts";

await useBackend("wasm");

const source = tinyCohort(80);
const columns = 12 + 2 + 3;
const inBlocks = { ...tinySettings, headRank: 2, headBlock: 5 };
const options: TrainOptions = {
  settings: inBlocks,
  batch: 8,
  epochs: 6,
  learningRate: 0.05,
  warmup: 2,
};
const stepsPerEpoch = 5;

const model = (settings: Record<string, number>) =>
  gradientModelOf("halo", modelFamily("halo").configFor(source, { ...tinySettings, ...settings }));

Deno.test("a HALO in blocks learns, and resumed it is the same run to the bit", () =>
  inFolder(async (folder) => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const expected = await train(source, whole, options);
    const losses = expected.training.map(({ validation_loss }) => validation_loss);
    assert(losses[5] < 0.8 * losses[0], losses.join());
    await interrupted(source, parts, 2 * stepsPerEpoch + 3, options);
    const found = await train(source, parts, { resume: true });
    assertEquals(epochsOf(found), epochsOf(expected));
    assertEquals(found.parameters, expected.parameters);
    assertEquals(await stateOf(parts), await stateOf(whole));
    assertEquals((await readRun(whole)).parameters, expected.parameters);
  }));

Deno.test("a HALO in blocks writes the same records in batches of any size, by one sampler", () =>
  inFolder(async (folder) => {
    const run = await train(source, join(folder, "run"), options);
    const { cohort } = await generate(run, { count: 30, seed: 3 });
    assert(cohort.visitCount > 30, `${cohort.visitCount} visits`);
    assertEquals((await generate(run, { count: 30, seed: 3, batch: 7 })).cohort, cohort);
    await assertRejects(
      () => generate(run, { count: 1, sampler: "block-order" }),
      RangeError,
      'Cannot generate with sampler block-order: "halo" has fixed-point',
    );
  }));

Deno.test("a private HALO in blocks sees no later code of a visit: noise stays where weights are", () =>
  inFolder(async (folder) => {
    const privacy = { epsilon: 6, delta: 1e-3 };
    const { parameters } = await train(source, join(folder, "run"), {
      ...options,
      epochs: 1,
      privacy,
    });
    const inputs = 8 + 2 + 2 + 5; // history, labels, summary, block
    for (const [layer, own] of [[1, 1], [2, 0]]) {
      const { shape, numbers } = parameters[`block_head.layer${layer}.weight`];
      assertEquals(shape, [columns, inputs]);
      numbers.forEach((value, at) => {
        const row = Math.floor(at / inputs);
        const isSeen = at % inputs < inputs - 5 + row % 5 + own;
        assertEquals(value !== 0, isSeen, `layer ${layer}, row ${row}, ${at % inputs}`);
      });
    }
  }));

Deno.test("a HALO in blocks has a weight for each pair of a block, and none for others", () => {
  const [width, rank, block] = [8 + 2, 2, 5];
  const numbersOf = (name: string) =>
    trainedNumbers({
      ...model({ headRank: rank, headBlock: block }),
      initial: Object.fromEntries(
        Object.entries(model({ headRank: rank, headBlock: block }).initial)
          .filter(([parameter]) => parameter.startsWith(name)),
      ),
    });
  const layer = columns * (width + 2 * rank + block + 1);
  assertEquals(numbersOf("block_head."), 2 * layer + width * (width + 1));
  assertEquals(numbersOf("ehr_head."), 0);
});

Deno.test("a summary as long as the row is refused: the exact head would be smaller", () => {
  assertThrows(
    () => model({ headRank: columns }),
    RangeError,
    `Cannot make "halo" with headRank ${columns}: must be below its ${columns} columns; headRank=0`,
  );
  model({ headRank: columns - 1 });
});

Deno.test("a HALO in blocks has no state dict of the original code", () => {
  const config = modelFamily("halo").configFor(source, {
    ...inBlocks,
    labelsInHead: false,
    codesSoFar: false,
  });
  const model = gradientModelOf("halo", config);
  assertThrows(
    () => model.toOriginal(drawn(model.initial, random(1))),
    RangeError,
    "train with headRank=0",
  );
});
