import { assertEquals } from "@std/assert";
import { lstm, type LstmConfig, lstmHistories, lstmLogits } from "ehrloom/models/lstm.ts";
import { golden, type GoldenArray, goldenWeights } from "../golden.ts";
import { rowCohort, type RowGolden, testDrawnRows, testRows, testTraining } from "./original.ts";

interface LstmGolden extends RowGolden {
  losses: number[];
  sample_uniforms: GoldenArray;
  sample_rows: GoldenArray;
}

const file = golden<LstmGolden>("lstm-tiny");
const config: LstmConfig = {
  codes: file.config.code_vocab_size,
  labels: file.config.label_vocab_size,
  context: file.config.n_ctx,
  width: file.config.n_embd,
  layers: file.config.lstm_layers,
  positiveWeight: 1,
  publishedStart: true,
  labelsInHead: false,
  calibrate: false,
  exclusiveBins: false,
};
const original = {
  model: lstm.create(config),
  weights: goldenWeights(file.weights),
  cohort: rowCohort(file),
};

testTraining("lstm", {
  ...original,
  loss: file.loss,
  gradientNorms: file.grad_norms,
  learningRate: file.adam_lr,
  losses: file.losses,
});

testRows(
  "lstm's histories equal the original's",
  original,
  (parameters, batch) => lstmHistories(config, parameters, batch),
  file.hidden,
);

testRows(
  "lstm's logits equal the original's",
  original,
  (parameters, batch) => lstmLogits(config, parameters, batch),
  file.logits,
);

testDrawnRows("lstm", original, file);

Deno.test("lstm.toOriginal() has every key of the original's state dict", () => {
  const { model, weights } = original;
  const stateDict = model.toOriginal(model.fromOriginal(weights));
  assertEquals(Object.keys(stateDict).sort(), file.state_dict_keys.toSorted());
  assertEquals(stateDict, weights);
});
