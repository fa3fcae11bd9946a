// Ehrloom's own operations against the tfjs operations in whose place they stand.
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { causalAttention, setAttention } from "ehrloom/nn/attention.ts";
import { isOnCard, kernelLibrary, useBackend } from "ehrloom/nn/backend.ts";
import { bernoulliNll } from "ehrloom/nn/bernoulli.ts";
import { blockOrderRows, isDrawnByKernel } from "ehrloom/nn/block_order.ts";
import type { Forbidden } from "ehrloom/nn/forbidden.ts";
import { gelu } from "ehrloom/nn/gelu.ts";
import { allowKernels, hasKernels } from "ehrloom/nn/kernels.ts";
import { layerNorm } from "ehrloom/nn/layer_norm.ts";
import { columnSums, linear, transposed } from "ehrloom/nn/linear.ts";
import { lstm } from "ehrloom/nn/lstm.ts";
import { samplingHead } from "ehrloom/nn/masked_head.ts";
import { bag, bagGradient, type MultiHot, rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import { equalOffsets } from "ehrloom/nn/record_rows.ts";
import { triangular, triangularFirst } from "ehrloom/nn/triangular.ts";
import { random } from "ehrloom/random.ts";
import { existsSync } from "node:fs";
import { testWith, type Wanted } from "../wants.ts";
import { assertClose, numbers } from "./layer.ts";

/** The library of operations, where TensorFlow computes on processors. */
async function ownOperations(): Promise<Wanted<string>> {
  if (!existsSync(kernelLibrary())) {
    return { missing: "Ehrloom's own operations: deno task native" };
  }
  await useBackend("tensorflow");
  if (isOnCard()) return { missing: "TensorFlow on processors: CUDA_VISIBLE_DEVICES=-1" };
  return { thing: kernelLibrary() };
}

const library = await ownOperations();

/** Standard normal numbers of a shape. */
function normal<R extends tf.Rank>(shape: tf.ShapeMap[R], key: number): tf.Tensor<R> {
  return tf.tensor<R>(Float32Array.from(numbers(shape, key)), shape);
}

/** Rows in which about one column in `every` is on; the first row is empty. */
function sparseRows(rows: number, columns: number, every: number, key: number): MultiHot {
  const draws = random(7, key);
  return rowsFrom(
    Array.from(
      { length: rows },
      (_, row) => [...Array(columns).keys()].filter(() => draws.uniform() * every < 1 && row > 0),
    ),
  );
}

/** What a layer gives and its gradients at all inputs, from a gradient at its value. */
function run(inputs: tf.Tensor[], layer: (...inputs: tf.Tensor[]) => tf.Tensor): Float32Array[] {
  return tf.tidy(() => {
    const value = layer(...inputs);
    const grads = tf.grads(layer)(inputs, normal(value.shape, 99));
    return [value, ...grads].map((tensor) => Float32Array.from(tensor.dataSync()));
  });
}

/** Compares both forms of a layer, and two runs of the same operation. */
function testKernel(
  name: string,
  inputsOf: () => tf.Tensor[],
  layer: (...inputs: tf.Tensor[]) => tf.Tensor,
): void {
  testWith(library, `${name} by its own operation is that by tfjs operations`, async () => {
    await useBackend("tensorflow");
    assert(hasKernels());
    const inputs = inputsOf();
    const found = run(inputs, layer);
    assertEquals(run(inputs, layer), found, "a second run");
    allowKernels(false);
    const expected = run(inputs, layer);
    allowKernels(true);
    tf.dispose(inputs);
    for (const [i, expectedNumbers] of expected.entries()) {
      assertClose(found[i], expectedNumbers, i === 0 ? "value" : `gradient of input ${i - 1}`);
    }
  });
}

testKernel("gelu()", () => [tf.mul(normal([61, 67], 1), 4)], (x) => gelu(x));

testKernel(
  "linear() with what else to add",
  () => [normal([50, 20], 1), normal([20, 37], 2), normal([37], 3), normal([50, 37], 4)],
  (x, weight, bias, plus) =>
    linear(
      x as tf.Tensor2D,
      weight as tf.Tensor2D,
      bias as tf.Tensor1D,
      "in-out",
      plus as tf.Tensor2D,
    ),
);

testKernel(
  "linear() with its input to add",
  () => [normal([50, 20], 1), normal([20, 20], 2), normal([20], 3)],
  (x, weight, bias) =>
    linear(
      x as tf.Tensor2D,
      weight as tf.Tensor2D,
      bias as tf.Tensor1D,
      "in-out",
      x as tf.Tensor2D,
    ),
);

// A thread takes 12 records through all steps, and a strip of weights has 32 columns
for (const [steps, records, inputs, width] of [[1, 1, 2, 1], [7, 15, 20, 37], [5, 24, 8, 64]]) {
  testKernel(
    `lstm() of ${records} records of ${steps} steps and width ${width}`,
    () =>
      [
        [steps * records, inputs],
        [4 * width, inputs],
        [4 * width, width],
        [4 * width],
        [4 * width],
      ].map((shape, i) => tf.mul(normal(shape as [number, number], i), i === 2 ? 0.3 : 1)),
    (x, ...weights) => {
      const [input, hidden] = weights as tf.Tensor2D[];
      const [inputBias, hiddenBias] = weights.slice(2) as tf.Tensor1D[];
      return lstm(x as tf.Tensor2D, records, { input, hidden, inputBias, hiddenBias });
    },
  );
}

for (const [rows, width] of [[1, 3], [100, 67], [65, 256]]) {
  testKernel(
    `layerNorm() of [${rows}, ${width}]`,
    () => [normal([rows, width], 1), normal([width], 2), normal([width], 3)],
    (x, gain, bias) => layerNorm(x as tf.Tensor2D, gain as tf.Tensor1D, bias as tf.Tensor1D, 1e-5),
  );
}

for (
  const [records, rows, heads, head] of [[1, 1, 1, 1], [2, 5, 3, 7], [3, 47, 8, 32], [2, 70, 2, 48]]
) {
  const qkv = () => [normal([records * rows, 3 * heads * head], 1)];
  const sizes = `${records} × ${rows} rows and ${heads} heads of ${head}`;
  testKernel(
    `causalAttention() of ${sizes}`,
    qkv,
    (x) => causalAttention(x as tf.Tensor2D, equalOffsets(records, rows), heads),
  );
  testKernel(`setAttention() of ${sizes}`, qkv, (x) => {
    const padding = Float32Array.from(
      { length: records * rows },
      (_, row) => row % rows > 2 * rows / 3 ? -1e10 : 0,
    );
    return setAttention(x as tf.Tensor2D, tf.tensor2d(padding, [records, rows]), heads);
  });
}

testKernel(
  "causalAttention() of records of 1, 29 and 6 rows, and 5 rows of none",
  () => [normal([41, 3 * 4 * 20], 1)],
  (x) => causalAttention(x as tf.Tensor2D, Int32Array.of(0, 1, 30, 36), 4),
);

for (const members of [2, 5, 47]) {
  testKernel(
    `setAttention() of a set of ${members} that is all padding`,
    () => [normal([2 * members, 3 * 6], 1)],
    (x) => {
      const padding = Float32Array.from(
        { length: 2 * members },
        (_, row) => row < members ? -1e10 : 0,
      );
      return setAttention(x as tf.Tensor2D, tf.tensor2d(padding, [2, members]), 2);
    },
  );
}

testWith(library, "attention of no records has no rows, nor has its gradient", async () => {
  await useBackend("tensorflow");
  assert(hasKernels());
  const none = tf.zeros<tf.Rank.R2>([0, 18]);
  const layers = {
    causalAttention: (x: tf.Tensor) => causalAttention(x as tf.Tensor2D, equalOffsets(0, 5), 2),
    setAttention: (x: tf.Tensor) => setAttention(x as tf.Tensor2D, tf.zeros([0, 5]), 2),
  };
  tf.tidy(() => {
    for (const [name, layer] of Object.entries(layers)) {
      assertEquals(layer(none).shape, [0, 6], name);
      assertEquals(tf.grad(layer)(none).shape, [0, 18], name);
    }
  });
  none.dispose();
});

for (const [positiveWeight, hasLeftOut] of [[1, false], [3, true]] as const) {
  const [rows, columns] = [70, 131];
  const mask = Float32Array.from({ length: rows }, (_, row) => [1, 0, 0.3][row % 3]);
  testKernel(
    `bernoulliNll() with positive weight ${positiveWeight}${hasLeftOut ? ", without cells" : ""}`,
    () => [tf.mul(normal([rows, columns], 1), 8)],
    (logits) =>
      bernoulliNll(logits as tf.Tensor2D, sparseRows(rows, columns, 20, 1), mask, {
        positiveWeight,
        ...hasLeftOut && { leftOut: sparseRows(rows, columns, 5, 2) },
      }),
  );
}

for (const shape of [[1, 1], [3, 2500], [1000, 70], [200, 1030]] as const) {
  const name = `columnSums() of [${shape}] by its own operation is that by tfjs operations`;
  testWith(library, name, async () => {
    await useBackend("tensorflow");
    const x = normal<tf.Rank.R2>([...shape], 1);
    const [sums, expected] = [columnSums(x), tf.sum(x, 0)];
    assertClose(sums.dataSync(), expected.dataSync(), "sums");
    tf.dispose([x, sums, expected]);
  });
}

testWith(library, "transposed() by its own operation is that of tfjs", async () => {
  await useBackend("tensorflow");
  const x = normal<tf.Rank.R2>([70, 33], 1);
  const [turned, expected] = [transposed(x), tf.transpose(x)];
  assertEquals(turned.shape, [33, 70]);
  assertEquals(turned.dataSync(), expected.dataSync());
  tf.dispose([x, turned, expected]);
});

testKernel(
  "triangularFirst() and triangular() of 600 outputs",
  () => [
    normal([50, 40], 1),
    tf.mul(tf.linalg.bandPart(normal([640, 640], 2), -1, 0), 0.05),
    normal([640], 3),
  ],
  (x, weight, bias) => {
    const codes = sparseRows(50, 600, 100, 4);
    const w = weight as tf.Tensor2D;
    const b = bias as tf.Tensor1D;
    return triangular(triangularFirst(x as tf.Tensor2D, codes, w, b), w, b, 39, 600);
  },
);

// A tile has 4 columns and rows, a vector 16 numbers, a block 64 columns, and a thread 32 rows
for (
  const [rows, width, columns, bias] of [
    [1, 1, 9, 0],
    [5, 3, 6, 0],
    [33, 7, 64, -1],
    [70, 16, 67, -2],
    [40, 21, 300, -3],
    [3, 5, 200, -200],
  ]
) {
  const name = `blockOrderRows() of ${rows} × ${columns} columns after ${width} inputs`;
  testWith(library, `${name} by its own operation is that in loops`, async () => {
    await useBackend("tensorflow");
    assert(hasKernels());
    const size = width + columns;
    const weight = (key: number) =>
      tf.tidy(() => tf.linalg.bandPart(tf.mul(normal([size, size], key), 0.3), -1, 0));
    const parameters = {
      "ehr_head.auto1.weight": weight(1),
      "ehr_head.auto1.bias": normal([size], 2),
      "ehr_head.auto2.weight": weight(3),
      "ehr_head.auto2.bias": tf.tidy(() => tf.add(normal([size], 4), bias)),
    };
    const head = samplingHead(parameters, width);
    const history = normal<tf.Rank.R2>([rows, width], 5);
    const uniforms = new Float32Array(rows * columns);
    random(1).fillUniform(uniforms);
    const both = async (forbidden?: (Forbidden | undefined)[]) => {
      assert(isDrawnByKernel(forbidden));
      const found = await blockOrderRows(head, history, uniforms, forbidden);
      allowKernels(false);
      const expected = await blockOrderRows(head, history, uniforms, forbidden);
      allowKernels(true);
      assertEquals(found, expected);
      return expected.columns.length;
    };
    const on = await both();
    assert(bias === -200 ? on === 0 : on > 0 && on < rows * columns, `${on} columns are on`);
    // All but every fifth row: column 2 is off, the last is on, and quantities have three bins each
    const quantities = Int32Array.from({ length: columns }, (_, c) => Math.floor(c / 3) - 1);
    const required = Uint8Array.from({ length: columns }, (_, c) => c === columns - 1 ? 1 : 0);
    const off = Uint8Array.from({ length: columns }, (_, c) => c === 2 ? 1 : 0);
    const forbidden = Array.from(
      { length: rows },
      (_, row) => row % 5 === 4 ? undefined : { columns: off, quantities, required },
    );
    assert(await both(forbidden) !== on);
    assert(!isDrawnByKernel(forbidden.map((own) => own && { ...own, onMasked() {} })));
    head.dispose();
    tf.dispose([parameters, history]);
  });
}

testWith(library, "bag() by its own operation is that by tfjs operations", async () => {
  await useBackend("tensorflow");
  const [rows, columns, width] = [300, 40, 50];
  const x = sparseRows(rows, columns, 7, 3);
  const none = rowsFrom([[], []]);
  const both = <T>(compute: () => T): [own: T, tfjs: T] => {
    const own = compute();
    allowKernels(false);
    const expected = compute();
    allowKernels(true);
    return [own, expected];
  };
  tf.tidy(() => {
    const table = normal<tf.Rank.R2>([columns, width], 4);
    const lower = tf.linalg.bandPart(table, 0, -1) as tf.Tensor2D; // zero left of column c
    const dy = normal<tf.Rank.R2>([rows, width], 5);
    for (
      const [what, [own, expected]] of Object.entries({
        "bag()": both(() => bag(x, table)),
        "bag() of a triangular table": both(() => bag(x, lower, 0)),
        "bag() of empty rows": both(() => bag(none, table)),
        "bagGradient()": both(() => bagGradient(x, dy, columns)),
        "bagGradient() of a triangular table": both(() => {
          const gradient = bagGradient(x, dy, columns, 3);
          return tf.linalg.bandPart(tf.slice(gradient, [0, 3], [columns, width - 3]), 0, -1);
        }),
      })
    ) {
      assertEquals(own.shape, expected.shape);
      assertClose(own.dataSync(), expected.dataSync(), what);
    }
  });
});

testWith(
  library,
  "bernoulliNll() by its own operation stays finite, and NaN stays NaN",
  async () => {
    await useBackend("tensorflow");
    assert(hasKernels());
    const lossOf = (...logits: number[]) =>
      tf.tidy(() => {
        const targets = rowsFrom([[0]]);
        const row = tf.tensor2d([logits]);
        const { value, grad } = tf.valueAndGrad((row) =>
          bernoulliNll(row as tf.Tensor2D, targets, Float32Array.of(1))
        )(row);
        return [...value.dataSync(), ...grad.dataSync()];
      });
    assertClose(lossOf(-200, 300, -300), [500, -1, 1, 0], "loss and gradients");
    assertEquals(lossOf(0, NaN)[0], NaN);
  },
);

testWith(
  library,
  "NaN stays NaN in gelu(), layerNorm(), causalAttention() and lstm()",
  async () => {
    await useBackend("tensorflow");
    assert(hasKernels());
    tf.tidy(() => {
      const one = tf.tensor2d(Float32Array.from({ length: 3 * 48 }, (_, i) => i === 50 ? NaN : 1), [
        3,
        48,
      ]);
      const ones = tf.ones<tf.Rank.R1>([48]);
      for (
        const [name, layer] of Object.entries({
          gelu: (x: tf.Tensor) => gelu(x),
          layerNorm: (x: tf.Tensor) => layerNorm(x as tf.Tensor2D, ones, ones, 1e-5),
          causalAttention: (x: tf.Tensor) =>
            causalAttention(x as tf.Tensor2D, equalOffsets(1, 3), 1),
          lstm: (x: tf.Tensor) => {
            const [input, hidden] = [tf.ones<tf.Rank.R2>([8, 48]), tf.ones<tf.Rank.R2>([8, 2])];
            const [inputBias, hiddenBias] = [tf.ones<tf.Rank.R1>([8]), tf.ones<tf.Rank.R1>([8])];
            return lstm(x as tf.Tensor2D, 1, { input, hidden, inputBias, hiddenBias });
          },
        })
      ) {
        const [value, gradient] = run([one], layer);
        assert(value.includes(NaN), `the value of ${name}()`);
        assert(gradient.includes(NaN), `the gradient of ${name}()`);
      }
    });
  },
);

for (const isFlat of [false, true]) {
  const name = `adam() of ${isFlat ? "flat gradients" : "gradients"}`;
  testWith(library, `${name} by its own operation is that by TensorFlow's`, async () => {
    await useBackend("tensorflow");
    assert(hasKernels());
    const shapes = [[70, 131], [4097], [1], [16, 2]];
    const initial = Object.fromEntries(
      shapes.map((shape, i) => [`${i}`, { shape, numbers: Float32Array.from(numbers(shape, i)) }]),
    );
    const own = adam(initial);
    allowKernels(false);
    const expected = adam(initial);
    allowKernels(true);
    const gradientsOf = (step: number) => {
      if (isFlat) return normal<tf.Rank.R1>([own.layout.length], step);
      return shapes.map((shape, i) => normal(shape as [number], 10 * step + i));
    };
    for (const step of [1, 2, 3]) {
      const [norm, expectedNorm] = await Promise.all(
        [own, expected].map((optimizer) => optimizer.step(gradientsOf(step), 0.01)),
      );
      assertClose([norm], [expectedNorm], "the gradients' norm", 1e-6);
    }
    const [found, state] = [await own.readState(), await expected.readState()];
    assertEquals(found.steps, 3);
    for (const part of ["parameters", "means", "squares"] as const) {
      for (const [name, { numbers }] of Object.entries(state[part])) {
        assertClose(found[part][name].numbers, numbers, `${part} ${name}`);
      }
    }
    const wrong = tf.ones([3]);
    await assertRejects(() => own.step([wrong], 0.01), TypeError, "Gradients have 3 numbers");
    wrong.dispose();
    own.dispose();
    expected.dispose();
  });
}
