/**
 * The hierarchy above the codes of a vocabulary, as a graph: the nodes of the codes and all nodes
 * above them, each with its parents. From the code systems themselves, or from a list of edges.
 *
 * @module
 */
import { basename } from "node:path";
import { type CodePlace, codeSystems, splitCode, unnamedSystem } from "./code_systems.ts";
import { readCsv } from "../../files/csv.ts";
import type { Vocabulary } from "../vocabulary.ts";

/** One edge of a user's own hierarchy. */
export interface CodeEdge {
  /** Parent. */
  readonly parent: string;
  /** Child: a code of the vocabulary, or a node between. */
  readonly child: string;
}

/** A hierarchy of codes: no cycles; several parents are allowed. */
export interface CodeGraph {
  /** Ids of the nodes: codes of the vocabulary and everything above them. */
  readonly nodes: readonly string[];
  /** [nodes] Description of each node; "" where unknown. */
  readonly names: readonly string[];
  /** [nodes] Indices of the parents of each node. */
  readonly parents: readonly (readonly number[])[];
  /** [codes] Node of each code, -1 if it has none. */
  readonly nodeOf: Int32Array;
  /** Codes without a node: of no known system, or not valid in their system. */
  readonly unplaced: readonly string[];
  /** Source of the graph, with counts, in a sentence for reports. */
  readonly source: string;
}

/** A graph that grows. */
function growingGraph() {
  const nodes: string[] = [];
  const names: string[] = [];
  const parents: number[][] = [];
  const indexOf = new Map<string, number>();
  return {
    nodes,
    names,
    parents,
    node({ id, name = "" }: CodePlace): number {
      const known = indexOf.get(id);
      if (known !== undefined) return known;
      indexOf.set(id, nodes.length);
      names.push(name);
      parents.push([]);
      return nodes.push(id) - 1;
    },
  };
}

/** Descriptions that say more than the code, as names of the nodes that are codes themselves. */
function nameCodes(
  { names, nodes }: Pick<ReturnType<typeof growingGraph>, "names" | "nodes">,
  { codes, descriptions }: Vocabulary,
  nodeOf: Int32Array,
): void {
  const plain = (text: string) => text.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
  nodeOf.forEach((node, code) => {
    if (node === -1 || names[node] !== "" || descriptions[code] === codes[code]) return;
    const isOwnPlace = plain(nodes[node]).endsWith(plain(splitCode(codes[code]).code));
    if (isOwnPlace) names[node] = descriptions[code];
  });
}

/** The nodes of a cycle, each above the next and the last above the first; undefined for none. */
function cycleIn(parents: readonly (readonly number[])[]): number[] | undefined {
  const state = new Uint8Array(parents.length); // 1 on the way up, 2 known to be free of cycles
  for (let from = 0; from < parents.length; from++) {
    const way: { node: number; next: number }[] = [];
    if (state[from] === 0) way.push({ node: from, next: 0 });
    while (way.length > 0) {
      const step = way[way.length - 1];
      state[step.node] = 1;
      if (step.next === parents[step.node].length) {
        state[step.node] = 2;
        way.pop();
        continue;
      }
      const parent = parents[step.node][step.next++];
      if (state[parent] === 1) {
        const nodes = way.map(({ node }) => node);
        return nodes.slice(nodes.indexOf(parent)).reverse();
      }
      if (state[parent] === 0) way.push({ node: parent, next: 0 });
    }
  }
  return undefined;
}

/** The names of a cycle, from a node back to it; undefined for none. */
function circleIn(
  ids: readonly string[],
  parents: readonly (readonly number[])[],
): string | undefined {
  const cycle = cycleIn(parents);
  return cycle && [...cycle, cycle[0]].map((node) => ids[node]).join(" > ");
}

/**
 * What places codes in a graph: what their source says is above them, else their systems.
 *
 * @param counts grows by the codes that each placed
 */
function placer(
  graph: ReturnType<typeof growingGraph>,
  { codes, descriptions, parents, indexOf }: Vocabulary,
  counts: Map<string, number>,
) {
  const unnamed = unnamedSystem(codes.filter((code) => splitCode(code).prefix === ""));
  const count = (by: string) => counts.set(by, (counts.get(by) ?? 0) + 1);
  const ofSystem = (text: string, description: string) => {
    const { prefix, code } = splitCode(text);
    const system = prefix === "" ? unnamed : codeSystems.find((system) => system.isNamed(prefix));
    const places = system?.path(code, description)?.map((place) => graph.node(place)) ?? [];
    for (let level = 1; level < places.length; level++) {
      if (graph.parents[places[level]].length > 0) continue; // as the source says
      graph.parents[places[level]] = [places[level - 1]];
    }
    return { system, node: places.at(-1) };
  };
  /** The node of what is above a code: a code too, a place of a system, or a name alone. */
  const above = (name: string): number => {
    const code = indexOf.get(name);
    if (code !== undefined && (parents?.[code].length ?? 0) > 0) return graph.node({ id: name });
    const description = code === undefined ? "" : descriptions[code];
    return ofSystem(name, description).node ?? graph.node({ id: name });
  };
  return (code: number): number => {
    const given = parents?.[code] ?? [];
    if (given.length > 0) {
      const node = graph.node({ id: codes[code] });
      graph.parents[node] = [...new Set(given.map(above))];
      count("parent_codes");
      return node;
    }
    const { system, node } = ofSystem(codes[code], descriptions[code]);
    if (system !== undefined && node !== undefined) count(system.name);
    return node ?? -1;
  };
}

/**
 * The hierarchy of a vocabulary from its codes: what its source says is above them ("parent_codes" of
 * a MEDS folder); for other codes ICD-9-CM and ICD-10-CM in full, SNOMED CT by the semantic tag and
 * RxNorm by the ingredient in the descriptions. Codes of other systems have no node.
 *
 * @example Two kinds of diabetes meet in their block
 * ```ts
 * import { codeGraph, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { nodes } = codeGraph(vocabulary(["ICD10CM//E11.9", "ICD10CM//E10"]));
 * assertEquals(nodes.length, 5); // E00-E89, E08-E13, E11, E11.9, E10
 * ```
 *
 * @param vocabulary with codes that name their system ("ICD10CM//E11.9"), or are all of ICD
 * @throws {RangeError} If what the source says forms a cycle, which is named
 */
export function codeGraph(vocabulary: Vocabulary): CodeGraph {
  const { codes } = vocabulary;
  const graph = growingGraph();
  const counts = new Map<string, number>();
  const place = placer(graph, vocabulary, counts);
  const nodeOf = Int32Array.from(codes, (_, code) => place(code));
  if (vocabulary.parents !== undefined) {
    // a parent without a row in the list, which other codes have for theirs, is a place of its own
    graph.nodes.forEach((id, node) => {
      const code = vocabulary.indexOf.get(id);
      if (code !== undefined && nodeOf[code] === -1) nodeOf[code] = node;
    });
    const circle = circleIn(graph.nodes, graph.parents);
    if (circle !== undefined) {
      throw new RangeError(
        `Cannot use the parent_codes of the cohort: they form a cycle, ${circle}; ` +
          "mend metadata/codes.parquet, or give another hierarchy",
      );
    }
  }
  nameCodes(graph, vocabulary, nodeOf);
  const { nodes, names, parents } = graph;
  const unplaced = codes.filter((_, index) => nodeOf[index] === -1);
  const placed = [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
  const by = counts.has("parent_codes") ? "by parent_codes and code system" : "by code system";
  const source = `${by}, of ${codes.length} codes: ${placed || "none placed"}` +
    (unplaced.length > 0 ? `; without a place: ${unplaced.length}` : "");
  return { nodes, names, parents, nodeOf, unplaced, source };
}

/**
 * A hierarchy from a user's own edges, reduced to the codes of the vocabulary and all nodes above
 * them.
 *
 * @param vocabulary its codes are matched as they are written
 * @param edges in any order
 * @param file name for error messages
 * @throws {RangeError} If the edges form a cycle, which is named, or contain none of the codes
 */
export function codeGraphOf(
  vocabulary: Vocabulary,
  edges: readonly CodeEdge[],
  file = "the hierarchy",
): CodeGraph {
  const above = new Map<string, Set<string>>();
  for (const { parent, child } of edges) {
    above.set(child, (above.get(child) ?? new Set()).add(parent));
    if (!above.has(parent)) above.set(parent, new Set());
  }
  const ids = [...above.keys()];
  const place = new Map(ids.map((id, i) => [id, i]));
  const placesOf = (set: Iterable<string>) => Array.from(set, (id) => place.get(id) ?? -1);
  const circle = circleIn(ids, ids.map((id) => placesOf(above.get(id) ?? [])));
  if (circle !== undefined) {
    throw new RangeError(`Cannot use "${file}": its edges form a cycle, ${circle}`);
  }
  const { codes } = vocabulary;
  const unplaced = codes.filter((code) => !above.has(code));
  if (unplaced.length === codes.length) {
    throw new RangeError(
      `Cannot use "${file}": it contains none of the ${codes.length} codes, such as "${codes[0]}"`,
    );
  }
  const graph = growingGraph();
  const nodeOf = Int32Array.from(codes, (id) => above.has(id) ? graph.node({ id }) : -1);
  for (let node = 0; node < graph.nodes.length; node++) { // grows by the parents it meets
    graph.parents[node] = [...above.get(graph.nodes[node]) ?? []].map((id) => graph.node({ id }));
  }
  nameCodes(graph, vocabulary, nodeOf);
  const source = `"${basename(file)}", with ${
    codes.length - unplaced.length
  } of ${codes.length} codes`;
  return {
    nodes: graph.nodes,
    names: graph.names,
    parents: graph.parents,
    nodeOf,
    unplaced,
    source,
  };
}

/**
 * Reads a hierarchy: a CSV file with the columns `parent` and `child`.
 *
 * @param path ends in ".gz" when gzipped
 * @param vocabulary its codes are matched as they are written
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If it is not such a table
 * @throws {RangeError} As {@link codeGraphOf} does
 */
export async function readCodeGraph(path: string, vocabulary: Vocabulary): Promise<CodeGraph> {
  const edges: CodeEdge[] = [];
  await readCsv(path, ["parent", "child"], (written) => {
    const [parent, child] = written.map((field) => field.trim());
    if (parent === "" || child === "") return "parent or child is empty";
    if (parent === child) return `"${child}" is its own parent`;
    edges.push({ parent, child });
  });
  return codeGraphOf(vocabulary, edges, path);
}
