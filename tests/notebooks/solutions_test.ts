/** What the solutions of notebooks 01 to 05 show, against what follows by hand or must hold. */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { rowOf, said, shown, solutionsTest, tableRows } from "./notebook.ts";

/** A number of a table, which may have its interval behind it: "−0.02 (−0.03 to 0.01)". */
const first = (text: string) => Number(text.replace("−", "-").split(" ")[0]);

await solutionsTest("01-first-cohort.ipynb", (notebook) => {
  const kept = said(notebook, "patient-read").match(/keeps epoch (\d+)/g);
  assertEquals(kept?.length, 2); // with ten epochs of patience, and with twenty
  const gains = tableRows(notebook, "larger").map((row) => [row.gain, row.width_128, row.width_64]);
  for (const [gain, wide, narrow] of gains.map((texts) => texts.map(Number))) {
    assertAlmostEquals(gain, wide - narrow, 2e-4); // four digits each
  }
  assertEquals(rowOf(notebook, "diabetes", { label: "diabetes" }).records, "50");
  const defining = rowOf(notebook, "diabetes-codes", {
    description: "Diabetes mellitus type 2 (disorder)",
  });
  assertEquals(defining.real_with_label, "1"); // the label is made of this code
  assertLess(Number(defining.synthetic_with_label), 1);
  const pregnant = rowOf(notebook, "history-if", { description: "Normal pregnancy" });
  assertEquals([pregnant.first_patient_if, pregnant.baby_if], ["1", "1"]);
  assert(said(notebook, "history-read").includes("the first patient is male"));
  const page = said(notebook, "broken");
  for (
    const fault of [
      "1 bad (row 49)",
      "in the future",
      "before the birth",
      "written in several ways",
      "several units",
      "far from their others",
      "events of a code that their visit has already",
      "longest 120",
    ]
  ) assert(page.includes(fault), fault);
  assertEquals(tableRows(notebook, "ninth").map(({ sex, code }) => [sex, code]), [[
    "male",
    "Z34.9",
  ]]);
  const mended = said(notebook, "mended");
  assert(mended.includes("Ready: 60 patients"), mended);
  for (
    const fault of ["bad", "future", "before the birth", "ways", "units", "far from", "longest"]
  ) {
    assert(!mended.includes(fault), fault);
  }
});

await solutionsTest("02-compare-models.ipynb", (notebook) => {
  const pairs = (model: string) =>
    Number(rowOf(notebook, "compared", { model }).same_visit_bigram_r2);
  assertGreater(pairs("memoriser"), pairs("halo"));
  assertGreater(pairs("halo"), pairs("lstm"));
  assertEquals(rowOf(notebook, "compared", { model: "memoriser" }).nll_per_visit, "");
  assertEquals(tableRows(notebook, "copies").map(({ identical }) => identical), ["288"]);
  const [narrow, wide, halo] = tableRows(notebook, "width")
    .map(({ pairs_within_a_visit }) => Number(pairs_within_a_visit));
  assertLess(wide - narrow, (halo - narrow) / 2, "the width makes up for no head");
});

await solutionsTest("03-utility.ipynb", (notebook) => {
  const [training, , better] = tableRows(notebook, "better");
  assertEquals(better.honest_auroc, training.honest_auroc);
  assertEquals(better.log_odds_ratio, "2.12"); // ln(2.5 × 2.5 / (1.5 × 0.5)), as in training
  const jon = (figure: string) => rowOf(notebook, "jon", { figure });
  // Fay and Gil tie with Jon or beat him no more: of 3 ill and 2 healthy, all pairs are right
  assertEquals(jon("honest_from_training").jon_ill, "1");
  assertEquals(jon("leaky_from_synthetic").jon_ill, "1");
  // ln(5.5 × 4.5 / (1.5 × 0.5)): one exposed patient more is ill, one less is healthy
  assertAlmostEquals(Number(jon("log_odds_ratio_of_all_ten").jon_ill), Math.log(33), 1e-3);
  // year 4 has an event of five at risk more: 0.4233 × 4/5
  assertAlmostEquals(Number(jon("healthy_after_five_years").jon_ill), 0.4233 * 0.8, 1e-4);
  const [real] = tableRows(notebook, "before");
  assertGreater(first(real.whole_records), first(real.visits_before));
  assertEquals(tableRows(notebook, "longer").length, 5);
});

await solutionsTest("04-privacy.ipynb", (notebook) => {
  const check = (records: string) => rowOf(notebook, "changed", { records });
  assertEquals([check("copies").identical, check("copies").nearer_to_members], ["5", "0.8"]);
  assertEquals([check("changed").identical, check("changed").nearer_to_members], ["0", "0.5"]);
  assertEquals(check("changed").auc, "0.5");
  const [every] = tableRows(notebook, "every-change");
  assertEquals(every.identical, "0");
  assertLess(Number(every.nearer_to_members), 0.8);
  const [before, after] = tableRows(notebook, "hal");
  assertEquals([before.share_of_cems_copies, before.tpr_at_1_percent], ["0.5", "0"]);
  // five of six members are copied
  assertEquals([after.share_of_cems_copies, after.tpr_at_1_percent], ["1", "0.8333"]);
  const [short, long] = tableRows(notebook, "attacked");
  assertEquals(short.epochs, "15");
  assertEquals(long.epochs, "40");
  assertLess(Number(long.kept_epoch), 40, "the run keeps the best epoch");
  assertEquals(shown(notebook, "release", "text/markdown").match(/^> \d\. /gm)?.length, 5);
});

await solutionsTest("05-values-and-time.ipynb", (notebook) => {
  const cuts = tableRows(notebook, "nine-hundred").map(({ values_in_bins }) => values_in_bins);
  assertEquals(cuts, ["9 1 0 0 1", "3 2 2 2 2", "0 6 1 2 2", "7 1 1 0 2", "2 2 2 2 3"]);
  const wide = rowOf(notebook, "nine-hundred", { cut: "equally wide" });
  // (1282 + 900) / 11; (9 × 162 + 326 + 818) / 11
  assertEquals([wide.mean_of_values, wide.mean_of_draws], ["198.4", "236.5"]);
  const loss = (trained: string, of: string) => Number(rowOf(notebook, "waits", { trained })[of]);
  const [one, many] = ["1 log-normal", "24 log-normals"]
    .map((trained) => loss(trained, "nats_per_wait"));
  assertGreater(one, many + 1);
  const days = (trained: string) => first(rowOf(notebook, "learn", { trained }).days);
  assertGreater(days("24 log-normals"), days("1 log-normal") + 0.1);
  assertLess(
    loss("20 epochs", "nats_per_visit_with_waits"),
    loss("as in the lesson", "nats_per_visit_with_waits"),
  );
});
