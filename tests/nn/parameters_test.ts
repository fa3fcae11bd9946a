import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { cube, matrix, vector } from "ehrloom/nn/parameters.ts";
import { testOnBackends } from "../golden.ts";

const ranks = { vector: [vector, 1], matrix: [matrix, 2], cube: [cube, 3] } as const;

testOnBackends("vector(), matrix() and cube() give the parameter that has 1, 2 or 3 axes", () => {
  const parameters = { one: tf.zeros([4]), two: tf.zeros([4, 3]), three: tf.zeros([4, 3, 2]) };
  const names = Object.keys(parameters);
  for (const [kind, [of, rank]] of Object.entries(ranks)) {
    names.forEach((name, i) => {
      const tensor = parameters[name as keyof typeof parameters];
      if (i + 1 === rank) assertStrictEquals<tf.Tensor>(of(parameters, name), tensor, kind);
      else {
        const error = assertThrows(() => of(parameters, name), RangeError);
        assertEquals(
          error.message,
          `Cannot compute: parameter "${name}" is [${tensor.shape}], wanted ${
            rank === 1 ? "1 axis" : `${rank} axes`
          }`,
        );
      }
    });
  }
  tf.dispose(parameters);
});

Deno.test("A parameter that is missing is named, be it called like a property of every object", () => {
  for (const name of ["ln_f.weight", "constructor"]) {
    const error = assertThrows(() => matrix({}, name), RangeError);
    assertEquals(error.message, `Cannot compute: there is no parameter "${name}"`);
  }
});
