import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { type Cohort, cohortOf, playPage, type Run, vocabulary } from "ehrloom";
import { fingerprint } from "ehrloom/cohort/fingerprint.ts";
import { parseHTML } from "linkedom";
import { untrainedRun } from "../generate/random_run.ts";

const sizes = { codes: 4, labels: 1, context: 12, width: 8 };
const program = { script: "", engine: "" };
const untrained = untrainedRun("halo", sizes, 1);

/** Twenty training patients, of whom two have code 3, and one of the test split, with code 2. */
function realCohort(): Cohort {
  const { vocabulary, labelNames } = untrained;
  const patients = Array.from({ length: 20 }, (_, i) => ({
    visits: [[0], i < 12 ? [0, 1] : [0], ...i < 2 ? [[3]] : []],
    labels: [i % 2],
    split: 0,
  }));
  return cohortOf(vocabulary, labelNames, [...patients, { visits: [[2]], labels: [1], split: 2 }]);
}

/** A run with all that its folder may say of the patients. */
async function trainedOn(real: Cohort): Promise<Run> {
  const covered = { count: 20, isLearned: false };
  return {
    ...untrained,
    runConfig: {
      ...untrained.runConfig,
      cohort: await fingerprint(real),
      commit: "0123abc",
      remarks: { sharing: "must stay" },
      sources: { vectors: "/home/anna/vectors.json" },
      coverage: { values: covered, times: covered, demographics: covered },
    },
    training: [],
  };
}

/** The data in a page, and its text. */
function partsOf(html: string): { data: Record<string, unknown>; text: string } {
  const { document } = parseHTML(html);
  const data = JSON.parse(document.querySelector("#play-data")?.textContent ?? "");
  const text = document.querySelector("header")?.textContent ?? "";
  return { data, text: text.replaceAll(/\s+/g, " ") };
}

Deno.test("playPage() carries the model, its names, and shares that enough patients have; no more", async () => {
  const real = realCohort();
  const { data, text } = partsOf(await playPage(await trainedOn(real), program, { real }));
  const { runConfig: { ehrloom, model, config, training }, vocabulary, labelNames } = untrained;
  const { parameters, ...others } = data;
  assertEquals(Object.keys(Object(parameters)).sort(), Object.keys(untrained.parameters).sort());
  assertEquals(others, {
    runConfig: { ehrloom, model, config, training, cohort: "", versions: {} },
    codes: vocabulary.codes,
    descriptions: vocabulary.descriptions,
    labelNames,
    real: { records: 20, prevalences: [1, 0.6, null, null] },
  });
  assertStringIncludes(text, "Protect it like the run");
  assertMatch(text, /the names of all its 4 codes and 1 label/);
  assertStringIncludes(
    text,
    "which share of the 20 training patients has each code if at least 10 do",
  );
});

Deno.test("playPage() carries no share without a cohort, and says so", async () => {
  const { data, text } = partsOf(await playPage(untrained, program));
  assertEquals("real" in data, false);
  assertStringIncludes(text, "4 codes and 1 label. It holds no patient’s record");
});

Deno.test("playPage() of simulated patients says that no patient is real", async () => {
  const real = realCohort();
  const how = { real, minCell: 1, isSimulated: true };
  const { data, text } = partsOf(await playPage(await trainedOn(real), program, how));
  assertEquals(Object(data.real).prevalences, [1, 0.6, 0, 0.1]);
  assertStringIncludes(text, "from 20 simulated patients");
  assertStringIncludes(text, "No patient here is real");
  assertEquals(text.includes("Protect"), false);
});

Deno.test("playPage() refuses a cohort that the run was not trained on", async () => {
  const run = await trainedOn(realCohort());
  const refuses = (real: Cohort, line: string) =>
    assertRejects(() => playPage(run, program, { real }), RangeError, line);
  await refuses(
    { ...realCohort(), splits: new Uint8Array(21) },
    "Cannot compare drawn patients with this cohort: the run was trained on another cohort or other " +
      "splits, so its patients are not those to compare with",
  );
  await refuses(
    cohortOf(vocabulary(["code 0", "other"]), ["label 0"], []),
    'Cannot compare drawn patients with this cohort: the real cohort has no "code 1"',
  );
});

Deno.test("playPage() lets no description end the element that holds its data", async () => {
  const codes = untrained.vocabulary.codes;
  const named = vocabulary(codes, codes.map(() => "</script><script>alert(1)</script>"));
  const html = await playPage({ ...untrained, vocabulary: named }, program);
  assertEquals(html.includes("<script>alert"), false);
  assertEquals(partsOf(html).data.descriptions, named.descriptions);
});
