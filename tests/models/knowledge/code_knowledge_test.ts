import { assert, assertEquals, assertRejects } from "@std/assert";
import { codeGraph, random, useBackend, vocabulary } from "ehrloom";
import { parseCodeEmbeddings } from "ehrloom/models/knowledge/code_embeddings.ts";
import { codeKnowledge } from "ehrloom/models/knowledge/code_knowledge.ts";

await useBackend("wasm");

const codes = ["E10", "E11.9", "E11.65", "I10", "J45", "J46", "K50", "K51", "L20", "M10"]
  .map((code) => `ICD10CM//${code}`);
const known = vocabulary(codes, codes.map((code, i) => i === 9 ? code : `description ${i} of it`));
const named = { vocabulary: known, labelNames: ["old"] };
const config = { semantic: true, semanticWidth: 2, hierarchy: true, width: 4, graphSteps: 3 };
const options = { random: random(1) };
const vectorsOf = (entries: [string, number[]][]) =>
  parseCodeEmbeddings(JSON.stringify({ vectors: Object.fromEntries(entries) }), "v.json");
const row = (numbers: Float32Array, width: number, index: number) => [
  ...numbers.subarray(index * width, (index + 1) * width),
];

Deno.test("codeKnowledge() has a row to each token, zeros for places of labels and specials", async () => {
  const { tables, sources } = await codeKnowledge(config, named, {}, options);
  const kinds = 10 + 1 + 5;
  assertEquals(tables.semantic_table.shape, [kinds, 2]);
  assertEquals(tables.hierarchy_table.shape, [kinds, 4]);
  const { numbers } = tables.hierarchy_table;
  assert(numbers.subarray(0, 40).every((x) => x !== 0));
  assert(numbers.subarray(40).every((x) => x === 0));
  assertEquals(
    sources.hierarchy_table,
    `by code system, of 10 codes: ICD10CM 10; ${codeGraph(known).nodes.length} nodes, learned ` +
      "from all pairs of them",
  );
  assert(sources.semantic_table.startsWith("TF-IDF and truncated SVD of descriptions"));
});

Deno.test("codeKnowledge() says which codes have neither a description nor a place with a name", async () => {
  const mute = { vocabulary: vocabulary(["x y", "z z"], ["x y", "spoken"]), labelNames: [] };
  const { tables, sources } = await codeKnowledge(config, mute, {}, options);
  assertEquals(
    sources.semantic_table,
    "TF-IDF and truncated SVD of descriptions, which know spelling and not meaning; " +
      '1 codes without a text have zeros: "x y"',
  );
  assertEquals(
    sources.hierarchy_table,
    "by code system, of 2 codes: none placed; without a place: 2; all zeros",
  );
  assert(tables.hierarchy_table.numbers.every((x) => x === 0));
});

Deno.test("codeKnowledge() takes embeddings as they are; a missing code the mean of its nearest", async () => {
  const entries = codes.map((code, i): [string, number[]] => [code, [i, -i]]);
  const embeddings = vectorsOf([
    ...entries.filter((_, i) => i !== 2), // E11.65 is nearest to E11.9
    ["LABEL:old", [7, 7]],
    ["END_VISIT", [8, 8]],
  ]);
  const { tables, sources } = await codeKnowledge(config, named, { embeddings }, options);
  const { numbers } = tables.semantic_table;
  assertEquals(row(numbers, 2, 3), [3, -3]);
  assertEquals(row(numbers, 2, 2), [1, -1]);
  assertEquals(row(numbers, 2, 10), [7, 7]);
  assertEquals([11, 12, 13].map((i) => row(numbers, 2, i)), [[0, 0], [0, 0], [8, 8]]);
  assertEquals(
    sources.semantic_table,
    '"v.json"; 1 of 10 codes have the mean of their nearest: "ICD10CM//E11.65"',
  );
});

Deno.test("codeKnowledge() refuses embeddings of too few codes and another vocabulary's graph", async () => {
  const embeddings = vectorsOf(codes.slice(3).map((code) => [code, [1, 2]]));
  await assertRejects(
    () => codeKnowledge(config, named, { embeddings }, options),
    RangeError,
    'Cannot use "v.json": 3 of 10 codes have no vector, such as "ICD10CM//E10", "ICD10CM//E11.9", ' +
      '"ICD10CM//E11.65"; at most 10% may be without one',
  );
  const hierarchy = codeGraph(vocabulary(codes.slice(3)));
  await assertRejects(
    () => codeKnowledge(config, named, { hierarchy }, options),
    RangeError,
    "it places 7 codes, but the vocabulary has 10",
  );
});

Deno.test("codeKnowledge() makes only the tables that are asked for", async () => {
  const none = await codeKnowledge(
    { ...config, semantic: false, hierarchy: false },
    named,
    {},
    options,
  );
  assertEquals(none, { tables: {}, sources: {} });
});
