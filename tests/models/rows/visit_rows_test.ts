import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { cohortOf, random, vocabulary } from "ehrloom";
import { gradientModelOf, modelFamily } from "ehrloom/models/mod.ts";
import { packedRows, paddedRows, type VisitRows } from "ehrloom/models/rows/visit_rows.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { rowOf } from "ehrloom/nn/multi_hot.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { testOnBackends } from "../../golden.ts";
import { assertClose } from "../../nn/layer.ts";

/** Records of one visit, of three and of two; two codes and a label. */
const cohort = cohortOf(vocabulary(["a", "b"]), ["c"], [
  { visits: [[1]], gapDays: [0], labels: [0] },
  { visits: [[0], [1], [0, 1]], gapDays: [0, 7, 20], labels: [1] },
  { visits: [[0, 1], [1]], gapDays: [0, 5], labels: [1] },
]);
const sizes = { codes: 2, labels: 1 }; // then 3 for the start, 4 for the end
const all = Int32Array.of(0, 1, 2);

function listed({ inputs, targets }: VisitRows) {
  const lists = (rows: typeof inputs) =>
    Array.from({ length: rows.rows }, (_, row) => [...rowOf(rows, row)]);
  return { inputs: lists(inputs), targets: lists(targets) };
}

Deno.test("packedRows() are records' rows one after the other, then padding", () => {
  const batch = packedRows(sizes, cohort, all, 4);
  assertEquals([...batch.offsets], [0, 2, 6, 9]);
  assertEquals([...batch.mask], [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]);
  assertEquals(listed(batch), {
    inputs: [[3], [], [3], [2], [0], [1], [3], [2], [0, 1], [], [], []],
    targets: [[], [1, 4], [2], [0], [1], [0, 1, 4], [2], [0, 1], [1, 4], [], [], []],
  });
  assertEquals([...batch.waits], [NaN, NaN, NaN, NaN, 7, 20, NaN, NaN, 5, NaN, NaN, NaN]);
  assertEquals(packedRows(sizes, cohort, all).mask.length, 9);
});

Deno.test("packedRows() of a record without visits are the row of its labels", () => {
  const labels = cohortOf(vocabulary(["a", "b"]), ["c"], [{
    visits: [],
    gapDays: [],
    labels: [1],
  }]);
  const batch = packedRows(sizes, labels, Int32Array.of(0));
  assertEquals(listed(batch), { inputs: [[3]], targets: [[2, 4]] });
  assertEquals([...batch.waits], [NaN]);
});

Deno.test("paddedRows() are the same with every record as long as the longest", () => {
  const batch = paddedRows(sizes, cohort, all);
  assertEquals([batch.rows, ...batch.offsets], [4, 0, 4, 8, 12]);
  assertEquals([...batch.mask], [1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0]);
  assertEquals(listed(batch), {
    inputs: [[3], [], [], [], [3], [2], [0], [1], [3], [2], [0, 1], []],
    targets: [[], [1, 4], [], [], [2], [0], [1], [0, 1, 4], [2], [0, 1], [1, 4], []],
  });
  assertEquals([...batch.waits], [NaN, NaN, NaN, NaN, NaN, NaN, 7, 20, NaN, NaN, 5, NaN]);
});

for (const [name, more] of [["halo", { waits: 2 }], ["halo-coarse", {}]] as const) {
  testOnBackends(
    `${name}'s loss and gradients of packed rows are those of padded ones`,
    async () => {
      const { configFor, schemaFor } = modelFamily(name);
      const settings = { width: 8, layers: 2, heads: 2, labelsInHead: true, codesSoFar: true };
      const config = configFor(cohort, { ...settings, ...more });
      const model = gradientModelOf(name, config, schemaFor?.(cohort, config));
      const parameters = toTensors(drawn(model.initial, random(1)));
      const names = Object.keys(parameters);
      const found = await Promise.all([model.loss, model.separateLoss].map(async (loss) => {
        const { value, grads } = tf.valueAndGrads((...tensors) => {
          const named = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
          return loss?.(named, cohort, all, { seed: 1, epoch: 0 }) ?? tf.scalar(NaN);
        })(Object.values(parameters));
        const numbers = await Promise.all([value, ...grads].map((each) => each.data()));
        tf.dispose([value, grads]);
        return numbers;
      }));
      const [[packedLoss, ...packedGrads], [paddedLoss, ...paddedGrads]] = found;
      assertAlmostEquals(packedLoss[0], paddedLoss[0], 1e-5 * paddedLoss[0]);
      names.forEach((name, i) => assertClose(packedGrads[i], paddedGrads[i], name));
      tf.dispose(parameters);
    },
  );
}
