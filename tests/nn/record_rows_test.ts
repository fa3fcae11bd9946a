import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { equalOffsets, lengthsOf, longestOf, packed, padded } from "ehrloom/nn/record_rows.ts";
import { testOnBackends } from "../golden.ts";

Deno.test("equalOffsets() are those of equally long records", () => {
  assertEquals([...equalOffsets(3, 2)], [0, 2, 4, 6]);
  assertEquals([...equalOffsets(0, 2)], [0]);
});

Deno.test("lengthsOf() and longestOf() are the rows of records", () => {
  assertEquals([...lengthsOf(Int32Array.of(0, 1, 4, 4))], [1, 3, 0]);
  assertEquals(longestOf(Int32Array.of(0, 1, 4, 4)), 3);
  assertEquals(longestOf(Int32Array.of(0)), 0);
});

testOnBackends("padded() and packed() put zeros where no record has a row", async () => {
  const offsets = Int32Array.of(0, 1, 4); // and a row of none
  const x = tf.tensor2d([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]);
  const apart = tf.tidy(() => padded(x, offsets));
  assertEquals(apart.shape, [2, 3, 2]);
  assertEquals([...await apart.data()], [1, 2, 0, 0, 0, 0, 3, 4, 5, 6, 7, 8]);
  const together = tf.tidy(() => packed(apart, offsets, 5));
  assertEquals(together.shape, [5, 2]);
  assertEquals([...await together.data()], [1, 2, 3, 4, 5, 6, 7, 8, 0, 0]);
  tf.dispose([x, apart, together]);
});

testOnBackends("padded() and packed() of equally long records hold the same numbers", async () => {
  const x = tf.tensor2d([[1], [2], [3], [4]]);
  const apart = tf.tidy(() => padded(x, equalOffsets(2, 2)));
  assertEquals(apart.shape, [2, 2, 1]);
  const together = tf.tidy(() => packed(apart, equalOffsets(2, 2), 4));
  for (const each of [apart, together]) assertEquals([...await each.data()], [1, 2, 3, 4]);
  tf.dispose([x, apart, together]);
});
