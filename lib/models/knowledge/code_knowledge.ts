/**
 * HiSGT's two tables of what is known about each token: a vector of its description and one of its
 * place in the hierarchy. Both are computed before training.
 *
 * @see docs/specs/hisgt.md sections 3 and 4
 * @module
 */
import { type CodeGraph, codeGraph } from "../../cohort/codes/code_graph.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import type { NamedArrays, ShapedArray } from "../../nn/parameters.ts";
import type { Random } from "../../random.ts";
import type { OnProgress } from "../../progress.ts";
import {
  type CodeEmbeddings,
  codesWithoutVector,
  keysOfCodes,
  labelKey,
  some,
  specialKeys,
  specialTexts,
} from "./code_embeddings.ts";
import { descriptionVectors, type WeightedText } from "./description_vectors.ts";
import { learnedGraphVectors } from "./graph_encoder.ts";
import type { CodeKnowledge } from "../interface/model.ts";

/** Which tables, and how wide. */
export interface KnowledgeConfig {
  /** Whether there is a table of descriptions. */
  readonly semantic: boolean;
  /** Its width. */
  readonly semanticWidth: number;
  /** Whether there is a table of places. */
  readonly hierarchy: boolean;
  /** Its width. */
  readonly width: number;
  /** Training steps of the vectors of places. */
  readonly graphSteps: number;
}

type Named = Pick<Cohort, "vocabulary" | "labelNames">;

/** Widest vectors that are made of descriptions. */
const widestDescriptions = 128;

/**
 * The width of descriptions' vectors.
 *
 * @param set by the user, if at all
 * @throws {RangeError} If it is not that of the given embeddings
 */
export function semanticWidthFor(
  { vocabulary }: Named,
  set: number | undefined,
  { embeddings }: CodeKnowledge,
): number {
  if (embeddings === undefined) {
    return set ?? Math.min(widestDescriptions, Math.max(1, vocabulary.codes.length));
  }
  if (set !== undefined && set !== embeddings.width) {
    throw new RangeError(
      `Cannot use ${embeddings.source}: its vectors have width ${embeddings.width}, ` +
        `but semanticWidth is ${set}`,
    );
  }
  return embeddings.width;
}

/** A code's nodes, its own first, by how far above the code they are; each once. */
function nodesAbove({ parents, nodeOf }: CodeGraph, code: number): { node: number; up: number }[] {
  const found = nodeOf[code] === -1 ? [] : [{ node: nodeOf[code], up: 0 }];
  for (let at = 0; at < found.length; at++) {
    for (const node of parents[found[at].node]) {
      if (!found.some((other) => other.node === node)) found.push({ node, up: found[at].up + 1 });
    }
  }
  return found;
}

/** A code's description and, with less weight, those of what lies above it. */
function textsOf({ vocabulary }: Named, graph: CodeGraph, code: number): WeightedText[] {
  const description = vocabulary.descriptions[code];
  const own = description === vocabulary.codes[code] ? [] : [{ text: description, weight: 1 }];
  const above = nodesAbove(graph, code)
    .map(({ node, up }) => ({ text: graph.names[node], weight: up < 2 ? 0.5 : 0.25 }))
    .filter(({ text }) => text !== "" && text !== description);
  return [...own, ...above];
}

function fromDescriptions(named: Named, graph: CodeGraph, width: number, random: Random) {
  const documents = [
    ...named.vocabulary.codes.map((_, code) => textsOf(named, graph, code)),
    ...[...named.labelNames, ...specialTexts].map((text) => [{ text, weight: 1 }]),
  ];
  const mute = named.vocabulary.codes.filter((_, code) => documents[code].length === 0);
  return {
    numbers: descriptionVectors(documents, width, random),
    source: "TF-IDF and truncated SVD of descriptions, which know spelling and not meaning" +
      (mute.length > 0 ? `; ${mute.length} codes without a text have zeros: ${some(mute)}` : ""),
  };
}

/**
 * The mean vector of the known codes that meet a code soonest on the way up; undefined for none.
 */
function meanOfNearest(
  graph: CodeGraph,
  code: number,
  keyBelow: ReadonlyMap<number, readonly number[]>,
  { width, vectors }: CodeEmbeddings,
): Float32Array | undefined {
  const nearest = nodesAbove(graph, code).find(({ node }) => keyBelow.has(node));
  const keys = nearest && keyBelow.get(nearest.node);
  return keys && Float32Array.from(
    { length: width },
    (_, i) => keys.reduce((sum, key) => sum + vectors[key * width + i], 0) / keys.length,
  );
}

function fromEmbeddings(named: Named, graph: CodeGraph, embeddings: CodeEmbeddings) {
  const { keys, width, vectors, source } = embeddings;
  const { codes } = named.vocabulary;
  const missing = codesWithoutVector(embeddings, named.vocabulary);
  const keyOf = keysOfCodes(embeddings, codes);
  const keyBelow = new Map<number, number[]>();
  keyOf.forEach((key, code) => {
    if (key === -1) return;
    for (const { node } of nodesAbove(graph, code)) {
      keyBelow.set(node, [...keyBelow.get(node) ?? [], key]);
    }
  });
  const others = [...named.labelNames.map(labelKey), ...specialKeys];
  const numbers = new Float32Array((codes.length + others.length) * width);
  const vectorOf = (key: number) => vectors.subarray(key * width, (key + 1) * width);
  keyOf.forEach((key, code) => {
    const vector = key === -1 ? meanOfNearest(graph, code, keyBelow, embeddings) : vectorOf(key);
    if (vector !== undefined) numbers.set(vector, code * width);
  });
  others.forEach((name, i) => {
    const key = keys.indexOf(name);
    if (key !== -1) numbers.set(vectorOf(key), (codes.length + i) * width);
  });
  return {
    numbers,
    source: missing.length === 0 ? source : `${source}; ${missing.length} of ${codes.length} ` +
      `codes have the mean of their nearest: ${some(missing)}`,
  };
}

async function placeTable(
  { width, graphSteps }: KnowledgeConfig,
  { vocabulary, labelNames }: Named,
  graph: CodeGraph,
  options: { random: Random; onProgress?: OnProgress | undefined },
): Promise<{ table: ShapedArray; source: string }> {
  const kinds = vocabulary.codes.length + labelNames.length + specialKeys.length;
  const numbers = new Float32Array(kinds * width);
  const table = { shape: [kinds, width], numbers };
  if (graph.nodes.length === 0) return { table, source: `${graph.source}; all zeros` };
  const { vectors, objective } = await learnedGraphVectors(graph.parents, {
    width,
    steps: graphSteps,
    ...options,
  });
  graph.nodeOf.forEach((node, code) => {
    if (node !== -1) numbers.set(vectors.subarray(node * width, (node + 1) * width), code * width);
  });
  const pairs = objective === "full" ? "all pairs" : "edges and drawn pairs";
  const source = `${graph.source}; ${graph.nodes.length} nodes, learned from ${pairs} of them`;
  return { table, source };
}

/**
 * The tables that a config needs.
 *
 * @param named the codes and labels
 * @param knowledge from the user
 * @returns the tables by name, with one row per token, and the source of each
 * @throws {RangeError} If embeddings or hierarchy do not fit the codes
 */
export async function codeKnowledge(
  config: KnowledgeConfig,
  named: Named,
  { embeddings, hierarchy }: CodeKnowledge,
  options: { readonly random: Random; readonly onProgress?: OnProgress | undefined },
): Promise<{ tables: NamedArrays; sources: Record<string, string> }> {
  const { codes } = named.vocabulary;
  const graph = hierarchy ?? codeGraph(named.vocabulary);
  if (graph.nodeOf.length !== codes.length) {
    throw new RangeError(
      `Cannot use ${graph.source}: it places ${graph.nodeOf.length} codes, ` +
        `but the vocabulary has ${codes.length}`,
    );
  }
  const tables: NamedArrays = {};
  const sources: Record<string, string> = {};
  if (config.semantic) {
    const width = config.semanticWidth;
    const { numbers, source } = embeddings === undefined
      ? fromDescriptions(named, graph, width, options.random)
      : fromEmbeddings(named, graph, embeddings);
    tables.semantic_table = { shape: [numbers.length / width, width], numbers };
    sources.semantic_table = source;
  }
  if (config.hierarchy) {
    const { table, source } = await placeTable(config, named, graph, options);
    tables.hierarchy_table = table;
    sources.hierarchy_table = source;
  }
  return { tables, sources };
}
