import { assert, assertEquals, assertThrows } from "@std/assert";
import { checkPrivacyBudget, stepsLeft } from "ehrloom/train/private/accounting/budget.ts";
import { withSteps } from "ehrloom/train/private/accounting/noisy_steps.ts";
import { epsilonSpent } from "ehrloom/train/private/accounting/pld.ts";

const budget = { epsilon: 2, delta: 1e-5 };
const planned = { samplingRate: 0.05, noiseMultiplier: 1.5, steps: 2000 };

Deno.test("checkPrivacyBudget() wants a δ below 1 / N", () => {
  checkPrivacyBudget({ epsilon: 1, delta: 0.00099 }, 1000);
  for (const delta of [0.001, 0.01]) {
    assertThrows(
      () => checkPrivacyBudget({ epsilon: 1, delta }, 1000),
      RangeError,
      `Cannot protect 1000 patients with a delta of ${delta}: it must be below 1 / 1000`,
    );
  }
});

Deno.test("checkPrivacyBudget() names an ε, a δ or a number of patients that is out of range", () => {
  for (const epsilon of [0, -1, NaN, Infinity]) {
    assertThrows(
      () => checkPrivacyBudget({ ...budget, epsilon }),
      RangeError,
      `epsilon of ${epsilon}`,
    );
  }
  for (const delta of [0, -1, 1, NaN]) {
    assertThrows(() => checkPrivacyBudget({ ...budget, delta }), RangeError, `delta of ${delta}`);
  }
  for (const patients of [0, -3, 1.5, NaN]) {
    assertThrows(() => checkPrivacyBudget(budget, patients), RangeError, `protect ${patients} `);
  }
});

Deno.test("stepsLeft() is the largest number of steps within the budget", () => {
  const steps = stepsLeft([], planned, budget);
  const epsilon = (count: number) => epsilonSpent([{ ...planned, steps: count }], budget.delta);
  assert(steps > 0 && steps < planned.steps, String(steps));
  assert(epsilon(steps) <= budget.epsilon);
  assert(epsilon(steps + 1) > budget.epsilon);
});

Deno.test("stepsLeft() is what was planned where that fits, and 0 where nothing does", () => {
  assertEquals(stepsLeft([], { ...planned, steps: 10 }, budget), 10);
  assertEquals(stepsLeft([], { ...planned, steps: 0 }, budget), 0);
  assertEquals(stepsLeft([], { ...planned, noiseMultiplier: 0.2, steps: 5 }, budget), 0);
  assertEquals(stepsLeft([planned], { ...planned, steps: 1 }, budget), 0);
});

Deno.test("a training that is stopped and resumed ends after the same step", () => {
  const steps = stepsLeft([], planned, budget);
  for (const done of [1, 100, steps - 1, steps]) {
    const stored = JSON.stringify(withSteps([], { ...planned, steps: done }));
    const rest = { ...planned, steps: planned.steps - done };
    assertEquals(stepsLeft(JSON.parse(stored), rest, budget), steps - done);
  }
});

Deno.test("stepsLeft() counts steps with other noise and sampling that were taken before", () => {
  const before = [{ samplingRate: 0.1, noiseMultiplier: 2, steps: 50 }];
  const steps = stepsLeft(before, planned, budget);
  assert(steps < stepsLeft([], planned, budget));
  const epsilon = (count: number) =>
    epsilonSpent(withSteps(before, { ...planned, steps: count }), budget.delta);
  assert(epsilon(steps) <= budget.epsilon && epsilon(steps + 1) > budget.epsilon);
});
