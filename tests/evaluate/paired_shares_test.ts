import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { pairedShareDifference } from "ehrloom/evaluate/paired_shares.ts";
import { wilson } from "ehrloom/evaluate/wilson.ts";

/** Patients by whether both are so, only the first, only the second, neither. */
function patients(...counts: [both: number, first: number, second: number, neither: number]) {
  const all = counts.flatMap((count, kind) => Array.from({ length: count }, () => kind));
  return [all.map((kind) => kind === 0 || kind === 1), all.map((kind) => kind === 0 || kind === 2)];
}

Deno.test("pairedShareDifference() is Newcombe's method 10, by hand", () => {
  // both 30, one 12, other 2, neither 6: correlation (30·6 − 12·2 − 25) / √(42·8·32·18)
  const [first, second] = patients(30, 12, 2, 6);
  const { value, low, high } = pairedShareDifference(first, second);
  assertAlmostEquals(value, 0.2, 1e-12);
  const together = (180 - 24 - 25) / Math.sqrt(42 * 8 * 32 * 18);
  const [p, q] = [wilson(42, 50), wilson(32, 50)];
  const [below, above] = [p.value - p.low, q.high - q.value];
  assertAlmostEquals(
    low,
    0.2 - Math.sqrt(below ** 2 - 2 * together * below * above + above ** 2),
    1e-9,
  );
  assert(high > 0.2 && high < 0.2 + Math.hypot(p.high - p.value, q.value - q.low));
});

Deno.test("pairedShareDifference() of shares of 0 is 0, and not certain", () => {
  const [no] = patients(0, 0, 0, 20);
  const { value, low, high } = pairedShareDifference(no, no);
  assertEquals(value, 0);
  assertEquals([low < 0, high > 0], [true, true]);
});

Deno.test("pairedShareDifference() covers a true difference 95 ± 2% of the time", () => {
  const runs = 2000;
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const draws = random(17, run);
    const pairs = Array.from({ length: 60 }, () => {
      const first = draws.uniform() < 0.4;
      return [first, draws.uniform() < (first ? 0.6 : 0.1)]; // 0.3 of all
    });
    const { low, high } = pairedShareDifference(
      pairs.map(([first]) => first),
      pairs.map(([, second]) => second),
    );
    if (low <= 0.1 && 0.1 <= high) covered++;
  }
  assert(Math.abs(covered / runs - 0.95) <= 0.02, `covered ${covered / runs}`);
});
