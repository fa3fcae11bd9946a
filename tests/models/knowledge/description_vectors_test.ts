import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random, syntheaSample } from "ehrloom";
import { descriptionVectors } from "ehrloom/models/knowledge/description_vectors.ts";

const texts = [
  "Acute kidney failure",
  "Chronic kidney disease",
  "Essential hypertension",
  "Hypertension, secondary",
  "Fracture of the wrist",
  "zzz",
];
const documents = texts.map((text) => [{ text, weight: 1 }]);

const rowsOf = (vectors: Float32Array, width: number) =>
  Array.from(
    { length: vectors.length / width },
    (_, r) => [...vectors.subarray(r * width, (r + 1) * width)],
  );
const product = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const likeness = (a: number[], b: number[]) =>
  product(a, b) / Math.sqrt(product(a, a) * product(b, b));

Deno.test("descriptionVectors() puts alike texts together, of root mean square 0.4", () => {
  const vectors = descriptionVectors(documents, 4, random(1));
  assertAlmostEquals(Math.sqrt(vectors.reduce((s, x) => s + x * x, 0) / vectors.length), 0.4, 1e-6);
  const [failure, disease, essential, secondary] = rowsOf(vectors, 4);
  assert(likeness(failure, disease) > likeness(failure, essential) + 0.3);
  assert(likeness(essential, secondary) > likeness(essential, disease) + 0.3);
});

Deno.test("descriptionVectors() keeps the products of all documents where no part is left out", async () => {
  const { vocabulary } = await syntheaSample();
  const some = vocabulary.descriptions.slice(0, 60).map((text) => [{ text, weight: 1 }]);
  // unit rows: whatever the features are, the diagonal of all products is one number
  const vectors = rowsOf(descriptionVectors(some, 60, random(1)), 60);
  const [first] = vectors;
  for (const row of vectors) assertAlmostEquals(product(row, row), product(first, first), 1e-3);
  // the parts are orthogonal, the strongest first
  const column = (k: number) => vectors.map((row) => row[k]);
  const strengths = Array.from({ length: 20 }, (_, k) => product(column(k), column(k)));
  assertEquals(strengths, strengths.toSorted((a, b) => b - a));
  assertAlmostEquals(product(column(0), column(1)), 0, 1e-3);
  assertAlmostEquals(product(column(3), column(7)), 0, 1e-3);
});

Deno.test("descriptionVectors() repeats by seed; likenesses do not depend on it", () => {
  const [one, same, other] = [1, 1, 2].map((seed) =>
    descriptionVectors(documents, 5, random(seed))
  );
  assertEquals(one, same);
  const [rows, others] = [rowsOf(one, 5), rowsOf(other, 5)]; // equal parts may be turned
  for (const i of [0, 1, 2, 3, 4]) {
    for (const j of [0, 1, 2, 3, 4]) {
      assertAlmostEquals(product(rows[i], rows[j]), product(others[i], others[j]), 1e-5);
    }
  }
});

Deno.test("descriptionVectors() gives zeros beyond the rank and where nothing is shared", () => {
  const vectors = rowsOf(descriptionVectors(documents, 8, random(1)), 8);
  assert(vectors.every((row) => row.slice(6).every((x) => x === 0)));
  assert(vectors[5].every((x) => Math.abs(x) < 1e-6)); // "zzz" is in no other text
  assertEquals(descriptionVectors([[], []], 3, random(1)), new Float32Array(6));
});

Deno.test("descriptionVectors() counts texts by their weights", () => {
  const weigh = (weight: number) =>
    rowsOf(
      descriptionVectors(
        [...documents.slice(0, 4), [{ text: texts[0], weight: 1 }, { text: texts[2], weight }]],
        4,
        random(1),
      ),
      4,
    );
  const [light, heavy] = [weigh(0.25), weigh(1)];
  assert(likeness(heavy[4], heavy[2]) > likeness(light[4], light[2]));
});
