// Files of a dossier belong together, or are refused in one line.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  attackByShadows,
  type Cohort,
  dossierHtml,
  evaluate,
  type PartialReport,
  readDossierSources,
  runFingerprint,
  train,
  writeMeds,
  writeReport,
} from "ehrloom";
import { splitOf } from "ehrloom/cohort/cohort.ts";
import { fingerprint } from "ehrloom/cohort/fingerprint.ts";
import { qualityOf, sizesOf } from "ehrloom/cohort/quality.ts";
import { parseHTML } from "linkedom";
import { inFolder } from "../../folder.ts";
import { tinyCohort } from "../../tiny.ts";

const real = tinyCohort(40);
const only = ["privacy.identical_records"];

/** Writes a run on a cohort, and a report on it; returns the report. */
async function written(folder: string, cohort: Cohort = real): Promise<PartialReport> {
  const run = await train(cohort, `${folder}/run`, { model: "markov" });
  const synthetic = splitOf(tinyCohort(40, 2), "train");
  const report = await evaluate(cohort, synthetic, { run, only, resamples: 3 });
  await writeReport(`${folder}/report`, report, { real: splitOf(cohort, "train"), synthetic });
  return report;
}

/** A table of a source, of whose rows so many were used. */
const table = (name: string, rows: number, used: number) => ({
  table: name,
  rows,
  used,
  left_out: [],
  bad: [],
  noted: [],
  columns: [],
});

const pathsIn = (folder: string) => ({ run: `${folder}/run`, report: `${folder}/report` });

/** Writes report.json again with another part about its making. */
async function retold(folder: string, report: PartialReport, about: object): Promise<void> {
  const told = { ...report, about: { ...report.about, ...about } };
  await Deno.writeTextFile(`${folder}/report/report.json`, JSON.stringify(told));
}

Deno.test("readDossierSources() reads what belongs together, from a folder or its report.json", () =>
  inFolder(async (folder) => {
    await written(folder);
    await writeMeds(`${folder}/cohort`, real);
    const quality = qualityOf({
      source: "csv",
      read: sizesOf(real),
      cuts: [{ by: "--max-visits 3", patients: 12, visits: 20, events: 40, codes: 0 }],
      cohort: real,
      labels: [],
      left_out: ['the table deaths: "/home/somebody/hospital" has no deaths.csv'],
      notes: ["code B20 of label hiv: 2 records have it"],
      bad_rows: 0,
      tables: [
        table("visits.csv", 900, 900),
        table("conditions.csv", 5000, 4000),
        table("deaths.csv", 800, 797),
      ],
    });
    await Deno.writeTextFile(`${folder}/cohort/quality.json`, JSON.stringify(quality));
    const paths = { ...pathsIn(folder), cohort: `${folder}/cohort` };
    const sources = await readDossierSources(paths);
    assertEquals(sources.cohort?.patients, { train: 20, validation: 10, test: 10 });
    assertEquals(sources.fingerprints.cohort, await fingerprint(real));
    assertEquals(sources.fingerprints.run, await runFingerprint(sources.run));
    const file = { ...paths, report: `${folder}/report/report.json` };
    assertEquals((await readDossierSources(file)).fingerprints, sources.fingerprints);
    const page = dossierHtml(sources);
    assertStringIncludes(page, "--max-visits 3 cut 20 of");
    const { document } = parseHTML(page);
    const rows = [...document.querySelectorAll("[aria-labelledby=data] tbody tr")]
      .map((row) => [...row.querySelectorAll("th, td")].map(({ textContent }) => textContent));
    assertEquals(rows.slice(-3), [
      ["visits.csv", "900", "all"],
      ["conditions.csv", "5,000", "4,000 (80.0%)"],
      ["deaths.csv", "800", "all but fewer than 10"],
    ]);
    // what counts single patients, and folders of a machine, stay with the cohort
    assertStringIncludes(page, "2 remarks on the source stay in quality.json");
    for (const word of ["somebody", "B20"]) assertEquals(page.includes(word), false, word);
  }));

Deno.test("readDossierSources() refuses a report of another run, or of none", () =>
  inFolder(async (folder) => {
    const report = await written(folder);
    const paths = pathsIn(folder);
    const refused = (reason: string) =>
      assertRejects(() => readDossierSources(paths), RangeError, reason);
    const { cohort } = report.about.fingerprints ?? {};
    await retold(folder, report, { fingerprints: { cohort, run: "0" } });
    await refused(
      `Cannot make a dossier of "${folder}/report": it is about another run than "${folder}/run"`,
    );
    await retold(folder, report, { fingerprints: { ...report.about.fingerprints, cohort: "0" } });
    await refused("its real records are another cohort, or have other splits, than those that");
    await retold(folder, report, { run: undefined });
    await refused("it does not say which run it is about; make it again with deno task evaluate");
  }));

Deno.test("readDossierSources() knows an older report, without fingerprints, by the run's config", () =>
  inFolder(async (folder) => {
    const report = await written(folder);
    const older = { fingerprints: undefined };
    await retold(folder, report, older);
    assertEquals((await readDossierSources(pathsIn(folder))).report.about.real.train, 20);
    const { run } = report.about;
    await retold(folder, report, { ...older, run: { ...run, cohort: "0" } });
    await assertRejects(
      () => readDossierSources(pathsIn(folder)),
      RangeError,
      "it is about another run than",
    );
  }));

Deno.test("readDossierSources() refuses another cohort, and the same with other splits", () =>
  inFolder(async (folder) => {
    await written(folder);
    const swapped = real.splits?.map((split) => (split + 1) % 3) ?? null;
    await writeMeds(`${folder}/other`, tinyCohort(40, 3));
    await writeMeds(`${folder}/splits`, { ...real, splits: swapped });
    for (const cohort of [`${folder}/other`, `${folder}/splits`]) {
      await assertRejects(
        () => readDossierSources({ ...pathsIn(folder), cohort }),
        RangeError,
        `Cannot make a dossier with the cohort "${cohort}": "${folder}/run" was trained on another ` +
          "cohort or other splits",
      );
    }
  }));

Deno.test("readDossierSources() takes an attack by shadow models on its run, and no other", () =>
  inFolder(async (folder) => {
    await written(folder);
    const { run } = await readDossierSources(pathsIn(folder));
    const lira = `${folder}/lira`;
    await attackByShadows(run, real, lira, { shadows: 4 });
    const paths = { ...pathsIn(folder), lira };
    const sources = await readDossierSources(paths);
    assertEquals(sources.lira?.lira.shadows, 4);
    assertStringIncludes(dossierHtml(sources), "4 shadow models (");
    const plan = JSON.parse(await Deno.readTextFile(`${lira}/plan.json`));
    await Deno.writeTextFile(`${lira}/plan.json`, JSON.stringify({ ...plan, run: "0" }));
    await assertRejects(
      () => readDossierSources(paths),
      RangeError,
      `Cannot make a dossier with the attack "${lira}": it is on another run than`,
    );
  }));

Deno.test("readDossierSources() names a report.json that is missing or damaged", () =>
  inFolder(async (folder) => {
    const report = await written(folder);
    await retold(folder, report, { min_cell: "ten" });
    await assertRejects(
      () => readDossierSources(pathsIn(folder)),
      SyntaxError,
      `Cannot read "${folder}/report/report.json": about.min_cell is "ten"`,
    );
    await assertRejects(
      () => readDossierSources({ ...pathsIn(folder), report: `${folder}/nowhere` }),
      Deno.errors.NotFound,
      `Cannot read "${folder}/nowhere"`,
    );
  }));
