import { assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import {
  alphaPrecision,
  areAuthentic,
  integratedScore,
  precisionRanks,
  recallRanks,
} from "ehrloom/evaluate/fidelity/two_sample/alpha_precision.ts";
import { figuresOf, walks } from "./cohorts.ts";

const line = (...coordinates: number[]) => ({
  count: coordinates.length,
  width: 1,
  coordinates: Float32Array.from(coordinates),
});
const draws = random(1);
const cloud = Array.from({ length: 50 }, () => draws.normal());
const once = new Uint8Array(50).fill(1);

Deno.test("integratedScore() of α-precision is 1 for equal cohorts and 0 for distant ones", () => {
  const here = line(...cloud);
  assertAlmostEquals(integratedScore(precisionRanks(here, here), once, 50), 1, 1e-12);
  const far = line(...cloud.map((x) => x + 1000));
  assertAlmostEquals(integratedScore(precisionRanks(here, far), once, 50), 0, 1e-12);
});

Deno.test("integratedScore() of records that are all at the mean is 0: they are too typical", () => {
  const mean = cloud.reduce((sum, x) => sum + x / 50, 0);
  const ranks = precisionRanks(line(...cloud), line(...cloud.map(() => mean)));
  assertEquals([...ranks], new Array(50).fill(0));
  // P is 1 from α = 1/50 on: the area misses half of the first step
  assertAlmostEquals(integratedScore(ranks, once, 50), 1 / 50, 1e-12);
});

Deno.test("integratedScore() is the trapezoidal rule, by hand", () => {
  // P(1/2) = 1, P(1) = 1: |0 - 0|, |1 - 1/2|, |1 - 1| with steps of 1/2
  assertAlmostEquals(integratedScore(Uint32Array.of(0, 0), [1, 1], 2), 1 - 2 * 0.25, 1e-12);
  // weights 3 and 1 of ranks 0 and 1: P(1/2) = 3/4
  assertAlmostEquals(integratedScore(Uint32Array.of(0, 1), [3, 1], 2), 1 - 2 * 0.125, 1e-12);
});

Deno.test("recallRanks() are of the nearest synthetic record, if it is near, by hand", async () => {
  // 2 from the mean are 0 and 4, 1 from it 1 and 3: so many are nearer to it: 2, 0, 0, 2
  const synthetic = line(0, 1, 3, 4);
  // 0.75 and 1 are near to 1; 9 is 5 from 4 and 8 from a real one; 17 is 13 from 4 and 8 from 9
  assertEquals([...await recallRanks(line(0.75, 1, 9, 17), synthetic, 1)], [0, 0, 2, 4]);
  const here = line(...cloud);
  const ranks = await recallRanks(here, here, 5);
  assertAlmostEquals(integratedScore(ranks, once, 50), 1, 1e-12); // of equal cohorts
});

Deno.test("areAuthentic() finds copies, and compares with the training record's own neighbour", async () => {
  const training = line(0, 10, 11, 30);
  // 0.5 is 0.5 from 0, whose neighbour is 10 away; 10.4 is 0.4 from 10, and 11 is 1 away
  // 8 is 2 from 10, whose neighbour is 1 away: no copy
  const authentic = await areAuthentic(training, line(0, 0.5, 10.4, 8, 90));
  assertEquals([...authentic], [0, 0, 0, 1, 1]);
  // by the index of the synthetic record, the fourth would be compared with 30 and its 19
});

Deno.test("alpha_precision calls copies of training records not authentic", async () => {
  const cohorts = { training: walks(1, 100), heldOut: walks(2, 100) };
  const copies = await figuresOf(alphaPrecision, { ...cohorts, synthetic: cohorts.training });
  assertEquals(copies.authenticity.value, 0);
  assertEquals(copies.authenticity.high > 0, true);
  const fresh = await figuresOf(alphaPrecision, { ...cohorts, synthetic: walks(3, 100) });
  assertEquals(fresh.authenticity.low > copies.authenticity.high, true);
  assertEquals(fresh.alpha_precision.high > 0.8 && fresh.beta_recall.high > 0.8, true);
});
