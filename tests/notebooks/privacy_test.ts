/** What notebooks/04-privacy.ipynb shows, against what follows by hand. */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { lessonTest, type Notebook, rowOf, said, tableRows } from "./notebook.ts";

/** A figure of a cohort in a table of the report. */
function figureOf(notebook: Notebook, id: string, by: Readonly<Record<string, string>>) {
  const row = rowOf(notebook, id, by);
  const [value, low, high] = [row.value, row.low, row.high].map(Number);
  return {
    value,
    low,
    high,
    text: `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
  };
}

await lessonTest(
  "04-privacy.ipynb",
  async (notebook, t) => {
    await t.step("the memoriser writes one member twice", () => {
      const written = tableRows(notebook, "two").map(({ memoriser }) => memoriser);
      assertEquals(written.length - new Set(written).size, 1);
    });

    await t.step("all records of the memoriser are copies, none of the independent ones", () => {
      assertEquals(tableRows(notebook, "identical").map(({ identical }) => identical), ["5", "0"]);
    });

    await t.step("the copying check gives 0.8 and 0.5, by the ties that the text names", () => {
      const shares = ["closest", "closest-independent"].map((id) =>
        tableRows(notebook, id).map(({ nearer_to_members }) => Number(nearer_to_members))
      );
      assertEquals(shares, [[1, 1, 0.5, 0.5, 1], [0, 1, 0.5, 0.5, 0.5]]);
      const text = said(notebook, "closest-read");
      assert(text.includes("**0.8** for the memoriser and **0.5** for the independent"));
      assert(text.includes("3 are ties"));
      assert(text.includes("would be 0.8, and if none did, 0.2"));
    });

    await t.step("the area is the mean over 25 pairs", () => {
      const pairs = tableRows(notebook, "membership")
        .flatMap(({ member: _, ...others }) => Object.values(others).map(Number));
      assertEquals(pairs.length, 25);
      const area = pairs.reduce((sum, each) => sum + each, 0) / 25;
      assertAlmostEquals(area, (4 * 4.5 + 1) / 25); // four members tie with Hal; Dot beats Ida
      const [memoriser, independent] = tableRows(notebook, "auc");
      assertEquals([memoriser.by_pairs, memoriser.auc], [`${area}`, `${area}`]);
      assertEquals([independent.by_pairs, independent.auc], ["0.52", "0.52"]);
      assertLess(Number(memoriser.low), 0.5, "ten patients prove nothing");
    });

    await t.step("the rate at 1% is 0 for a copier, and four fifths with one mistake", () => {
      const rates = tableRows(notebook, "rate").map(({ memoriser }) => Number(memoriser));
      assertEquals(rates, [0, 0, 0.8, 0.8]);
      assert(said(notebook, "rate-read").includes("published 4 of 5 members"));
    });

    await t.step("eye exams are medicine, HIV is disclosure", () => {
      const rights = tableRows(notebook, "attribute").map((row) =>
        [row.code, row.model, row.right_of_members, row.right_of_others].join(" ")
      );
      assertEquals(rights, [
        "eye exam memoriser 5 5",
        "eye exam independent 4 4",
        "HIV memoriser 5 4",
        "HIV independent 4 4",
      ]);
    });

    await t.step("in the sample the memoriser is caught and independent draws are not", () => {
      const share = (records: string) => figureOf(notebook, "sample-closest", { records });
      const area = (records: string) =>
        figureOf(notebook, "sample-membership", { records, by: "distance" });
      for (const figure of [share, area]) {
        assertGreater(figure("memoriser").low, 0.5);
        assertLess(figure("floor").low, 0.5);
      }
      assertEquals(figureOf(notebook, "evaluate", { records: "memoriser" }).value, 1);
      const passed = tableRows(notebook, "self").map(({ passed }) => passed);
      assertEquals(passed.toSorted(), ["", "", "true", "true", "true", "true"]);
      assert(said(notebook, "self-read").startsWith("4 checks hold, 0 fail, and 2 cannot"));
    });

    await t.step("texts say the figures of HALO, and whether there is an alarm", () => {
      const share = figureOf(notebook, "sample-closest", { records: "synthetic" });
      const alarm = share.low > 0.5 ? "an alarm" : "no alarm";
      assert(said(notebook, "sample-closest-read").startsWith(`${share.text} for HALO: ${alarm}.`));
      const attack = figureOf(notebook, "sample-inference", {
        records: "synthetic",
        figure: "outcome, attack",
      });
      assert(said(notebook, "sample-inference-read").includes(attack.text));
      const text = said(notebook, "sample-membership-read");
      for (const by of ["distance", "likelihood"]) {
        const area = figureOf(notebook, "sample-membership", { records: "synthetic", by });
        assert(text.includes(area.text), by);
        assert(said(notebook, "paper").includes(area.text), by);
      }
      assert(text.includes("not estimable from 80 non-members, at least 1000 are needed"));
      assert(said(notebook, "paper").includes(`found ${alarm}`));
    });

    await t.step("the memoriser gives canaries away, and only those that it learned from", () => {
      const [memoriser, independent] = tableRows(notebook, "canary");
      assertEquals(memoriser.not_in_training, "0");
      assertGreater(Number(memoriser.in_training), 10); // 21 of 30 when written
      assertLess(Number(independent.in_training), 3);
    });
  },
);
