/** What notebooks/08-private-training-and-audits.ipynb and its solutions show, against what must hold. */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { oneRunAudit } from "ehrloom";
import { lessonTest, type Notebook, rowOf, solutionsTest, tableRows } from "./notebook.ts";

const name = "08-private-training-and-audits.ipynb";

/** Numbers of a column. */
function column(notebook: Notebook, id: string, figure: string): number[] {
  return tableRows(notebook, id).map((row) => Number(row[figure].replaceAll(",", "")));
}

await lessonTest(
  name,
  async (notebook, t) => {
    await t.step("errors of the study are those of theory", () => {
      for (const { epsilon, error_100_patients } of tableRows(notebook, "answers")) {
        const honest = 1 / (1 + Math.exp(-Number(epsilon)));
        const yes = 0.3 * honest + 0.7 * (1 - honest);
        const theory = Math.sqrt(yes * (1 - yes) / 100) / (2 * honest - 1);
        // a deviation of 200 draws is off by 5%
        assertAlmostEquals(Number(error_100_patients), theory, 0.25 * theory);
      }
    });

    await t.step("no clipped gradient moves the sum by more than the bound", () => {
      assert(column(notebook, "clip", "clipped_sum_moves_by").every((moved) => moved <= 1 + 1e-9));
      assertGreater(Math.max(...column(notebook, "clip", "sum_moves_by")), 8);
    });

    await t.step("guesses are as often right as two normal distributions allow", () => {
      const right = column(notebook, "noise", "right_guesses");
      // Φ(1 / (2 · 1)) and Φ(1 / (2 · 8)); 10,000 guesses have a deviation of 0.005
      assertAlmostEquals(right[1], 0.6915, 0.02);
      assertAlmostEquals(right[4], 0.5249, 0.02);
      const epsilons = column(notebook, "noise", "epsilon");
      assertEquals(epsilons, epsilons.toSorted((a, b) => b - a));
    });

    await t.step("the private run spends no more than it may, and predicts worse", () => {
      const spent = column(notebook, "train", "epsilon_spent");
      assertEquals(spent, spent.toSorted((a, b) => a - b));
      assertLess(spent.at(-1) ?? NaN, 4 + 1e-9);
      assertGreater(spent.at(-1) ?? NaN, 3.9);
      const [plain, priv] = ["plain", "private"].map((run) => column(notebook, "train", run));
      assertLess(Math.min(...plain) + 0.2, priv.at(-1) ?? NaN); // 0.5 when written
      assertLess(priv.at(-1) ?? NaN, priv[0]);
    });

    await t.step("the plain run follows pairs better", () => {
      const [, priv, plain] = column(notebook, "judge", "pairs_in_a_visit");
      assertLess(priv, plain);
    });

    await t.step("membership of usual patients shows neither run", () => {
      for (const { low } of tableRows(notebook, "membership")) assertLess(Number(low), 0.5);
    });

    await t.step("canaries give the plain run away, and the private one keeps its promise", () => {
      const [plain, priv] = ["plain", "private"].map((run) => rowOf(notebook, "audit", { run }));
      assertGreater(Number(plain.epsilon_at_least), 1.5); // 2.8, all guesses right, when written
      assertLess(Number(priv.epsilon_at_least), 1.5); // 0.1 when written
      assertEquals(priv.epsilon_at_most, "4");
      const { canaries, guesses, right } = Object.fromEntries(
        Object.entries(plain).map(([key, value]) => [key, Number(value)]),
      );
      // by the tail of the table, with δ = 0, the same bound
      const tails = tableRows(notebook, "tail");
      const bound = oneRunAudit({ canaries, guesses, right });
      for (const { epsilon, at_least_as_many_right } of tails) {
        assertEquals(Number(at_least_as_many_right) <= 0.05, Number(epsilon) <= bound, epsilon);
      }
    });

    await t.step("noise that is left out is found", () => {
      const [broken] = tableRows(notebook, "broken");
      assertGreater(Number(broken.epsilon_at_least), Number(broken.claimed));
    });
  },
);

await solutionsTest(
  name,
  (notebook) => {
    const [least, twice] = column(notebook, "coin", "patients_for_one_point");
    assertAlmostEquals(least / twice, 25, 2); // ε of 0.1 and 0.5
    const cosines = column(notebook, "clip", "cosine");
    assertAlmostEquals(cosines[2], 1, 1e-9);
    assertLess(Math.max(cosines[0], cosines[1]), 0.5);
    const noise = column(notebook, "batch", "noise_of_mean");
    assertEquals(noise, noise.toSorted((a, b) => b - a));
    for (const { epsilon, canaries } of tableRows(notebook, "canaries")) {
      const most = (count: number) =>
        oneRunAudit({ canaries: count, guesses: count / 2, right: count / 2 });
      const count = Number(canaries.replaceAll(",", ""));
      assert(most(count) >= Number(epsilon) && most(count - 2) < Number(epsilon));
    }
    const losses = column(notebook, "other", "validation_loss");
    assertLess(losses[1], losses[0]);
    for (const { epsilon, epsilon_at_least } of tableRows(notebook, "other")) {
      assertLess(Number(epsilon_at_least), Number(epsilon));
    }
  },
);
