// Nothing that leaves the owner of the data names what fewer than N patients have.
import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Cohort,
  cohortOf,
  compare,
  evaluate,
  pairedProbabilities,
  readRun,
  splitOf,
  train,
  useBackend,
  vocabulary,
  writeReport,
} from "ehrloom";
import { unpackPoints } from "ehrloom/plot/report/page_script/points.ts";
import { join } from "node:path";
import { runOf } from "./evaluate/run_of.ts";
import { inFolder } from "./folder.ts";

await useBackend("cpu");

const names = ["everybody", "left", "right", "ten-have-it", "nine-have-it", "one-has-it"];
const labs = ["lab-of-ten", "lab-of-nine"];
const labels = ["label-of-ten", "label-of-three", "label-that-nine-lack"];
const [everybody, left, right, ofTen, ofNine, ofOne, labOfTen, labOfNine] = names.concat(labs)
  .keys();

/**
 * 60 training, 10 validation and 40 test patients; what is rare is as rare among the training
 * patients as its name says. One patient has left and right in one visit.
 */
const real = cohortOf(
  vocabulary([...names, ...labs]),
  labels,
  Array.from({ length: 110 }, (_, i) => {
    const first = [
      everybody,
      ...i < 20 ? [left] : [],
      ...i === 0 || i >= 20 && i < 40 ? [right] : [],
      ...i < 10 ? [ofTen] : [],
      ...i < 9 ? [ofNine] : [],
      ...i === 3 ? [ofOne] : [],
      ...i < 10 ? [labOfTen] : [],
      ...i < 9 ? [labOfNine] : [],
    ];
    return {
      visits: [first, [everybody]],
      values: [first.map((code) => code >= labOfTen ? 100 + 7 * i : NaN), [NaN]],
      gapDays: [0, 30],
      labels: [Number(i < 10 || i >= 100), Number(i < 3), Number(i >= 9)],
      split: i < 60 ? 0 : i < 70 ? 1 : 2,
    };
  }),
);
const training = splitOf(real, "train");
/** Like the training records, so that the pages list what they may. */
const synthetic: Cohort = { ...training, splits: null };

/** Names of what fewer than ten training patients have. */
const rare = [
  "nine-have-it",
  "one-has-it",
  "lab-of-nine",
  "label-of-three",
  "label-that-nine-lack",
];
const common = ["everybody", "ten-have-it", "lab-of-ten", "label-of-ten"];

/** The texts of the files below a folder, by their paths, but for the given ones. */
function textsBelow(folder: string, but: RegExp): Map<string, string> {
  return new Map(
    [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
      const path = join(folder, name);
      if (but.test(path)) return [];
      return isDirectory ? [...textsBelow(path, but)] : [[path, Deno.readTextFileSync(path)]];
    }),
  );
}

/** Of names, those that a text has. */
const namedIn = (text: string, names: readonly string[]) =>
  names.filter((name) => text.includes(name));

/** The pairs within visits that a page carries, by the names of their codes. */
async function pairsIn(html: string): Promise<string[]> {
  const [, json] = html.match(/id="page-points">(.*?)<\/script>/s) ?? [];
  const { codes, scatters } = JSON.parse(json);
  const { first, second } = await unpackPoints(scatters[1]);
  return Array.from(first, (code, i) => `${codes[code]} ${codes[second?.[i] ?? 0]}`).sort();
}

async function reportIn(folder: string, minCell?: number) {
  const report = await evaluate(real, synthetic, { quick: true, resamples: 10, minCell });
  await writeReport(folder, report, { real: training, synthetic });
  const texts = textsBelow(folder, /^$/);
  return { report, texts, html: texts.get(join(folder, "report.html")) ?? "" };
}

Deno.test("a report names nothing that nine patients have, and all that ten have", () =>
  inFolder(async (folder) => {
    const { report, texts, html } = await reportIn(join(folder, "report"));
    for (const [path, text] of texts) assertEquals(namedIn(text, rare), [], path);
    assertEquals(namedIn(html, common), common);
    assertEquals(await pairsIn(html), [
      "everybody lab-of-ten",
      "everybody left",
      "everybody right",
      "everybody ten-have-it",
      "left lab-of-ten",
      "left ten-have-it",
      "ten-have-it lab-of-ten",
    ]);
    assertStringIncludes(html, "3 codes that fewer than 10 real patients have are not named");
    assertEquals(html.includes("holds counts of single patients"), false);
    const { label_prevalence, values, unigram, ceiling } = report.fidelity ?? {};
    assertEquals(label_prevalence?.rare_labels, 2);
    assertEquals(values?.rare_codes, 1);
    assertEquals(unigram?.keys, 8); // R² is over all of them
    // ten of the held-out patients have the first label, and none has the others
    assertEquals(ceiling?.label_prevalence.labels.map(({ label }) => label), ["label-of-ten"]);
    assertEquals(report.about.min_cell, 10);
  }));

Deno.test("a report with min-cell 1 names all, under a banner", () =>
  inFolder(async (folder) => {
    for (const minCell of [0, 1]) {
      const { report, html } = await reportIn(join(folder, `${minCell}`), minCell);
      assertEquals(namedIn(html, rare), rare);
      assertEquals((await pairsIn(html)).includes("left right"), true);
      assertStringIncludes(html, "For use inside the owner of the data");
      assertEquals(report.fidelity?.label_prevalence.rare_labels, undefined);
    }
  }));

Deno.test("a comparison and its models' configs name nothing that nine patients have", () =>
  inFolder(async (folder) => {
    const models = ["markov", {
      name: "synehrgy",
      settings: { width: 8, layers: 1, heads: 2 },
    }];
    const options = { models, resamples: 3, epochs: 1 };
    await compare(real, join(folder, "hidden"), options);
    // a run's vocabulary has names of codes without counts; synthetic records are not counts
    const others = /vocabulary\.json$|\.parquet$|\.safetensors$/;
    const texts = textsBelow(join(folder, "hidden"), others);
    for (const [path, text] of texts) assertEquals(namedIn(text, rare), [], path);
    const config = texts.get(join(folder, "hidden", "models", "synehrgy", "run", "config.json"));
    const { schema, coverage } = JSON.parse(config ?? "");
    assertEquals(schema.series.map(({ code }: { code: number }) => code), [labOfTen]);
    assertEquals(schema.series[0].edges, [131.5, 131.5]); // ten patients share nothing but a median
    assertEquals(coverage.rareCodes, 1);
    await compare(real, join(folder, "shown"), { ...options, models: ["markov"], minCell: 1 });
    const shown = textsBelow(join(folder, "shown"), others);
    const page = shown.get(join(folder, "shown", "comparison.html")) ?? "";
    assertStringIncludes(page, "For use inside the owner of the data");
    const judgement = shown.get(join(folder, "shown", "models", "markov", "judgement.json")) ?? "";
    assertEquals(namedIn(judgement, labels), labels);
  }));

Deno.test("a run from before --min-cell counts as one that hides nothing", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    await train(real, path, { model: "markov" });
    const file = join(path, "config.json");
    const { training: { minCell, ...training }, ...config } = JSON.parse(
      await Deno.readTextFile(file),
    );
    assertEquals(minCell, 10);
    await Deno.writeTextFile(file, JSON.stringify({ ...config, training }));
    assertEquals((await readRun(path)).runConfig.training.minCell, 1);
  }));

Deno.test("a report holds a run's bins only if they end at as many patients", async () => {
  const schema = {
    series: [],
    ages: [],
    sexes: 0,
    betweenRows: [],
    betweenStays: [],
    startDays: [],
  };
  const isHeld = async (trained: number, published: boolean, minCell: number) => {
    const { runConfig, ...run } = runOf(real, { config: { published } });
    const training = { ...runConfig.training, minCell: trained };
    const config = { ...runConfig, schema, training };
    const how = { only: ["fidelity.gap_days"], resamples: 0, minCell };
    const { about } = await evaluate(real, synthetic, {
      quick: true,
      ...how,
      run: { ...run, runConfig: config },
    });
    return about.run?.schema !== undefined;
  };
  assertEquals(await isHeld(10, false, 10), true);
  assertEquals(await isHeld(9, false, 10), false);
  assertEquals(await isHeld(10, true, 10), false); // the published form ends at extremes
  assertEquals(await isHeld(1, true, 1), true);
});

Deno.test("pairedProbabilities() puts rare keys together, with means of N patients at least", () => {
  const { rare, first } = pairedProbabilities(training, synthetic, "unigram", { minCell: 10 });
  assertEquals([...first], [everybody, left, right, ofTen, labOfTen]);
  // nine, one and nine visits of 120; nine patients have any of these codes
  assertEquals(rare, { minCell: 10, keys: 3, real: null, synthetic: 19 / 3 / 120 });
  const eleven = pairedProbabilities(training, synthetic, "unigram", { minCell: 11 }).rare;
  assertEquals([eleven?.keys, eleven?.real], [5, null]); // ten patients have one of them
  const more = pairedProbabilities(training, synthetic, "unigram", { minCell: 22 }).rare;
  assertEquals(more?.keys, 7);
  assertAlmostEquals(more?.real ?? NaN, 80 / 7 / 120); // forty patients have left or right
});
