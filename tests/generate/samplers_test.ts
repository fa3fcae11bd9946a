// The two samplers of a visit's codes: exact, and equal to each other and to a loop over the codes.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { blockOrderRows } from "ehrloom/nn/block_order.ts";
import { fixedPointRows } from "ehrloom/nn/fixed_point.ts";
import type { Forbidden } from "ehrloom/nn/forbidden.ts";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { type MaskedHead, maskedHead, samplingHead } from "ehrloom/nn/masked_head.ts";
import type { MultiHot } from "ehrloom/nn/multi_hot.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import { testOnBackends } from "../golden.ts";
import { chiSquare, chiSquareLimit, LiteralHead, randomRun } from "./random_run.ts";

type Draw = (
  head: MaskedHead,
  history: tf.Tensor2D,
  uniforms: Float32Array,
  forbidden?: (Forbidden | undefined)[],
) => Promise<MultiHot>;
const samplers: Record<string, Draw> = {
  "fixed-point": async (...given) => (await fixedPointRows(...given)).rows,
  "block-order": blockOrderRows,
};

const listOf = ({ offsets, columns }: MultiHot, row: number) => [
  ...columns.subarray(offsets[row], offsets[row + 1]),
];

/** A history as a trained stack's last norm leaves them: numbers of size one. */
function histories(rows: number, width: number, seed: number): Float32Array {
  const source = random(seed);
  return Float32Array.from({ length: rows * width }, () => source.normal());
}

const codes = 8;
const width = 8;
const small = randomRun({ codes, labels: 0, context: 6, width }, 1, (column) => column % 3 - 1.5);

/** [256] exact probability of each set of codes: bit c of the index stands for code c. */
async function exactDistribution(history: Float32Array): Promise<Float64Array> {
  const states = Array.from(
    { length: 2 ** codes },
    (_, state) =>
      Array.from({ length: codes }, (_, code) => code).filter((code) => (state >> code) & 1),
  );
  const parameters = toTensors(small.parameters);
  const logits = tf.tidy(() => {
    const repeated = tf.tile(tf.tensor2d(history, [1, width]), [states.length, 1]) as tf.Tensor2D;
    return maskedHead(parameters, repeated, rowsFrom(states)); // every state shown the truth
  });
  const numbers = await logits.data();
  const columns = logits.shape[1];
  tf.dispose([logits, parameters]);
  return Float64Array.from(states, (on, state) => {
    let product = 1;
    for (let code = 0; code < codes; code++) {
      const p = 1 / (1 + Math.exp(-numbers[state * columns + code]));
      product *= on.includes(code) ? p : 1 - p;
    }
    return product;
  });
}

/** The distribution of codes that are as frequent, but do not depend on each other. */
function independentOf(exact: Float64Array): Float64Array {
  const bits = Array.from({ length: codes }, (_, code) => 1 << code);
  const marginals = bits.map((bit) =>
    exact.reduce((sum, p, state) => sum + (state & bit ? p : 0), 0)
  );
  return exact.map((_, state) =>
    bits.reduce((q, bit, c) => q * (state & bit ? marginals[c] : 1 - marginals[c]), 1)
  );
}

Deno.test("the dense head's probabilities of all 256 visits are the definition's and sum to 1", async () => {
  await useBackend("wasm");
  const history = histories(1, width, 3);
  const exact = await exactDistribution(history);
  assertAlmostEquals(exact.reduce((sum, p) => sum + p, 0), 1, 1e-6);
  const head = new LiteralHead(small.parameters);
  for (const [state, p] of exact.entries()) {
    const on = new Set(Array.from({ length: codes }, (_, c) => c).filter((c) => (state >> c) & 1));
    assertAlmostEquals(p, head.rowProbability(history, on, codes), 1e-6);
  }
});

for (const [name, draw] of Object.entries(samplers)) {
  Deno.test(`200,000 draws of the ${name} sampler follow the exact distribution`, async () => {
    await useBackend("wasm");
    const history = histories(1, width, 3);
    const exact = await exactDistribution(history);
    const parameters = toTensors(small.parameters);
    const head = samplingHead(parameters, width);
    const [rounds, rows] = [20, 10_000];
    const repeated = tf.tidy(() => tf.tile(tf.tensor2d(history, [1, width]), [rows, 1]));
    const counts = new Float64Array(2 ** codes);
    for (let round = 0; round < rounds; round++) {
      const uniforms = new Float32Array(rows * head.columns);
      random(7, round).fillUniform(uniforms);
      const drawn = await draw(head, repeated as tf.Tensor2D, uniforms);
      for (let row = 0; row < rows; row++) {
        counts[listOf(drawn, row).reduce((state, c) => state | (c < codes ? 1 << c : 0), 0)]++;
      }
    }
    head.dispose();
    tf.dispose([parameters, repeated]);
    const found = chiSquare(counts, exact);
    assert(found.degrees > 50, `${found.degrees}`);
    assert(found.chiSquare < chiSquareLimit(found.degrees), JSON.stringify(found));
    // Codes drawn independently, each as often as it should be, would not pass
    const independent = chiSquare(counts, independentOf(exact));
    assert(independent.chiSquare > 100 * independent.degrees, JSON.stringify(independent));
  });
}

// 300 columns: three blocks of the block-order sampler, the last one short
const large = randomRun(
  { codes: 294, labels: 3, context: 6, width: 12 },
  2,
  (column) => column % 50 === 0 ? 1 : -3,
);

testOnBackends(
  "both samplers draw the rows of a loop over the codes, from equal uniforms",
  async () => {
    const literal = new LiteralHead(large.parameters);
    const { columns } = literal;
    assertEquals(columns, 300);
    const rows = 6;
    const numbers = histories(rows, 12, 5);
    const uniforms = new Float32Array(rows * columns);
    random(9).fillUniform(uniforms);
    const expected = Array.from({ length: rows }, (_, row) =>
      literal.draw(
        numbers.subarray(row * 12, (row + 1) * 12),
        uniforms.subarray(row * columns, (row + 1) * columns),
      ));
    const on = expected.flat().length;
    assert(on > 30 && on < 900, `${on} columns are on`);
    const parameters = toTensors(large.parameters);
    const head = samplingHead(parameters, 12);
    const history = tf.tensor2d(numbers, [rows, 12]);
    for (const [name, draw] of Object.entries(samplers)) {
      const found = await draw(head, history, uniforms);
      assertEquals(Array.from(expected, (_, row) => listOf(found, row)), expected, name);
      for (let row = 0; row < rows; row++) { // alone as in company
        const alone = tf.slice(history, [row, 0], [1, 12]);
        const own = uniforms.subarray(row * columns, (row + 1) * columns);
        assertEquals(listOf(await draw(head, alone, own), 0), expected[row], name);
        alone.dispose();
      }
    }
    const { passes } = await fixedPointRows(head, history, uniforms);
    assert(passes >= 2 && passes <= columns + 1, `${passes}`);
    head.dispose();
    tf.dispose([parameters, history]);
  },
);

testOnBackends(
  "both samplers keep forbidden columns off, and what they would have led to, as a loop does",
  async () => {
    const literal = new LiteralHead(large.parameters);
    const { columns } = literal;
    const rows = 4;
    const numbers = histories(rows, 12, 5);
    const uniforms = new Float32Array(rows * columns);
    random(10).fillUniform(uniforms);
    // Row 0 is free; in the others columns by sevens are off, and at most one by fives comes on
    const isForbidden = (column: number) => column % 7 === 0;
    const excludes = (column: number) =>
      column % 5 === 0 ? Array.from({ length: 60 }, (_, i) => 5 * i).filter((i) => i > column) : [];
    const masked: number[][] = Array.from({ length: rows }, () => []);
    const forbidden = Array.from(
      { length: rows },
      (_, row): Forbidden | undefined =>
        row === 0 ? undefined : {
          columns: Uint8Array.from({ length: columns }, (_, c) => isForbidden(c) ? 1 : 0),
          excludes,
          onMasked: (column) => masked[row].push(column),
        },
    );
    const wouldBeOn: number[][] = Array.from({ length: rows }, () => []);
    const expected = forbidden.map((own, row) => {
      const [from, to] = [row * columns, (row + 1) * columns];
      const history = numbers.subarray(row * 12, (row + 1) * 12);
      return literal.draw(history, uniforms.subarray(from, to), (column, on) => {
        const isOff = own !== undefined &&
          (isForbidden(column) || [...on].some((other) => excludes(other).includes(column)));
        if (isOff && uniforms[from + column] < literal.probability(history, on, column)) {
          wouldBeOn[row].push(column);
        }
        return isOff;
      });
    });
    assert(wouldBeOn.slice(1).every((row) => row.length >= 3), wouldBeOn.join("; "));
    const parameters = toTensors(large.parameters);
    const head = samplingHead(parameters, 12);
    const history = tf.tensor2d(numbers, [rows, 12]);
    for (const [name, draw] of Object.entries(samplers)) {
      masked.forEach((row) => row.length = 0);
      const found = await draw(head, history, uniforms, forbidden);
      assertEquals(Array.from(expected, (_, row) => listOf(found, row)), expected, name);
      assertEquals(masked, wouldBeOn, name);
    }
    head.dispose();
    tf.dispose([parameters, history]);
  },
);

testOnBackends(
  "both samplers turn all columns on at uniforms of 0, and none just below 1",
  async () => {
    const parameters = toTensors(small.parameters);
    const head = samplingHead(parameters, width);
    const { columns } = head;
    const history = tf.tensor2d(histories(2, width, 3), [2, width]);
    const uniforms = new Float32Array(2 * columns).fill(1 - 2 ** -24, columns); // 0s, then almost 1s
    for (const [name, draw] of Object.entries(samplers)) {
      const found = await draw(head, history, uniforms);
      assertEquals(listOf(found, 0), Array.from({ length: columns }, (_, c) => c), name);
      assertEquals(listOf(found, 1), [], name);
    }
    head.dispose();
    tf.dispose([parameters, history]);
  },
);
