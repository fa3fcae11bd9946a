// A measure that is added to a list is everywhere, and folders from before it was there go on.
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  compare,
  type ComparedRatio,
  differenceFrame,
  evaluate,
  fidelityMeasures,
  privacyMeasures,
  ratio,
  splitOf,
  type ThoroughMeasure,
  useBackend,
} from "ehrloom";
import { readJudgement } from "ehrloom/compare/read_comparison.ts";
import { object, whole } from "ehrloom/files/checked_json.ts";
import { reportHtml } from "ehrloom/plot/report/report.ts";
import { parseHTML } from "linkedom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { smallCohort } from "../plot/fixture.ts";
import { tinyCohort } from "../tiny.ts";

await useBackend("cpu");

const toy = ratio({
  key: "single_visits",
  question: "How many records have a single visit?",
  sums: (
    { visitOffsets },
    record,
  ) => [1, Number(visitOffsets[record + 1] - visitOffsets[record] === 1)],
  figure: ([records, single]) => single / records,
});

/** Calls `test` while the toy measure is the last in the list of fidelity. */
async function withToy(test: () => Promise<void>): Promise<void> {
  Array.prototype.push.call(fidelityMeasures, toy); // at run time the list may grow
  try {
    await test();
  } finally {
    Array.prototype.pop.call(fidelityMeasures);
  }
}

/** The toy measure's figures, which the types do not know. */
function toyIn(figures: object | undefined): ComparedRatio | undefined {
  const entries: [string, ComparedRatio][] = Object.entries(figures ?? {});
  return new Map(entries).get(toy.key);
}

/** Share of records with a single visit. */
function share({ visitOffsets, recordCount }: ReturnType<typeof smallCohort>): number {
  const single = visitOffsets.filter((end, i) => i > 0 && end - visitOffsets[i - 1] === 1);
  return single.length / recordCount;
}

Deno.test("a measure in the list is in the report, with ceiling and floor, and under `only`", () =>
  withToy(async () => {
    const [real, synthetic] = [smallCohort(1), smallCohort(2)];
    const how = { quick: true, seed: 1, resamples: 20 };
    const report = await evaluate(real, synthetic, how);
    const own = toyIn(report.fidelity);
    assertAlmostEquals(own?.synthetic.value ?? NaN, share(synthetic), 1e-12);
    assertAlmostEquals(own?.real.value ?? NaN, share(splitOf(real, "train")), 1e-12);
    const ceiling = toyIn(report.fidelity?.ceiling);
    assertAlmostEquals(ceiling?.synthetic.value ?? NaN, share(splitOf(real, "test")), 1e-12);
    assert(toyIn(report.fidelity?.floor) !== undefined);

    const only = await evaluate(real, synthetic, { ...how, only: ["fidelity.single_visits"] });
    assertEquals(toyIn(only.fidelity), own);
    const scale = ["ceiling", "floor", "memoriser", "records_without_visits"];
    assertEquals(Object.keys(only.fidelity ?? {}), ["single_visits", ...scale]);
  }));

Deno.test("a measure in the list has a section with its question and all its figures", () =>
  withToy(async () => {
    const [real, synthetic] = [smallCohort(1), smallCohort(2)];
    const sources = { real: splitOf(real, "train"), synthetic };
    const how = { seed: 1, resamples: 20, only: ["fidelity.single_visits"] };
    const report = await evaluate(real, synthetic, how);
    const { document } = parseHTML(reportHtml(report, sources));
    const headings = [...document.querySelectorAll("main h2:not(#contents)")].map((
      { textContent },
    ) => textContent);
    const always = ["How this report was made", "How to cite, and methods in two sentences"];
    assertEquals(headings, [toy.question, ...always]); // nothing that was not asked
    const rows = [...document.querySelectorAll("#single_visits ~ * tr")].map((row) =>
      [...row.querySelectorAll("th, td")].map(({ textContent }) => textContent)
    );
    const { fidelity } = report;
    const scale = [fidelity, fidelity?.ceiling, fidelity?.floor, fidelity?.memoriser].map(toyIn);
    const text = (figures: ComparedRatio | undefined) => {
      const { value = NaN, low = NaN, high = NaN } = figures?.synthetic ?? {};
      const [a, b, c] = [value, low, high].map((each) => String(Number(each.toPrecision(4))));
      return `${a} ${b} to ${c}`;
    };
    const names = ["Figure", "Training records", "These records", "Difference"];
    assertEquals(rows.map(([name]) => name), names);
    assertEquals(rows[2], ["These records", ...scale.map(text)]);
  }));

Deno.test("a measure in the list has paired differences between models", () =>
  inFolder((folder) =>
    withToy(async () => {
      const { comparison } = await compare(tinyCohort(60), join(folder, "out"), {
        models: ["markov", "independent"],
        resamples: 20,
      });
      const [first, second] = comparison.models.map(({ fidelity }) => toyIn(fidelity));
      const difference = comparison.differences[0].figures["single_visits.synthetic"];
      assertAlmostEquals(
        difference.value,
        (second?.synthetic.value ?? NaN) - (first?.synthetic.value ?? NaN),
        1e-12,
      );
      assert(difference.low < difference.high);
      const names = differenceFrame(comparison).getColumn("figure").toArray();
      assert(names.includes("single_visits_synthetic"));
      const figures = ["single_visits_synthetic", "unigram_r2"];
      const chosen = differenceFrame(comparison, { figures }).getColumn("figure").toArray();
      assertEquals(chosen, ["unigram_r2", "single_visits_synthetic"]);
      assert(toyIn(comparison.ceiling) !== undefined);
    })
  ));

/** The JSON of a file, changed. */
async function change(path: string, by: (json: Record<string, unknown>) => unknown): Promise<void> {
  const json = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify(by(json)));
}

const judgement = "models/markov/judgement.json";
const options = { models: ["markov", "independent"], resamples: 6 };

Deno.test("compare() continues a folder from before a measure was there, and completes it", () =>
  inFolder(async (folder) => {
    const [old, whole] = [join(folder, "old"), join(folder, "whole")];
    const source = tinyCohort(60);
    const before = await compare(source, old, options);
    await withToy(async () => {
      const expected = await compare(source, whole, options);
      const found = await compare(source, old, options);
      const toys = ({ comparison }: typeof found) =>
        [comparison.ceiling, ...comparison.models.map(({ fidelity }) => fidelity)].map(toyIn);
      assertEquals(toys(found), toys(expected));
      assertEquals(found.comparison.differences, expected.comparison.differences);
      assertEquals(
        found.comparison.models[0].training_seconds,
        before.comparison.models[0].training_seconds, // it was not trained again
      );
      const kept = await readJudgement(join(old, judgement), "markov", 6);
      assertEquals(toyIn(kept?.fidelity), toys(expected)[1]);
    });
  }));

Deno.test("compare() reads judgements that name three resampled figures, as the first ones did", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const source = tinyCohort(60);
    const { comparison } = await compare(source, out, options);
    for (const model of options.models) {
      await change(join(out, "models", model, "judgement.json"), ({ resampled, ...rest }) => {
        const { figures, nll } = resampled as {
          figures: Record<string, number[]>;
          nll: number[] | null;
        };
        const kinds = ["unigram", "same_visit_bigram", "sequential_bigram"];
        const r2 = Object.fromEntries(kinds.map((kind) => [kind, figures[`${kind}.r2`]]));
        return { ...rest, resampled: { r2, nll } };
      });
    }
    const text = await Deno.readTextFile(join(out, judgement));
    const again = await compare(source, out, options);
    assertEquals(again.comparison.models, comparison.models);
    const [{ r2, nll_per_visit, figures }] = again.comparison.differences;
    assertEquals(r2, comparison.differences[0].r2);
    assertEquals(nll_per_visit, comparison.differences[0].nll_per_visit);
    assertEquals(Object.keys(figures), [
      "unigram.r2",
      "same_visit_bigram.r2",
      "sequential_bigram.r2",
    ]);
    assertEquals(await Deno.readTextFile(join(out, judgement)), text); // it is kept as it is
  }));

/** Says for each cohort how many records it has, and takes long. */
const slow: ThoroughMeasure<"records_there", { records: number }> = {
  key: "records_there",
  question: "How many records are there?",
  effort: "thorough",
  schema: object({ records: whole(0) }),
  ask: ({ others, resamples }) =>
    Promise.resolve(others.map(({ cohort: { recordCount } }) => ({
      figures: { records: recordCount },
      resampled: { records: new Float64Array(resamples + 1).fill(recordCount) },
    }))),
};

Deno.test("compare() asks thorough measures that are named, also of a finished comparison", () =>
  inFolder(async (folder) => {
    Array.prototype.push.call(privacyMeasures, slow); // at run time the list may grow
    try {
      const out = join(folder, "out");
      const source = tinyCohort(60);
      const records = ({ comparison }: Awaited<ReturnType<typeof compare>>) =>
        comparison.models.map(({ privacy = {} }) => {
          const entries: [string, unknown][] = Object.entries(privacy);
          return new Map(entries).get(slow.key);
        });
      const before = await compare(source, out, options);
      assertEquals(records(before), [undefined, undefined]);
      const measures = ["privacy.records_there"];
      const after = await compare(source, out, { ...options, measures });
      const train = splitOf(source, "train").recordCount;
      assertEquals(records(after), [{ records: train }, { records: train }]);
      const { value } = after.comparison.differences[0].figures["records_there.records"];
      assertEquals(value, 0);
      const again = await compare(source, out, options);
      assertEquals(again.comparison.models, after.comparison.models); // nothing is lost
      await assertRejects(
        () => compare(source, out, { ...options, measures: ["privacy.speed"] }),
        RangeError,
        'Cannot compare: "measures" names "privacy.speed"; known: fidelity, ',
      );
    } finally {
      Array.prototype.pop.call(privacyMeasures);
    }
  }));

Deno.test("compare() goes on with a comparison that asked for no measure of privacy", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const source = tinyCohort(60);
    const asked = { ...options, measures: ["utility.effects"] };
    const { comparison: { models: [before] } } = await compare(source, out, {
      ...asked,
      models: options.models.slice(0, 1),
    });
    assertEquals(before.privacy, {});
    const { comparison: { models } } = await compare(source, out, asked);
    assertEquals(models.map(({ model }) => model), options.models);
    assertEquals(models[0], before); // it was not made again
  }));
