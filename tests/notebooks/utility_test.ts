/** What notebooks/03-utility.ipynb shows, against what follows by hand. */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { lessonTest, type Notebook, rowOf, said, tableRows } from "./notebook.ts";

/** A figure in a table of the report, by what its row says. */
function figureOf(notebook: Notebook, id: string, by: Readonly<Record<string, string>>): number {
  return Number(rowOf(notebook, id, by).value);
}

await lessonTest(
  "03-utility.ipynb",
  async (notebook, t) => {
    await t.step(
      "codes of the five synthetic records are about as frequent, kidney disease is third",
      () => {
        const visitsOf = (rows: readonly Record<string, string>[]) =>
          rows.map(({ visits }) => visits);
        const training = visitsOf(
          tableRows(notebook, "ten").filter(({ group }) => group === "training"),
        );
        const counts = (all: readonly string[]) =>
          Map.groupBy(all.flatMap((visits) => visits.split(/, | \| /)), (code) => code);
        const [real, written] = [training, visitsOf(tableRows(notebook, "synthetic"))].map(counts);
        assertEquals(new Set(written.keys()), new Set(real.keys()));
        for (const [code, { length }] of real) {
          assert(Math.abs((written.get(code) ?? []).length - length) <= 1, code);
        }
        for (const visits of visitsOf(tableRows(notebook, "ten"))) {
          const ill = visits.split(" | ").indexOf("kidney disease");
          assert(ill === 2 || ill === -1, visits);
        }
      },
    );

    await t.step("the leaky task is perfect for both, the honest one tells them apart", () => {
      const areas = (id: string) =>
        tableRows(notebook, id).map(({ by_pairs, by_library }) => {
          assertEquals(by_pairs, by_library);
          return Number(by_pairs);
        });
      assertEquals(areas("auroc"), [1, 1]);
      // Fay beats Hal and Ida and ties with Jon; Gil beats all three
      const [training, synthetic] = areas("honest-auroc");
      assertAlmostEquals(training, 5.5 / 6, 1e-4);
      assertEquals(synthetic, 0.5);
      assert(said(notebook, "auroc-read").startsWith("Of 6 pairs, both classifiers get all right"));
      assert(said(notebook, "honest-read").includes("the AUROC is 0.92"));
    });

    await t.step("recall at 2 counts the guesses that the table shows", () => {
      const rows = tableRows(notebook, "next");
      for (const { predictor, from_training } of tableRows(notebook, "recall")) {
        const hits = rows.flatMap((row) =>
          row.next.split(", ").map((code) => Number(row[predictor].split(", ").includes(code)))
        );
        const recall = hits.reduce((sum, each) => sum + each, 0) / hits.length;
        assertAlmostEquals(Number(from_training), recall, 1e-4, predictor);
      }
      const [repeat, , bigram] = tableRows(notebook, "recall");
      assertEquals(repeat.from_training, repeat.from_synthetic);
      assertLess(Number(bigram.from_synthetic), Number(bigram.from_training));
    });

    await t.step("the odds ratio is that of the table, and the synthetic one the opposite", () => {
      const [ten, training, synthetic] = tableRows(notebook, "effect").map((row) =>
        Number(row.log_odds_ratio)
      );
      assertAlmostEquals(ten, Math.log(4.5 * 4.5 / (2.5 * 0.5)), 1e-3);
      assertGreater(training, 0);
      assertLess(synthetic, 0);
      const ends = tableRows(notebook, "effect").map(({ low, high }) => Number(low) * Number(high));
      assert(ends.every((product) => product < 0), "no interval excludes 0");
    });

    await t.step("the survival curve is the product that the text shows", () => {
      const curve = tableRows(notebook, "survival").map(({ healthy }) => Number(healthy));
      const third = 8 / 9 * 5 / 7;
      for (const [i, value] of [1, 8 / 9, third, third, third * 2 / 3].entries()) {
        assertAlmostEquals(curve[i], value, 1e-4);
      }
      assert(said(notebook, "survival-read").includes("0.42 = (1 − 1/9) × (1 − 2/7) × (1 − 1/3)"));
      assert(said(notebook, "survival-read").includes("curve is −0.08"));
    });

    await t.step("fidelity is high", () => {
      for (const kind of ["unigram", "same_visit_bigram"]) {
        assertGreater(figureOf(notebook, "evaluate", { of: kind, records: "synthetic" }), 0.85);
      }
    });

    await t.step("associations are kept; with the label they vary among real patients too", () => {
      const slope = (kind: string, records: string) =>
        figureOf(notebook, "effects", { figure: `${kind}, slope`, records });
      for (const kind of ["codes", "labels"]) {
        assertGreater(slope(kind, "synthetic"), slope(kind, "floor") + 0.2);
      }
      assertLess(slope("labels", "synthetic"), slope("codes", "synthetic"));
      assertLess(slope("labels", "held-out"), slope("codes", "held-out"));
    });

    await t.step("curves of independent draws are further away than HALO's", () => {
      const distance = (records: string) =>
        figureOf(notebook, "sample-survival", { figure: "mean, distance", records });
      assertLess(distance("synthetic"), distance("floor"));
    });

    await t.step("HALO's records teach what follows what, independent draws do not", () => {
      const rows = tableRows(notebook, "sample-next");
      assertEquals(rows.map(({ predictor }) => predictor), [
        "repeat",
        "frequency",
        "bigram",
        "logistic",
      ]);
      const [, , bigram, logistic] = rows.map(({ predictor: _, ...recalls }) =>
        Object.values(recalls).map((text) => Number.parseFloat(text))
      );
      for (const [real, halo, independent] of [bigram, logistic]) {
        assertGreater(halo, independent);
        assertGreater(real, independent);
      }
      assertGreater(logistic[0], bigram[0], "learning leads the bigram");
      for (const text of [rows[2].from_halo, rows[3].from_independent]) {
        assert(said(notebook, "sample-next-read").includes(text), text);
      }
    });

    await t.step("a classifier learns the label better from real records than from HALO's", () => {
      const areas = new Map(
        tableRows(notebook, "classifiers").map(({ learned_from, auroc }) => [learned_from, auroc]),
      );
      const area = (learned: string) => Number.parseFloat(areas.get(learned) ?? "");
      assertGreater(area("real"), area("HALO")); // 0.81 and 0.60 when written
      const difference = areas.get("HALO minus real") ?? "";
      const isBehind = /to −/.test(difference);
      const text = said(notebook, "classifiers-read");
      assert(text.includes(difference));
      assertEquals(text.includes("is more than sampling variation"), isBehind, difference);
    });
  },
);
