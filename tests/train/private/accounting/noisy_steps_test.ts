import { assert, assertEquals, assertThrows } from "@std/assert";
import { type NoisySteps, withSteps } from "ehrloom/train/private/accounting/noisy_steps.ts";
import { epsilonSpent } from "ehrloom/train/private/accounting/pld.ts";

Deno.test("withSteps() has one entry for each kind of step, however they alternate", () => {
  let taken: NoisySteps[] = [];
  for (let step = 0; step < 1000; step++) {
    const noiseMultiplier = [1, 1.1, 1][step % 3];
    taken = withSteps(taken, { samplingRate: 1 / 3, noiseMultiplier, steps: 1 });
  }
  assertEquals(taken, [
    { samplingRate: 1 / 3, noiseMultiplier: 1, steps: 667 },
    { samplingRate: 1 / 3, noiseMultiplier: 1.1, steps: 333 },
  ]);
});

Deno.test("what withSteps() gives is the same after saving and loading, and so is its ε", () => {
  const taken = withSteps(
    [],
    { samplingRate: 1 / 3, noiseMultiplier: Math.PI, steps: 12 },
    { samplingRate: 0.1 + 0.2, noiseMultiplier: 1e-2 * 7e2 / 3, steps: 7 },
  );
  const loaded = JSON.parse(JSON.stringify(taken));
  assertEquals(loaded, taken);
  assert(epsilonSpent(loaded, 1e-5) === epsilonSpent(taken, 1e-5));
});

Deno.test("withSteps() leaves out 0 steps, and changes neither of its arguments", () => {
  const before = Object.freeze([Object.freeze({ samplingRate: 1, noiseMultiplier: 2, steps: 3 })]);
  assertEquals(withSteps(before, { samplingRate: 1, noiseMultiplier: 9, steps: 0 }), [...before]);
  assertEquals(withSteps(before, ...before)[0].steps, 6);
  assertEquals(before[0].steps, 3);
});

Deno.test("withSteps() names what is out of range, in what was taken too", () => {
  const bad = { samplingRate: 2, noiseMultiplier: 1, steps: 1 };
  assertThrows(() => withSteps([], bad), RangeError, "sampling rate of 2");
  assertThrows(() => withSteps([bad]), RangeError, "sampling rate of 2");
  assertThrows(
    () => withSteps([], { ...bad, samplingRate: 1, noiseMultiplier: 0 }),
    RangeError,
    "noise multiplier of 0",
  );
});
