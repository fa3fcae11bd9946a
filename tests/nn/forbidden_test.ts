import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { bernoulliRows } from "ehrloom/nn/bernoulli.ts";
import { categoricalRows } from "ehrloom/nn/categorical.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { gate } from "ehrloom/nn/forbidden.ts";
import { rowOf } from "ehrloom/nn/multi_hot.ts";
import { testOnBackends } from "../golden.ts";

testOnBackends("categoricalRows() draws by the softmax of what is permitted", async () => {
  const rows = 20_000;
  const uniforms = Float32Array.from({ length: rows }, (_, r) => (r + 0.5) / rows);
  // In the second list what is forbidden leaves nothing of the others in float32
  for (const logits of [[0.5, 1, -0.3, 2, 0], [0.5, 200, -0.3, 190, 0]]) {
    const isForbidden = [0, 1, 0, 1, 0];
    const mass = logits.reduce((sum, x, c) => sum + (isForbidden[c] ? 0 : Math.exp(x)), 0);
    let masked = 0;
    const forbidden = { columns: Uint8Array.from(isForbidden), onMasked: () => void masked++ };
    const tensor = tf.tidy(() => tf.tile(tf.tensor2d([logits]), [rows, 1]) as tf.Tensor2D);
    const free = await categoricalRows(tensor, uniforms);
    const given = new Array<typeof forbidden>(rows).fill(forbidden);
    const found = await categoricalRows(tensor, uniforms, given);
    tensor.dispose();
    const counts = new Float64Array(5);
    let touched = 0;
    for (let r = 0; r < rows; r++) {
      const [column] = rowOf(found, r);
      counts[column]++;
      if (isForbidden[rowOf(free, r)[0]]) touched++;
      else assertEquals(column, rowOf(free, r)[0]);
    }
    assertEquals(masked, touched);
    for (const [c, count] of counts.entries()) {
      const expected = isForbidden[c] ? 0 : Math.exp(logits[c]) / mass;
      assertAlmostEquals(count / rows, expected, isForbidden[c] ? 0 : 10 / rows);
    }
  }
});

Deno.test("categoricalRows() throws where a step may hold nothing", async () => {
  await useBackend("cpu");
  const logits = tf.tensor2d([[1, 2]]);
  const forbidden = [{ columns: Uint8Array.of(1, 1) }];
  await assertRejects(
    () => categoricalRows(logits, Float32Array.of(0.5), forbidden),
    Error,
    "Cannot draw a step: all of its columns are forbidden",
  );
  logits.dispose();
});

testOnBackends(
  "bernoulliRows() keeps off what is forbidden given the earlier columns",
  async () => {
    const logits = tf.tensor2d([[9, 9, 9, -9, 9], [9, 9, 9, -9, 9]]);
    const masked: number[] = [];
    const forbidden = {
      columns: Uint8Array.of(1, 0, 0, 0, 0),
      excludes: (column: number) => column === 0 ? [1] : column === 1 ? [3, 4] : [],
      onMasked: (column: number) => void masked.push(column),
    };
    const found = await bernoulliRows(logits, new Float32Array(10).fill(0.5), [
      undefined,
      forbidden,
    ]);
    logits.dispose();
    assertEquals([...rowOf(found, 0)], [0, 1, 2, 4]);
    assertEquals([...rowOf(found, 1)], [1, 2]); // 0 is off, so it does not exclude 1
    assertEquals(masked, [0, 4]); // 3 would not have come on
  },
);

Deno.test("gate() tells of what is forbidden, but not of a second bin of a quantity", () => {
  const masked: number[] = [];
  const isPermitted = gate(
    { columns: Uint8Array.of(0, 0, 1), quantities: Int32Array.of(0, 0, -1) },
    (column) => masked.push(column),
  );
  assertEquals([0, 1, 2].map(isPermitted), [true, false, false]);
  assertEquals(masked, [2]);
});

Deno.test("gate() begins anew with each row", () => {
  const forbidden = { columns: new Uint8Array(2), excludes: () => [1] };
  assert(gate(forbidden)(1));
  const second = gate(forbidden);
  assert(second(0) && !second(1) && gate(forbidden)(1));
});
