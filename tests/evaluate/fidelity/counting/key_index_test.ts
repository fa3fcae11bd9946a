import { assertEquals } from "@std/assert";
import { random } from "ehrloom";
import {
  keyIndex,
  type KeyNumbers,
  pairNumbers,
  unorderedPairNumbers,
} from "ehrloom/evaluate/fidelity/counting/key_index.ts";

Deno.test("keyIndex() numbers 50,000 pairs alike in a dense and in a hash table, and finds them again", () => {
  const draws = random(1);
  const codes = 600;
  const [dense, hash] = [true, false].map((dense) => keyIndex(codes, codes, { dense }));
  const numbers = new Map<number, number>();
  for (let i = 0; i < 50_000; i++) {
    const [first, second] = [draws.integer(codes), draws.integer(codes)];
    const key = first * codes + second;
    const wanted = numbers.get(key) ?? numbers.size;
    numbers.set(key, wanted);
    assertEquals(dense.number(first, second), wanted);
    assertEquals(hash.number(first, second), wanted);
  }
  for (const index of [dense, hash]) {
    assertEquals(index.size, numbers.size);
    const keys = Array.from(
      numbers.values(),
      (key) => index.firstOf(key) * codes + index.secondOf(key),
    );
    assertEquals(keys, [...numbers.keys()]);
    const ordered = [...index.inOrder()].map((key) => keys[key]);
    assertEquals(ordered, keys.toSorted((a, b) => a - b));
  }
});

Deno.test("keyIndex() takes codes of any 32-bit number where the table is a hash", () => {
  const index = keyIndex(2 ** 32, 2 ** 32);
  assertEquals(index.number(2 ** 32 - 1, 0), 0);
  assertEquals(index.number(0, 2 ** 32 - 1), 1);
  assertEquals(index.number(2 ** 32 - 1, 0), 0);
});

Deno.test("pairNumbers() and unorderedPairNumbers() give each pair one number below their size", () => {
  const codes = 7;
  const pairs = Array.from({ length: codes ** 2 }, (_, i) => [Math.floor(i / codes), i % codes]);
  const unordered = pairs.filter(([first, second]) => first < second);
  const cases: [KeyNumbers, number[][]][] = [
    [pairNumbers(codes), pairs],
    [unorderedPairNumbers(codes), unordered],
  ];
  for (const [numbers, wanted] of cases) {
    assertEquals(numbers.size, wanted.length);
    const given = wanted.map(([first, second]) => numbers.number(first, second));
    assertEquals(given.sort((a, b) => a - b), [...wanted.keys()]);
  }
  const index = pairNumbers(codes);
  const known = [...index.inOrder()].map((key) => [index.firstOf(key), index.secondOf(key)]);
  assertEquals(known, pairs);
});
