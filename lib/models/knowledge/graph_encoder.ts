/**
 * HiSGT's encoder of a code hierarchy: two graph convolutions from parents to children give each
 * node a vector by which, after a sigmoid, its parents can be told from all other nodes.
 *
 * Zhou & Barbieri 2025. Differences from its code: the graph has the vocabulary's codes and the
 * nodes above them, not all of ICD-10; large graphs learn from all edges and sampled pairs
 * (`"sampled"`) instead of all pairs; draws have a random seed.
 *
 * @see docs/specs/hisgt.md section 3
 * @module
 */
import { breathe } from "../../breathe.ts";
import * as tf from "@tensorflow/tfjs-core";
import type { CodeGraph } from "../../cohort/codes/code_graph.ts";
import { layerNorm } from "../../nn/layer_norm.ts";
import { linear } from "../../nn/linear.ts";
import { embedding, type MultiHot, rowsFrom } from "../../nn/multi_hot.ts";
import { adam } from "../../nn/optimizer.ts";
import { constant, drawn, type Initials, uniform } from "../../nn/initial.ts";
import { matrix, type NamedTensors, vector } from "../../nn/parameters.ts";
import { relu } from "../../nn/relu.ts";
import type { Random } from "../../random.ts";
import type { OnProgress } from "../../progress.ts";

/**
 * Pairs of nodes that the encoder learns from: all, as in the original, or edges and some others.
 */
export type GraphObjective = "full" | "sampled";

/** Largest number of nodes with the objective "full". */
export const mostNodesInFull = 4000;

/** Pairs without an edge that are drawn for each edge. */
const drawnPerEdge = 20;
const learningRate = 1e-3;
/** Added to the variance in batch norms. */
const epsilon = 1e-5;

/** What the encoder needs of a graph. */
export type Parents = CodeGraph["parents"];

/** Parameters to begin with: two layers, of twice the width and of the width. */
export function initialGraphEncoder(nodes: number, width: number): Initials {
  const matrix = (rows: number, columns: number) =>
    uniform([rows, columns], Math.sqrt(6 / (rows + columns))); // Glorot's
  return {
    conv1_weight: matrix(nodes, 2 * width),
    conv1_bias: constant([2 * width], 0),
    bn1_weight: constant([2 * width], 1),
    bn1_bias: constant([2 * width], 0),
    conv2_weight: matrix(2 * width, width),
    conv2_bias: constant([width], 0),
    bn2_weight: constant([width], 1),
    bn2_bias: constant([width], 0),
  };
}

/**
 * Each node and its parents, and 1 / √(their number), [nodes, 1]: Kipf & Welling's normalisation.
 */
interface Neighbours {
  readonly rows: MultiHot;
  readonly scale: tf.Tensor2D;
}

function neighboursOf(parents: Parents): Neighbours {
  const rows = rowsFrom(parents.map((above, node) => [...above, node].sort((a, b) => a - b)));
  const scale = parents.map((above) => 1 / Math.sqrt(1 + above.length));
  return { rows, scale: tf.tensor2d(scale, [scale.length, 1]) };
}

/** Each node's sum over itself and its parents of x / √(degree × degree), plus a bias. */
function propagated({ rows, scale }: Neighbours, x: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  return tf.add(tf.mul(scale, embedding(rows, tf.mul(scale, x), "in-out")), bias);
}

/** Batch norm over nodes, by the nodes' own statistics. */
function batchNorm(x: tf.Tensor2D, gain: tf.Tensor1D, bias: tf.Tensor1D): tf.Tensor2D {
  const [nodes] = x.shape;
  const features = layerNorm(tf.transpose(x), tf.ones([nodes]), tf.zeros([nodes]), epsilon);
  return tf.add(tf.mul(tf.transpose(features), gain), bias);
}

/**
 * Vectors of all nodes: [nodes, width].
 *
 * @param parameters as {@link initialGraphEncoder} names them
 * @param parents of each node
 */
export function graphVectors(parameters: NamedTensors, parents: Parents): tf.Tensor2D {
  const bias = (name: string) => vector(parameters, `${name}_bias`);
  const weight = (name: string) => matrix(parameters, `${name}_weight`);
  const norm = (name: string) => [vector(parameters, `${name}_weight`), bias(name)] as const;
  const neighbours = neighboursOf(parents);
  // a node's feature is the node itself, so the first weight is a table of them
  const first = propagated(neighbours, weight("conv1"), bias("conv1"));
  const hidden = batchNorm(relu(first), ...norm("bn1"));
  const second = linear(hidden, weight("conv2"), null);
  return batchNorm(propagated(neighbours, second, bias("conv2")), ...norm("bn2"));
}

function meanSquare(x: tf.Tensor): tf.Scalar {
  return tf.mean(tf.square(x));
}

/** Mean over all pairs (i, j) of (σ(zᵢ·zⱼ) − 1 where i is a parent of j, else 0)². */
export function fullGraphLoss(vectors: tf.Tensor2D, parents: Parents): tf.Scalar {
  const nodes = parents.length;
  const edges = new Float32Array(nodes * nodes);
  parents.forEach((above, child) => above.forEach((parent) => edges[parent * nodes + child] = 1));
  const likeness = tf.sigmoid(linear(vectors, vectors, null, "out-in"));
  return meanSquare(tf.sub(likeness, tf.tensor2d(edges, [nodes, nodes])));
}

/** The same over edges plus the same over drawn pairs without one. */
export function sampledGraphLoss(
  vectors: tf.Tensor2D,
  parents: Parents,
  random: Random,
): tf.Scalar {
  const edges = parents.flatMap((above, child) => above.map((parent) => [parent, child]));
  const others: number[][] = [];
  while (others.length < drawnPerEdge * edges.length) {
    const [i, j] = [random.integer(parents.length), random.integer(parents.length)];
    if (!parents[j].includes(i)) others.push([i, j]);
  }
  const likeness = (pairs: number[][]) => {
    const ends = (end: number) =>
      embedding(rowsFrom(pairs.map((p) => [p[end]])), vectors, "in-out");
    return tf.sigmoid(tf.sum(tf.mul(ends(0), ends(1)), 1));
  };
  const strangers = meanSquare(likeness(others));
  return edges.length === 0 ? strangers : tf.add(meanSquare(tf.sub(likeness(edges), 1)), strangers);
}

/** Options of {@link learnedGraphVectors}. */
export interface GraphOptions {
  /** Width of a vector. */
  readonly width: number;
  /** Adam steps over the whole graph. */
  readonly steps: number;
  /** Default "full" for graphs of up to {@link mostNodesInFull} nodes, else "sampled". */
  readonly objective?: GraphObjective;
  /** Random numbers of the initial parameters and the sampled pairs. */
  readonly random: Random;
  /** Called after every step. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Trains an encoder on a graph.
 *
 * @param parents of each node, at least one node
 * @returns [nodes × width] the nodes' vectors, and how they were learned
 */
export async function learnedGraphVectors(
  parents: Parents,
  { width, steps, objective, random, onProgress }: GraphOptions,
): Promise<{ vectors: Float32Array; objective: GraphObjective; loss: number }> {
  const chosen = objective ?? (parents.length <= mostNodesInFull ? "full" : "sampled");
  const lossOf = (vectors: tf.Tensor2D) =>
    chosen === "full"
      ? fullGraphLoss(vectors, parents)
      : sampledGraphLoss(vectors, parents, random);
  const optimizer = adam(drawn(initialGraphEncoder(parents.length, width), random));
  try {
    let loss = NaN;
    for (let step = 0; step < steps; step++) {
      const { value, grads } = graphLossAndGradients(optimizer.parameters(), parents, lossOf);
      [loss] = await value.data();
      value.dispose();
      await optimizer.step(grads, learningRate);
      onProgress?.({ stage: "learning the hierarchy", done: step + 1, total: steps });
      await breathe();
    }
    const parameters = optimizer.parameters();
    const tensor = tf.tidy(() => graphVectors(parameters, parents));
    const vectors = Float32Array.from(await tensor.data());
    tensor.dispose();
    return { vectors, objective: chosen, loss };
  } finally {
    optimizer.dispose();
  }
}

/** A loss of the nodes' vectors and its gradients, in the order of the parameters. */
export function graphLossAndGradients(
  parameters: NamedTensors,
  parents: Parents,
  lossOf: (vectors: tf.Tensor2D) => tf.Scalar,
): { value: tf.Tensor; grads: tf.Tensor[] } {
  const names = Object.keys(parameters);
  return tf.valueAndGrads((...tensors) => {
    const named = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    return lossOf(graphVectors(named, parents));
  })(Object.values(parameters));
}
