/**
 * A head whose matrix is the embedding's, as intended for HALO-Coarse and GPT. In the original
 * code, head and embedding start equal but train separately on a GPU; a model with `tied=false`
 * does the same, and then has its own matrix for the head.
 *
 * @see docs/specs/baselines.md section 1
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { Initial, Initials } from "../../nn/initial.ts";
import { type Layout, linearOfParts, type WeightPart } from "../../nn/linear.ts";
import {
  matrix,
  type NamedArrays,
  type NamedTensors,
  type ShapedArray,
  transposedArray,
  vector,
} from "../../nn/parameters.ts";
import { flag } from "../interface/settings.ts";

/** The head's own matrix in the original's state dict, [columns, width]. */
const head = "ehr_head.decoder.weight";

/**
 * The head's biases, of models that have some: [columns], or of tokens [columns, kinds of
 * positions].
 */
export const biasName = "ehr_head.decoder.bias";

/** What labels add to the logits, in heads that see them: [labels, columns]. */
export const labelWeight = "ehr_head.labels.weight";

/**
 * Where the embedding is, and how it lies: "in-out" is [width, columns], "out-in" the transpose.
 */
export interface TiedEmbedding {
  /** Name of the parameter. */
  readonly name: string;
  /** As {@link linearOfParts} has it. */
  readonly layout: Layout;
}

/** The setting of the head. */
export const tiedSettings = {
  tied: flag(
    true,
    "Head and embedding share one matrix, instead of two matrices that start equal",
    { published: false },
  ),
};

function headOf(parameters: NamedArrays, { name, layout }: TiedEmbedding): ShapedArray {
  const { shape, numbers } = parameters[name];
  return layout === "in-out"
    ? transposedArray(parameters[name])
    : { shape, numbers: numbers.slice() };
}

/** Initial parameters with their own head, which starts equal to the embedding. */
export function withInitialHead(initials: Initials, embedding: TiedEmbedding): Initials {
  const { shape: [rows, columns] } = initials[embedding.name];
  const initial: Initial = {
    shape: embedding.layout === "in-out" ? [columns, rows] : [rows, columns],
    draw: (_, drawn) => headOf(drawn, embedding).numbers,
  };
  return { ...initials, [head]: initial };
}

/**
 * Parameters with their own head; equal to the embedding if they have none.
 *
 * @throws {RangeError} If they have biases, or weights of labels, which the original's head has not
 */
export function withHead(parameters: NamedArrays, embedding: TiedEmbedding): NamedArrays {
  const beyond = [
    ...biasName in parameters ? ["calibrate=false"] : [],
    ...labelWeight in parameters ? ["labelsInHead=false"] : [],
  ];
  if (beyond.length > 0) {
    throw new RangeError(
      "Cannot write a state dict of the original code: its head has no biases and no labels; " +
        `train with ${beyond.join(" and ")}`,
    );
  }
  return head in parameters ? parameters : { ...parameters, [head]: headOf(parameters, embedding) };
}

/**
 * Parameters without the head, which must equal the embedding.
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
      `Cannot load "${family}": tensor "${head}" is [${found.shape}], must be [${wanted.shape}]`,
    );
  }
  if (found.numbers.some((value, i) => value !== wanted.numbers[i])) {
    throw new RangeError(
      `Cannot load "${family}" with tied=true: "${head}" differs from the embedding; set tied=false`,
    );
  }
  return parameters;
}

/**
 * Logits of histories.
 *
 * @param seen [rows, width], then labels if there are {@link labelWeight}s, then the kind of position
 * if the biases depend on it
 * @returns [rows, columns]
 */
export function tiedLogits(
  parameters: NamedTensors,
  seen: tf.Tensor2D,
  { name, layout: ofEmbedding }: TiedEmbedding,
): tf.Tensor2D {
  const own = head in parameters;
  const weight = matrix(parameters, own ? head : name);
  const layout = own ? "out-in" : ofEmbedding;
  const hasBiases = biasName in parameters;
  const areByKind = hasBiases && parameters[biasName].rank === 2;
  const bias = hasBiases && !areByKind ? vector(parameters, biasName) : null;
  const beside: WeightPart[] = [
    ...labelWeight in parameters
      ? [{ weight: matrix(parameters, labelWeight), layout: "in-out" as const }]
      : [],
    ...areByKind ? [{ weight: matrix(parameters, biasName), layout: "out-in" as const }] : [],
  ];
  return linearOfParts(seen, [{ weight, layout }, ...beside], bias);
}
