/**
 * A head whose matrix is the embedding's: what HALO-Coarse and GPT are meant to have. In the
 * original's code head and embedding begin equal but train apart on a GPU; a model that is set
 * `tied=false` does the same, and then holds a matrix of its own for the head.
 *
 * @see docs/specs/baselines.md section 1
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { Initial, Initials } from "../../nn/initial.ts";
import { linear } from "../../nn/linear.ts";
import {
  matrix,
  type NamedArrays,
  type NamedTensors,
  type ShapedArray,
  transposedArray,
} from "../../nn/parameters.ts";
import { flag } from "../interface/settings.ts";

/** The head's own matrix in the original's state dict, [columns, width]. */
const head = "ehr_head.decoder.weight";

/** Where the embedding is, and how it lies: "in-out" is [width, columns], "out-in" the transpose. */
export interface TiedEmbedding {
  /** Name of the parameter. */
  readonly name: string;
  /** As {@link linear} has it. */
  readonly layout: "in-out" | "out-in";
}

/** The setting that decides. */
export const tiedSettings = {
  tied: flag(
    true,
    "Head and embedding are one matrix, instead of two that start equal, as in the published runs",
    { published: false },
  ),
};

function headOf(parameters: NamedArrays, { name, layout }: TiedEmbedding): ShapedArray {
  const { shape, numbers } = parameters[name];
  return layout === "in-out"
    ? transposedArray(parameters[name])
    : { shape, numbers: numbers.slice() };
}

/** As the parameters begin, with a head of their own that begins as the embedding. */
export function withInitialHead(initials: Initials, embedding: TiedEmbedding): Initials {
  const { shape: [rows, columns] } = initials[embedding.name];
  const initial: Initial = {
    shape: embedding.layout === "in-out" ? [columns, rows] : [rows, columns],
    draw: (_, drawn) => headOf(drawn, embedding).numbers,
  };
  return { ...initials, [head]: initial };
}

/** Parameters with a head of their own; one that is as the embedding where they have none. */
export function withHead(parameters: NamedArrays, embedding: TiedEmbedding): NamedArrays {
  return head in parameters ? parameters : { ...parameters, [head]: headOf(parameters, embedding) };
}

/**
 * Parameters without the head, which must be as the embedding.
 *
 * @throws {RangeError} If it is not
 */
export function withoutHead(
  family: string,
  { [head]: found, ...parameters }: NamedArrays,
  embedding: TiedEmbedding,
): NamedArrays {
  if (found === undefined || parameters[embedding.name] === undefined) return parameters;
  const wanted = headOf(parameters, embedding);
  if (found.numbers.length !== wanted.numbers.length) {
    throw new RangeError(
      `Cannot load "${family}": tensor "${head}" is [${found.shape}], wanted [${wanted.shape}]`,
    );
  }
  if (found.numbers.some((value, i) => value !== wanted.numbers[i])) {
    throw new RangeError(
      `Cannot load "${family}" with tied=true: "${head}" differs from the embedding; set tied=false`,
    );
  }
  return parameters;
}

/** Logits of histories: [rows, width] → [rows, columns]. */
export function tiedLogits(
  parameters: NamedTensors,
  history: tf.Tensor2D,
  { name, layout }: TiedEmbedding,
): tf.Tensor2D {
  return head in parameters
    ? linear(history, matrix(parameters, head), null, "out-in")
    : linear(history, matrix(parameters, name), null, layout);
}
