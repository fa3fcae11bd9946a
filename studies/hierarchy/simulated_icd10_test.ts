import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { codeGraph, splitOf } from "ehrloom";
import { simulatedIcd10 } from "./simulated_icd10.ts";

Deno.test("simulatedIcd10() draws the same patients by seed and stream, others by others", () => {
  const codes = (
    seed: number,
    stream: number,
  ) => [...simulatedIcd10(seed).patients(20, stream).codes];
  assertEquals(codes(1, 1), codes(1, 1));
  assertNotEquals(codes(1, 1), codes(1, 2));
  assertNotEquals(codes(1, 1), codes(2, 1));
});

Deno.test("simulatedIcd10() codes in categories of ICD-10-CM, all with a place in its tree", () => {
  const population = simulatedIcd10(1);
  const { vocabulary, splits } = population.patients(100, 1);
  assertEquals(codeGraph(vocabulary).unplaced, []);
  vocabulary.codes.forEach((code, i) => {
    const [sibling] = vocabulary.codes.filter((_, j) =>
      population.categoryOf[j] === population.categoryOf[i]
    );
    assertEquals(code.split(".")[0], sibling.split(".")[0]);
  });
  assert(splits !== null);
});

Deno.test("simulatedIcd10() lets rare codes be followed as their frequent siblings are", () => {
  const { categoryOf, patients } = simulatedIcd10(3);
  const cohort = patients(6000, 1);
  const { codes, codeOffsets, visitOffsets, recordCount, vocabulary } = cohort;
  const categories = new Set(categoryOf).size;
  const counts = new Float64Array(vocabulary.codes.length);
  for (const code of codes) counts[code]++;
  const commonest = new Int32Array(categories).fill(-1); // of each category
  counts.forEach((count, code) => {
    const best = commonest[categoryOf[code]];
    if (best === -1 || count > counts[best]) commonest[categoryOf[code]] = code;
  });
  // how often each category comes right after a category, by whether its commonest code was written
  const tables = [0, 1].map(() => new Float64Array(categories * categories));
  for (let record = 0; record < recordCount; record++) {
    for (let visit = visitOffsets[record]; visit + 1 < visitOffsets[record + 1]; visit++) {
      const [now, next] = [visit, visit + 1].map((v) =>
        codes.subarray(codeOffsets[v], codeOffsets[v + 1])
      );
      for (const code of now) {
        const table = tables[code === commonest[categoryOf[code]] ? 1 : 0];
        for (const category of new Set([...next].map((code) => categoryOf[code]))) {
          table[categoryOf[code] * categories + category]++;
        }
      }
    }
  }
  const shares = tables.map((table) =>
    table.map((count, i) => {
      const from = Math.floor(i / categories) * categories;
      return count / table.slice(from, from + categories).reduce((sum, each) => sum + each, 0);
    })
  );
  const distance = (a: Float64Array, b: Float64Array, shift: number) => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] - b[(i + shift * categories) % a.length]);
    }
    return sum / categories; // twice the total variation, averaged over categories
  };
  assert(distance(shares[0], shares[1], 0) < 0.5 * distance(shares[0], shares[1], 7));
});

Deno.test("simulatedIcd10() has many codes that few of its training records have", () => {
  const train = splitOf(simulatedIcd10(1).patients(1400, 1), "train");
  const records = train.vocabulary.codes.map(() => new Set<number>());
  for (let record = 0; record < train.recordCount; record++) {
    const from = train.codeOffsets[train.visitOffsets[record]];
    const to = train.codeOffsets[train.visitOffsets[record + 1]];
    for (const code of train.codes.subarray(from, to)) records[code].add(record);
  }
  const rare = records.filter(({ size }) => size >= 1 && size <= 10).length;
  assert(rare > train.vocabulary.codes.length / 3);
  assert(records.some(({ size }) => size > 100));
});
