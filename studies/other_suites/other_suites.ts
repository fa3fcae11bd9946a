/**
 * What do other suites say of copies of training records, and of records that are independent of them?
 * This part makes the cohorts, writes them as tables, and takes our own figures.
 *
 * To repeat docs/results.md, about half an hour on one core:
 *
 * ```sh
 * deno run -A studies/other_suites/other_suites.ts runs/other_suites
 * for suite in sdmetrics syntheval anonymeter; do
 *   python3 -m venv runs/other_suites/venv-$suite
 *   runs/other_suites/venv-$suite/bin/pip install -r studies/other_suites/requirements-$suite.txt
 *   runs/other_suites/venv-$suite/bin/python studies/other_suites/suites.py $suite runs/other_suites
 * done
 * deno run -A studies/other_suites/other_suites_table.ts runs/other_suites
 * ```
 *
 * @module
 */
import { join } from "node:path";
import { version } from "../../lib/version.ts";
import { writeTables } from "./flat_tables.ts";
import { ownFigures } from "./own_figures.ts";
import { studyCohorts } from "./study_cohorts.ts";

/** Numbers of training patients. */
const sizes = [100, 288, 800];

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) throw new Error("Name a folder for the tables");
  const rows = [];
  for (const patients of sizes) {
    const cohorts = studyCohorts(patients);
    await writeTables(join(folder, `${patients}`), cohorts);
    rows.push(...await ownFigures(patients, cohorts));
  }
  const found = JSON.stringify({ version, rows }, null, 1);
  await Deno.writeTextFile(join(folder, "ehrloom.json"), found + "\n");
}
