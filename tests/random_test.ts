import { join } from "node:path";
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { type Random, random, stream, uses } from "ehrloom/random.ts";
import { sourceFiles } from "./source_files.ts";

const draws = (source: Random, count: number) =>
  Float64Array.from({ length: count }, () => source.uniform());

/** Pearson's correlation. */
function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - meanA) * (b[i] - meanB);
    aa += (a[i] - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Draws to a test; a mean of so many has a standard error of 1 / √100,000 = 0.0032 deviations. */
const many = 100_000;
/** Standard errors that a figure may be away: one in 1.7 million sound streams would fail. */
const fiveSigma = 5 / Math.sqrt(many);

Deno.test("random() gives the same numbers for the same key, in every process", () => {
  assertEquals(draws(random(7, 1, 2), 100), draws(random(7, 1, 2), 100));
  // A change of these numbers changes every stored cohort: it must be meant
  assertEquals([...draws(random(1), 3)].map((x) => x * 2 ** 24), [9914669, 2887315, 14518010]);
});

Deno.test("random() tells keys apart by value, place and length, beyond 32 bits too", () => {
  const keys = [
    [0],
    [0, 0],
    [0, 0, 0],
    [1],
    [0, 1],
    [1, 0],
    [1, 2],
    [2, 1],
    [2 ** 32],
    [
      2 ** 32 + 1,
    ],
    [1, 2 ** 32],
    [2 ** 53 - 1],
  ];
  const first = keys.map(([seed, ...stream]) => draws(random(seed, ...stream), 4).join());
  assertEquals(new Set(first).size, keys.length);
});

Deno.test("random() never begins two of 60,000 neighbouring streams alike", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 3; seed++) {
    for (let record = 0; record < 1000; record++) {
      for (let row = 0; row < 20; row++) {
        seen.add(draws(random(seed, record, row), 3).join());
      }
    }
  }
  assertEquals(seen.size, 60_000);
});

Deno.test("random() gives neighbouring keys streams without correlation", () => {
  const base = draws(random(5, 10), many);
  for (const key of [[5, 11], [6, 10], [5, 10, 0], [10, 5], [5, 10 + 2 ** 32]]) {
    const [seed, ...stream] = key;
    const found = correlation(base, draws(random(seed, ...stream), many));
    assert(Math.abs(found) < fiveSigma, `${key}: ${found}`);
  }
});

Deno.test("random() across streams is as uniform as within one", () => {
  // The first draw of stream after stream is what a cohort's records begin with
  const firsts = Float64Array.from({ length: many }, (_, record) => random(3, record).uniform());
  const counts = new Array<number>(100).fill(0);
  for (const value of firsts) counts[Math.floor(value * 100)]++;
  const expected = many / 100;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert(chiSquare < 160.1, `${chiSquare}`); // 99 degrees of freedom, p = 0.0001
  assert(Math.abs(correlation(firsts.subarray(1), firsts.subarray(0, -1))) < fiveSigma);
});

Deno.test("uniform() is in [0, 1), exact in float32, and spread evenly", () => {
  const found = draws(random(1, 2, 3), many);
  const filled = new Float32Array(many);
  random(1, 2, 3).fillUniform(filled);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < many; i++) {
    assert(found[i] >= 0 && found[i] < 1 && found[i] === filled[i], `${found[i]} ${filled[i]}`);
    sum += found[i] - 0.5;
    squares += (found[i] - 0.5) ** 2;
  }
  assert(Math.abs(sum / many) < Math.sqrt(1 / 12) * fiveSigma);
  assert(Math.abs(squares / many - 1 / 12) < Math.sqrt(1 / 180) * fiveSigma);
});

Deno.test("normal() has the moments of N(0, 1)", () => {
  const source = random(11);
  const moments = [0, 0, 0, 0];
  for (let i = 0; i < many; i++) {
    const z = source.normal();
    for (let k = 0; k < 4; k++) moments[k] += z ** (k + 1) / many;
  }
  // Deviations of z, z², z³, z⁴ are 1, √2, √15, √96
  for (const [k, [expected, deviation]] of [[0, 1], [1, 2], [0, 15], [3, 96]].entries()) {
    const away = Math.abs(moments[k] - expected);
    assert(away < Math.sqrt(deviation) * fiveSigma, `moment ${k + 1}: ${moments[k]}`);
  }
});

Deno.test("integer() gives every number below its bound equally often", () => {
  const source = random(13);
  const counts = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < many; i++) counts[source.integer(7)]++;
  const expected = many / 7;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert(chiSquare < 27.86, `${chiSquare}`); // 6 degrees of freedom, p = 0.0001
  assertEquals(random(13).integer(1), 0);
  assertThrows(() => source.integer(0), RangeError, "0");
});

Deno.test("shuffle() permutes in place, each order equally likely", () => {
  const array = Int32Array.from({ length: 1000 }, (_, i) => i);
  const shuffled = random(17).shuffle(array);
  assert(shuffled === array);
  assertNotEquals([...array], [...array.toSorted()]);
  assertEquals([...array.toSorted()], Array.from({ length: 1000 }, (_, i) => i));
  const source = random(19);
  const orders = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const order = source.shuffle([..."abcd"]).join("");
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assertEquals(orders.size, 24);
  let chiSquare = 0;
  for (const count of orders.values()) chiSquare += (count - 1000) ** 2 / 1000;
  assert(chiSquare < 57.1, `${chiSquare}`); // 23 degrees of freedom, p = 0.0001
});

Deno.test("random() refuses keys that are not whole numbers of at least 0", () => {
  for (const key of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => random(key), RangeError, `Cannot seed with ${key}: must be a whole number`);
    assertThrows(() => random(1, key), RangeError);
  }
});

Deno.test("stream() gives every use of a seed a stream of its own", () => {
  const numbers = Object.values(uses);
  assertEquals(new Set(numbers).size, numbers.length);
  const first = (Object.keys(uses) as (keyof typeof uses)[]).map((use) => stream(use, 1).uniform());
  assertEquals(new Set(first).size, first.length);
});

Deno.test("lib draws each use of random numbers at one place, and nothing else but splits", async () => {
  const lib = new URL("../lib/", import.meta.url).pathname;
  const drawnAt: Record<string, string[]> = {};
  for (const file of await sourceFiles(lib)) {
    const text = (await Deno.readTextFile(join(lib, file))).replaceAll(/^ *\*.*$/gm, "");
    if (file === "random.ts") continue;
    for (const [, use] of text.matchAll(/\bstream\(\s*"(\w+)"/g)) (drawnAt[use] ??= []).push(file);
    const splits = { "cohort/sample.ts": 2, "cohort/sources/prepare.ts": 1 }; // whose stream is given
    const own = [...text.matchAll(/\brandom\(/g)].length;
    assertEquals([file, own], [file, Object.entries(splits).find(([at]) => at === file)?.[1] ?? 0]);
  }
  for (const use of Object.keys(uses)) assertEquals([use, drawnAt[use]?.length], [use, 1]);
});

Deno.test("tally() counts what integer() would draw, and goes on where it ends", () => {
  for (const bound of [1, 2, 3, 1000, 65_537]) {
    const [one, other] = [random(5), random(5)];
    const counts = new Int32Array(bound * 3);
    one.tally(2000, counts, { column: 1, columns: 3 });
    const wanted = new Int32Array(bound * 3);
    for (let i = 0; i < 2000; i++) wanted[other.integer(bound) * 3 + 1]++;
    assertEquals(counts, wanted);
    assertEquals(one.uniform(), other.uniform());
  }
});

Deno.test("fillBits() gives what integer() would, and goes on where it ends", () => {
  const [one, other] = [random(5, 3), random(5, 3)];
  const bits = new Uint32Array(1000);
  one.fillBits(bits);
  assertEquals([...bits], Array.from(bits, () => other.integer(2 ** 32)));
  assertEquals(one.uniform(), other.uniform());
});
