import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { initialSoFar, soFarInHistory, soFarMemory } from "ehrloom/models/rows/codes_so_far.ts";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { largestDifference, testOnBackends } from "../../golden.ts";

const name = "transformer.so_far.weight";

/** [width 2, columns 4] Column c has the vector (10^c, 1). */
const table = () => ({ [name]: tf.tensor2d([[1, 10, 100, 1000], [1, 1, 1, 1]]) });

// two records of four rows and of three, then a row of padding
const lists = [[3], [0, 1], [1], [1, 2], [3], [2], [0, 2], []];
const offsets = Int32Array.of(0, 4, 7);
const sums = [1000, 1011, 1011, 1111, 1000, 1100, 1101, 0];
const counts = [1, 3, 3, 4, 1, 2, 3, 0];

testOnBackends(
  "each code counts once in its record, from the row on that has it first",
  async () => {
    const parameters = table();
    const found = tf.tidy(() => soFarInHistory(parameters, { inputs: rowsFrom(lists), offsets }));
    assertEquals(found.shape, [8, 2]);
    assertEquals([...await found.data()], sums.flatMap((sum, row) => [sum, counts[row]]));
    tf.dispose([found, parameters]);
  },
);

testOnBackends("a code's vector gets the gradients of all rows from its first one on", async () => {
  const parameters = table();
  const slopes = tf.tidy(() =>
    tf.grad((own) => tf.sum(soFarInHistory({ [name]: own }, { inputs: rowsFrom(lists), offsets })))(
      parameters[name],
    )
  );
  // column 0 is there in three rows of the first record and one of the second, and so on
  assertEquals([...await slopes.data()], [4, 3, 3, 7, 4, 3, 3, 7]);
  tf.dispose([slopes, parameters]);
});

testOnBackends("records being written are told the same, also when some are left out", async () => {
  const parameters = table();
  const past = soFarMemory(parameters);
  const rowsAt = (row: number, records: number[]) =>
    rowsFrom(records.map((record) => lists[record * 4 + row]));
  for (const [row, records] of [[0, 1], [0, 1], [1]].entries()) {
    if (row === 2) past.keep(Int32Array.of(1));
    const told = past.advance(rowsAt(row, records));
    const found = await told.data();
    told.dispose();
    const wanted = records.flatMap((record) => [sums[record * 4 + row], counts[record * 4 + row]]);
    assertAlmostEquals(largestDifference(found, wanted), 0);
  }
  past.dispose();
  tf.dispose(parameters);
});

Deno.test("there is no table where the setting is off", () => {
  const sizes = { codes: 2, labels: 1, width: 3 };
  assertEquals(initialSoFar({ ...sizes, codesSoFar: false }), {});
  assertEquals(initialSoFar({ ...sizes, codesSoFar: true })[name].shape, [3, 6]);
});
