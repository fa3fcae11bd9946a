import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "ehrloom";
import { gradientModelOf, modelFamily } from "ehrloom/models/mod.ts";
import type { GradientModel } from "ehrloom/models/interface/model.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { type NamedArrays, toTensors } from "ehrloom/nn/parameters.ts";
import { sigmoid } from "ehrloom/nn/sigmoid.ts";
import { random } from "ehrloom/random.ts";
import { goldenCohort, testOnBackends } from "../../golden.ts";

const [codes, labels] = [4, 2];
const columns = codes + labels + 3;
const records = [
  { visits: [[0, 2], [1], [0, 3], [2]], labels: [1, 0] },
  { visits: [[1, 3]], labels: [0, 1] },
  { visits: [[2], [0, 1, 3]], labels: [1, 1] },
  { visits: [[0], [1]], labels: [0, 0] },
];
const cohort = goldenCohort(codes, labels, records);
const all = Int32Array.from(records.keys());

function untrained(name: string, settings = {}): { model: GradientModel; parameters: NamedArrays } {
  const given = {
    width: 8,
    context: 8,
    ...name === "lstm" ? {} : { heads: 2, codesSoFar: true },
    ...settings,
  };
  const model = gradientModelOf(name, modelFamily(name).configFor(cohort, given));
  return { model, parameters: drawn(model.initial, random(5)) };
}

/** The log probability of a record as the writer gives it, step by step. */
async function writtenLogProbability(
  model: GradientModel,
  parameters: ReturnType<typeof toTensors>,
  { visits, labels: own }: typeof records[number],
): Promise<number> {
  const on = own.flatMap((isOn, label) => isOn === 1 ? [codes + label] : []);
  const targets = [on, ...visits.map((visit) => [...visit])];
  targets[visits.length].push(codes + labels + 1); // the end
  const sampling = model.sampling(parameters);
  if (sampling.kind !== "steps") throw new TypeError("The model writes whole records");
  const writer = sampling.begin();
  let seen = [codes + labels]; // the start
  let sum = 0;
  for (const target of targets) {
    writer.advance(rowsFrom([seen]));
    const known = rowsFrom([target]);
    const found = await writer.probabilities?.(Int32Array.of(0), known) ?? new Float32Array();
    found.forEach((p, column) => sum += Math.log(target.includes(column) ? p : 1 - p));
    seen = target;
  }
  writer.dispose();
  sampling.dispose();
  return sum;
}

const inBlocks = { headRank: 2, headBlock: 4 };
for (
  const [form, name, settings] of [
    ["halo", "halo", {}],
    ["halo in blocks", "halo", inBlocks],
    ["halo-coarse", "halo-coarse", {}],
    ["lstm", "lstm", {}],
  ] as const
) {
  testOnBackends(`${form} sees as much while it writes as while it learns`, async () => {
    const { model, parameters } = untrained(name, settings);
    for (const small of ["ehr_head.labels.weight", "transformer.so_far.weight"]) {
      parameters[small]?.numbers.forEach((_, i, of) => of[i] = Math.sin(i));
    }
    const tensors = toTensors(parameters);
    const found = await model.likelihoods?.(tensors, cohort, all) ?? [];
    for (const [i, record] of records.entries()) {
      const written = await writtenLogProbability(model, tensors, record);
      assertAlmostEquals(written, found[i].logProbability, 1e-3);
    }
    tf.dispose(tensors);
  });
}

for (const name of ["halo", "halo-coarse", "lstm"]) {
  Deno.test(`${name} has no labels in its head where labelsInHead is off, or the form published`, () => {
    const off = modelFamily(name).configFor(cohort, { width: 8, labelsInHead: false });
    assertEquals(off.labelsInHead, false);
    const sizes = (config: object) =>
      Object.values(untrained(name, config).parameters)
        .reduce((sum, { numbers }) => sum + numbers.length, 0);
    assert(sizes({ labelsInHead: false }) < sizes({ labelsInHead: true }));
    assertThrows(
      () => {
        const { model, parameters } = untrained(name);
        model.toOriginal(parameters);
      },
      RangeError,
      "labelsInHead=false",
    );
  });
}

/** A code's probability in the first visit of each record, all else being zero. */
async function firstVisit(change: (parameters: NamedArrays) => void, of: Cohort, code: number) {
  const { model, parameters } = untrained("halo-coarse", { calibrate: false });
  for (const { numbers } of Object.values(parameters)) numbers.fill(0);
  change(parameters);
  const tensors = toTensors(parameters);
  const sampling = model.sampling(tensors);
  if (sampling.kind !== "steps") throw new TypeError("The model writes whole records");
  const writer = sampling.begin();
  const positions = Int32Array.from({ length: of.recordCount }, (_, i) => i);
  const nothing = rowsFrom(Array.from(positions, () => []));
  writer.advance(rowsFrom(Array.from(positions, () => [codes + labels])));
  const ofLabels = await writer.probabilities?.(positions, nothing) ?? [];
  writer.advance(rowsFrom(Array.from(
    positions,
    (record) => [0, 1].filter((label) => of.labels[record * 2 + label] === 1).map((l) => codes + l),
  )));
  writer.keep(Int32Array.of(1, 2, 3));
  const left = Int32Array.of(0, 1, 2);
  writer.advance(rowsFrom([[0], [0], [0]])); // a visit later they are still there
  const ofVisit = await writer.probabilities?.(left, rowsFrom([[], [], []])) ?? [];
  writer.dispose();
  sampling.dispose();
  tf.dispose(tensors);
  return {
    before: Array.from(positions, (i) => ofLabels[i * columns + code]),
    after: Array.from(left, (i) => ofVisit[i * columns + code]),
  };
}

testOnBackends(
  "a label adds twice its weight to a code's log odds, in all rows after its own",
  async () => {
    const code = 3;
    const { before, after } = await firstVisit(
      (parameters) => {
        const { numbers } = parameters["ehr_head.labels.weight"]; // [labels, columns]
        numbers[code] = 0.5;
        numbers[columns + code] = -1;
      },
      cohort,
      code,
    );
    for (const p of before) assertAlmostEquals(p, 0.5, 1e-6);
    // records 1, 2 and 3 have the second label, both, none
    for (const [i, logOdds] of [-2, -1, 0].entries()) {
      assertAlmostEquals(after[i], sigmoid(logOdds), 1e-6);
    }
  },
);
