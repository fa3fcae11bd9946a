/** What notebooks/05-values-and-time.ipynb shows, against what follows by hand. */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { splitOf, syntheaLabsSample, trimmed } from "ehrloom";
import { lessonTest, rowOf, said, shown, tableRows } from "./notebook.ts";

/** A figure with its interval, from a text such as "−0.02 (−0.03 to 0.01)". */
function estimateIn(text: string) {
  const [value, low, high] = text.replaceAll("−", "-").match(/-?[\d.]+/g)?.map(Number) ?? [];
  return { value, low, high };
}

/** The numbers of a text, in order. */
function numbersIn(text: string): number[] {
  return Array.from(text.replaceAll("−", "-").matchAll(/-?\d+(?:\.\d+)?/g), Number);
}

const middle = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

await lessonTest(
  "05-values-and-time.ipynb",
  async (notebook, t) => {
    const kind = (bins: string) => rowOf(notebook, "kinds", { bins });

    await t.step("ten values are in the bins that follow by hand", () => {
      const rows = tableRows(notebook, "ten");
      assertEquals(rows.length, 10);
      assertEquals(rows[7], {
        value: "130",
        equally_wide: "128 to 176",
        equally_full: "100 to 130",
        clinical: "126 to 200",
      });
      const counted = tableRows(notebook, "ten-counts").map((row) => [
        row.values_in_bins,
        row.mean_of_values,
        row.mean_of_draws,
      ]);
      assertEquals(counted, [
        ["7 1 1 0 1", "128.2", "137.6"], // (7 × 104 + 152 + 200 + 296) / 10
        ["2 2 2 2 2", "128.2", "121.2"], // (82 + 88 + 96 + 115 + 225) / 5
        ["0 6 1 2 1", "128.2", "134.9"], // (6 × 85 + 113 + 2 × 163 + 400) / 10
      ]);
      assert(said(notebook, "ten-read").includes("so that 7 of 10 values share the first"));
    });

    await t.step("twenty bins follow the curve, and what bins lose is as the text says", () => {
      const [wide5, full5, wide20, clinical] = tableRows(notebook, "distance")
        .map((row) => Number(row.distance));
      assertLess(3 * wide20, wide5); // 0.014 and 0.051 when written
      assertLess(wide5, clinical);
      assertLess(wide5, full5);
      assert(said(notebook, "distance-read").includes(`ranges ${clinical.toFixed(2)}:`));
      assertEquals(shown(notebook, "pressure", "image/svg+xml").match(/bins<\/text>/g)?.length, 3);
    });

    await t.step("the mean time between visits is that of the sample", async () => {
      const real = splitOf(trimmed(await syntheaLabsSample(), { minCount: 20 }), "train");
      const later = [...real.gapDays.keys()].filter((visit) => !real.visitOffsets.includes(visit));
      const mean = later.reduce((sum, visit) => sum + real.gapDays[visit], 0) / later.length;
      const row = rowOf(notebook, "judge", { records: "synthetic" });
      assertAlmostEquals(Number(row.training_mean), mean, 0.1);
      assert(Number(row.low) < 0 && Number(row.high) > 0); // 292.5 days for 273.3 when written
      const heldOut = rowOf(notebook, "judge", { records: "held-out" });
      assertGreater(Number(heldOut.high), 0);
      const text = said(notebook, "judge-read");
      assert(text.startsWith(`**${mean.toFixed(2)} days real, `));
      assert(text.includes("days, which may be sampling variation. For the 20 held-out"));
    });

    await t.step("the loss is lowest at the last epoch, so longer training would lower it", () => {
      assert(said(notebook, "train-read").includes("is at epoch 10 of 10, so longer"));
    });

    await t.step("the mean pressure and the share of the commonest wait are close", () => {
      const means = /is ([\d.]+) in training records and ([\d.]+) in synthetic ones/;
      const [real, synthetic] = said(notebook, "values-read").match(means)?.slice(1) ?? [];
      assertAlmostEquals(Number(synthetic), Number(real), 3); // 1.9 when written
      const [share, , days, written] = numbersIn(said(notebook, "days-read"));
      assertEquals([share, days], [38, 371]);
      assertGreater(written, 0.75 * share); // 33% when written
    });

    await t.step("quantiles within bins lose no more than even draws, and HALO loses most", () => {
      const rows = tableRows(notebook, "even").map(({ description, ...row }) => ({
        description,
        evenly: Number(row.evenly),
        lying: Number(row.as_they_lie),
      }));
      assert(rows.every(({ evenly, lying }) => lying <= evenly + 0.01));
      const heart = rows.find(({ description }) => description.startsWith("Heart rate"));
      assertLess(1.5 * (heart?.lying ?? NaN), heart?.evenly ?? NaN);
      const [, evenly, lying, halo] = numbersIn(said(notebook, "even-read"));
      assert(lying <= evenly && evenly < halo);
      assertLess(middle(rows.map((row) => row.lying)), halo);
    });

    await t.step(
      "bins by themselves are far off; numbers and kinds of bins hardly differ, even days do",
      () => {
        const codes = (bins: string) => estimateIn(kind(bins).codes);
        const values = (bins: string) => estimateIn(kind(bins).values);
        const days = (bins: string) => estimateIn(kind(bins).days);
        const [lying, evenly, alone] = [
          "10 equally wide",
          "10 equally wide, drawn evenly",
          "10 equally wide, each by itself",
        ];
        assertLess(codes(alone).high, codes(lying).low);
        assertLess(days(alone).value, days(lying).low);
        const agree = (a: typeof figures, b: typeof figures) => a.low < b.high && b.low < a.high;
        const figures = codes("5 equally wide");
        for (const bins of ["20 equally wide", "5 equally full"]) {
          assert(agree(figures, codes(bins)) && agree(values("5 equally wide"), values(bins)));
        }
        assert(agree(values(lying), values(evenly)));
        assertLess(days(evenly).high, days(lying).low);
      },
    );

    await t.step(
      "the next visit is predicted worse by all, hardly better than from the floor",
      () => {
        const floor = estimateIn(kind("independent draws").next_visit);
        const own = tableRows(notebook, "kinds").filter(({ bins }) => bins.includes("equally"));
        assertEquals(own.length, 7);
        for (const { next_visit } of own) {
          const { value, high } = estimateIn(next_visit);
          assertLess(high, 0);
          assertLess(value, floor.high);
        }
      },
    );

    await t.step("waits without bins are about as close, at about the same likelihood", () => {
      const waits = estimateIn(kind("10 equally wide, waits without bins").days);
      assertGreater(waits.high, estimateIn(kind("10 equally wide").days).low);
      const [binned, logNormal] = tableRows(notebook, "likelihood");
      assert(Number(binned.low) < Number(logNormal.high));
      assert(Number(logNormal.low) < Number(binned.high));
      for (const { minus_training } of [binned, logNormal]) {
        const { low, high } = estimateIn(minus_training);
        assert(low < 0 && high > 0);
      }
      const [wait, otherWait, visit, otherVisit] = numbersIn(said(notebook, "likelihood-read"));
      assertAlmostEquals(wait, Number(binned.nats_per_wait), 0.006);
      assertAlmostEquals(otherWait, Number(logNormal.nats_per_wait), 0.006);
      assertAlmostEquals(visit, Number(binned.nats_per_visit_with_waits), 0.02);
      assertAlmostEquals(otherVisit, Number(logNormal.nats_per_visit_with_waits), 0.02);
    });
  },
);
