import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { cube, matrix, type NamedTensors, vector } from "ehrloom/nn/parameters.ts";
import { testOnBackends } from "../golden.ts";

testOnBackends(
  "vector(), matrix() and cube() give the parameter that has 1, 2 or 3 axes",
  async () => {
    const tensors = [tf.zeros([4]), tf.zeros([4, 3]), tf.zeros([4, 3, 2])];
    const parameters: NamedTensors = { one: tensors[0], two: tensors[1], three: tensors[2] };
    for (const [i, of] of [vector, matrix, cube].entries()) {
      for (const [j, name] of ["one", "two", "three"].entries()) {
        if (i === j) assert(of(parameters, name) === tensors[j]);
        else assertThrows(() => of(parameters, name), RangeError);
      }
    }
    await tensors[0].data();
    tf.dispose(tensors);
  },
);

testOnBackends("A parameter of another rank is named, with its shape", async () => {
  const gain = tf.zeros([4, 1]);
  assertEquals(
    assertThrows(() => vector({ "ln_f.weight": gain }, "ln_f.weight"), RangeError).message,
    'Cannot compute: parameter "ln_f.weight" is [4,1], must have 1 axis',
  );
  await gain.data();
  gain.dispose();
});

Deno.test("A parameter that is missing is named, be it called like a property of every object", () => {
  for (const name of ["ln_f.weight", "constructor"]) {
    const error = assertThrows(() => matrix({}, name), RangeError);
    assertEquals(error.message, `Cannot compute: there is no parameter "${name}"`);
  }
});
