import { assertEquals, assertThrows } from "@std/assert";
import { haloCoarse } from "ehrloom/models/halo_coarse.ts";
import { tiedLogits } from "ehrloom/models/tokens/tied_head.ts";
import { visitHistories } from "ehrloom/models/rows/visit_transformer.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { random } from "ehrloom/random.ts";
import { golden, type GoldenArray, goldenWeights } from "../golden.ts";
import { rowCohort, type RowGolden, testDrawnRows, testRows, testTraining } from "./original.ts";

interface CoarseGolden extends RowGolden {
  losses: { untied: number[]; single_parameter: number[] };
  grad_norm_true_tied_embedding: number;
  sample_uniforms: GoldenArray;
  sample_rows: GoldenArray;
}

const file = golden<CoarseGolden>("halo-coarse-tiny");
const weights = goldenWeights(file.weights);
const cohort = rowCohort(file);
const config = {
  codes: file.config.code_vocab_size,
  labels: file.config.label_vocab_size,
  context: file.config.n_ctx,
  positions: file.config.n_positions,
  width: file.config.n_embd,
  layers: file.config.n_layer,
  heads: file.config.n_head,
  epsilon: file.config.layer_norm_epsilon,
  positiveWeight: 1,
  publishedStart: false,
  labelsInHead: false,
  codesSoFar: false,
  calibrate: false,
  exclusiveBins: false,
};
const tied = haloCoarse.create({ ...config, tied: true });
const untied = haloCoarse.create({ ...config, tied: false });
const embedding = { name: "transformer.vis_embed_mat.weight", layout: "in-out" } as const;
const common = { weights, cohort, loss: file.loss, learningRate: file.adam_lr };

testTraining("halo-coarse", {
  ...common,
  model: tied,
  gradientNorms: { ...file.grad_norms, [embedding.name]: file.grad_norm_true_tied_embedding },
  losses: file.losses.single_parameter,
});

testTraining("halo-coarse with tied=false, as published", {
  ...common,
  model: untied,
  gradientNorms: file.grad_norms,
  losses: file.losses.untied,
});

for (const model of [tied, untied]) {
  const name = `halo-coarse with tied=${model.config.tied}`;
  const original = { model, weights, cohort };
  testRows(
    `${name}: histories equal the original's`,
    original,
    (parameters, batch) => visitHistories(config, parameters, batch),
    file.hidden,
  );
  testRows(
    `${name}: logits equal the original's`,
    original,
    (parameters, batch) =>
      tiedLogits(parameters, visitHistories(config, parameters, batch), embedding),
    file.logits,
  );
  testDrawnRows(name, original, file);

  Deno.test(`${name}: toOriginal() has every key of the original's state dict`, () => {
    const stateDict = model.toOriginal(model.fromOriginal(weights));
    assertEquals(Object.keys(stateDict).sort(), file.state_dict_keys.toSorted());
    for (const [name, array] of Object.entries(weights)) assertEquals(stateDict[name], array);
  });

  Deno.test(`${name}: head and embedding begin equal`, () => {
    const stateDict = model.toOriginal(drawn(model.initial, random(1)));
    const { shape: [width, columns], numbers } = stateDict[embedding.name];
    const head = stateDict["ehr_head.decoder.weight"];
    assertEquals(head.shape, [columns, width]);
    head.numbers.forEach((value, i) =>
      assertEquals(value, numbers[i % width * columns + Math.floor(i / width)])
    );
  });
}

Deno.test("halo-coarse with tied=true refuses a head that has trained apart", () => {
  const head = weights["ehr_head.decoder.weight"];
  const apart = { ...head, numbers: head.numbers.map((value) => value + 0.1) };
  assertThrows(
    () => tied.fromOriginal({ ...weights, "ehr_head.decoder.weight": apart }),
    RangeError,
    'Cannot load "halo-coarse" with tied=true: "ehr_head.decoder.weight" differs from the embedding',
  );
});
