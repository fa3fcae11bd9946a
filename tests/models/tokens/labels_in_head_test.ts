import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { gradientModelOf, modelFamily, ownSettings } from "ehrloom/models/mod.ts";
import type { GradientModel } from "ehrloom/models/interface/model.ts";

import { drawn } from "ehrloom/nn/initial.ts";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { type NamedArrays, toTensors } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import { goldenCohort, testOnBackends } from "../../golden.ts";

const [codes, labels] = [4, 2];
const cohort = goldenCohort(codes, labels, [
  { visits: [[0, 2], [1]], labels: [1, 0] },
  { visits: [[1, 3]], labels: [1, 1] },
]);

function untrained(name: string, settings = {}): { model: GradientModel; parameters: NamedArrays } {
  const family = modelFamily(name);
  const given = { width: 8, layers: 1, heads: 2, context: 20, calibrate: false, ...settings };
  const config = family.configFor(cohort, given);
  const model = gradientModelOf(name, config, family.schemaFor?.(cohort, config));
  return { model, parameters: drawn(model.initial, random(5)) };
}

const labelWeight = "ehr_head.labels.weight"; // [labels, tokens]

testOnBackends(
  "a label adds twice its weight to a token's log odds, at all tokens after its own",
  async () => {
    const { model, parameters } = untrained("gpt");
    for (const { numbers } of Object.values(parameters)) numbers.fill(0);
    const [, columns] = model.initial[labelWeight].shape;
    const code = 3;
    parameters[labelWeight].numbers[code] = 0.5;
    parameters[labelWeight].numbers[columns + code] = -1;
    const tensors = toTensors(parameters);
    const sampling = model.sampling(tensors);
    if (sampling.kind !== "steps") throw new TypeError("The model writes whole records");
    const writer = sampling.begin();
    /** Log odds of the code against another one, after a token of each record. */
    const logOdds = async (tokens: number[]) => {
      writer.advance(rowsFrom(tokens.map((token) => [token])));
      const positions = Int32Array.from(tokens.keys());
      const found = await writer.probabilities?.(positions, rowsFrom(tokens.map(() => []))) ?? [];
      return tokens.map((_, i) => Math.log(found[i * columns + code] / found[i * columns]));
    };
    const [start, endLabels] = [codes + labels, codes + labels + 1];
    const expect = (found: number[], wanted: number[]) =>
      wanted.forEach((value, i) => assertAlmostEquals(found[i], value, 1e-5));
    expect(await logOdds([start, start, start]), [0, 0, 0]);
    expect(await logOdds([codes, codes + 1, endLabels]), [1, -2, 0]);
    expect(await logOdds([codes + 1, endLabels, 0]), [-1, -2, 0]);
    writer.keep(Int32Array.of(0, 2));
    expect(await logOdds([endLabels, 1]), [-1, 0]);
    expect(await logOdds([0, 2]), [-1, 0]); // a visit later they are still there
    writer.dispose();
    sampling.dispose();
    tf.dispose(tensors);
  },
);

for (const name of ["gpt", "hisgt", "synehrgy"]) {
  Deno.test(`${name} has no labels in its head where labelsInHead is off, or the form published`, () => {
    assertEquals(labelWeight in untrained(name).parameters, true);
    assertEquals(labelWeight in untrained(name, { labelsInHead: false }).parameters, false);
    assertEquals(ownSettings(modelFamily(name), { form: "published" }).labelsInHead, false);
    assertThrows(
      () => {
        const { model, parameters } = untrained(name);
        model.toOriginal(parameters);
      },
      RangeError,
      "train with labelsInHead=false",
    );
  });
}
