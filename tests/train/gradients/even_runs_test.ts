import { assert, assertEquals } from "@std/assert";
import { random } from "ehrloom/random.ts";
import { evenRuns } from "ehrloom/train/gradients/even_runs.ts";

Deno.test("evenRuns() keeps records of similar length together, where that saves more than a run costs", () => {
  const lengths = [40, 2, 39, 3, 2, 41, 500];
  const lists = (records: number[]) =>
    evenRuns(Int32Array.from(records), (record) => lengths[record]).map((run) => [...run]);
  assertEquals(lists([]), []);
  assertEquals(lists([3]), [[3]]);
  // 3 short records among long ones waste 115 rows: less than another run costs
  assertEquals(lists([0, 1, 2, 3, 4, 5]), [[1, 4, 3, 2, 0, 5]]);
  assertEquals(lists([0, 6, 1, 2, 3, 4, 5]), [[1, 4, 3, 2, 0, 5], [6]]);
});

Deno.test("evenRuns() has each record once, and few rows of padding", () => {
  const draws = random(3);
  const lengths = Array.from({ length: 500 }, () => 1 + Math.floor(draws.uniform() ** 4 * 300));
  const records = Int32Array.from({ length: 500 }, (_, i) => i);
  const runs = evenRuns(records, (record) => lengths[record]);
  assertEquals(runs.flatMap((run) => [...run]).toSorted((a, b) => a - b), [...records]);
  const rows = runs.reduce((sum, run) => sum + run.length * lengths[run[run.length - 1]], 0);
  const needed = lengths.reduce((sum, length) => sum + length, 0);
  assert(rows < 1.2 * needed && 500 * Math.max(...lengths) > 4 * needed, `${rows}, ${needed}`);
});
