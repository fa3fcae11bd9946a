/** What notebooks/06-halo-from-the-inside.ipynb and its solutions show, against what must hold. */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { lessonTest, type Notebook, rowOf, said, solutionsTest, tableRows } from "./notebook.ts";

const codes = [
  "clinic",
  "emergency",
  "hypertension",
  "ACE inhibitor",
  "diabetes",
  "metformin",
  "fracture",
  "x-ray",
];

const number = (text: string) => Number(text.replace("−", "-").replace(" ●", ""));

/** The figures of a table with the columns of a name and a number. */
function figures(notebook: Notebook, id: string, name: string, figure: string) {
  return new Map(tableRows(notebook, id).map((row) => [row[name], Number(row[figure])]));
}

await lessonTest(
  "06-halo-from-the-inside.ipynb",
  async (notebook, t) => {
    await t.step("the matrix begins with start and labels and ends with end", () => {
      const rows = tableRows(notebook, "rows");
      const on = rows.map(({ row: _, ...cells }) =>
        Object.keys(cells).filter((name) => cells[name] === "1")
      );
      assertEquals(on.slice(0, 2), [["start"], ["diabetic"]]);
      assertEquals(on.map((names) => names.includes("end")).indexOf(true), rows.length - 1);
      assertEquals(
        on.slice(2).map((names) => names.filter((name) => name !== "end").join(", ")),
        tableRows(notebook, "simulate").map((row) => row.codes),
      );
    });

    await t.step("attention looks at no later row, and its shares sum to 1", () => {
      for (
        const [i, { "row that looks": _, ...shares }] of tableRows(notebook, "attention").entries()
      ) {
        const texts = Object.values(shares);
        assert(texts.every((text, j) => (text === "") === (j > i)));
        const total = texts.reduce((sum, text) => sum + Number(text), 0);
        assertAlmostEquals(total, 1, 0.05); // two significant digits each
      }
    });

    await t.step("the rebuilt model gives the library's probabilities and test loss", () => {
      for (const row of tableRows(notebook, "head")) {
        // the table has four digits; the text says the largest difference
        assertAlmostEquals(Number(row.rebuilt) / Number(row.of_the_library), 1, 2e-3);
      }
      const gap = said(notebook, "head-read").match(/differ by at most ([\de.-]+),/);
      assertLess(Number(gap?.[1]), 1e-6);
      const loss = figures(notebook, "test", "model", "test_loss");
      assertEquals(loss.get("HALO, rebuilt here"), loss.get("HALO, by the library"));
      const [truth, halo, independent] = ["the truth", "HALO, rebuilt here", "independent codes"]
        .map((model) => loss.get(model) ?? NaN);
      assertLess(truth, halo);
      assertLess(halo - truth, 0.1 * (independent - truth));
    });

    await t.step("who sees whom is a triangle", () => {
      const rows = tableRows(notebook, "triangle");
      for (const [c, row] of rows.entries()) {
        assertEquals(row["logit of"], codes[c]);
        for (const later of codes.slice(c)) assertEquals(row[later], "");
      }
      assert(said(notebook, "triangle-read").includes("is exactly 0."));
      assertGreater(number(rows[7].fracture), 1); // 2.2 in truth
      assertGreater(number(rows[2]["hypertension before"]), 2); // 3.5 in truth
      assertGreater(number(rows[4]["label diabetic"]), 4); // 5.3 in truth
    });

    await t.step("the losses of cells sum to the patient's", () => {
      const cells = tableRows(notebook, "loss").flatMap(({ row: _, ...costs }) =>
        Object.values(costs).map(number)
      );
      const total = cells.reduce((sum, cost) => sum + cost, 0);
      const patient = said(notebook, "loss-read").match(/together cost ([\d.]+) nats/);
      assertAlmostEquals(total, Number(patient?.[1]), 0.005 * cells.length);
    });

    await t.step("the fixed point is what one code after another writes", () => {
      const written = tableRows(notebook, "draw").map(({ is_written }) => is_written === "true");
      for (const { probability, uniform, is_written } of tableRows(notebook, "draw")) {
        assertEquals(is_written, String(Number(uniform) < Number(probability)));
      }
      const passes = tableRows(notebook, "fixed");
      const on = passes.map((row) => codes.map((code) => row[code].endsWith("●")));
      assertEquals(on.at(-1), written);
      assertEquals(on.at(-2), written); // nothing changes in the last pass
      assertEquals(passes.length, 4);
      // after k passes at least the first k codes are final
      for (const [k, row] of on.entries()) {
        assertEquals(row.slice(0, k + 1), written.slice(0, k + 1));
      }
      const [many] = tableRows(notebook, "many");
      assertEquals([many.draws, many.same_visit], ["10000", "10000"]);
      assertLess(Number(many.most_passes), codes.length + 2);
    });

    await t.step("10,000 draws are as far from the 256 probabilities as by chance", () => {
      const distance = figures(notebook, "distance", "draws", "distance");
      const byChance = distance.get("from the table: mean of 200") ?? NaN;
      for (const draws of ["one after another", "fixed point", "generate()"]) {
        assertAlmostEquals(distance.get(draws) ?? NaN, byChance, 0.5 * byChance);
      }
      assertEquals(distance.get("one after another"), distance.get("fixed point"));
      assert(said(notebook, "distance-read").startsWith("The 256 probabilities sum to 1.000000."));
    });

    await t.step("the truth excludes a quarter of all visits, and HALO nearly", () => {
      const text = said(notebook, "model-read");
      assert(text.includes("has the 64 visits that cannot be"));
      const share = text.match(/HALO gives them ([\d.]+)% together/);
      assertLess(Number(share?.[1]), 2);
    });
  },
);

await solutionsTest(
  "06-halo-from-the-inside.ipynb",
  (notebook) => {
    const usual = rowOf(notebook, "reversed", { order: "usual" });
    assertEquals(usual.xray_on_fracture, "0"); // fracture stands before x-ray
    assertEquals(rowOf(notebook, "reversed", { order: "reversed" }).fracture_on_xray, "0");
    assertEquals(tableRows(notebook, "dead").length, 7);
    assert(said(notebook, "passes-read").startsWith("It takes 9 passes."));
    const [all, few] = tableRows(notebook, "few").map(({ test_loss }) => Number(test_loss));
    assertLess(all, few);
  },
);
