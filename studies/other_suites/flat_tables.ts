/**
 * Cohorts as other suites take them: a table with a row for each patient, and 1 for each code that the
 * patient has in any visit. Order, visits and times are lost.
 *
 * @module
 */
import type { Cohort } from "ehrloom";
import { recordCounts } from "ehrloom/cohort/code_counts.ts";
import { codeSets } from "ehrloom/evaluate/privacy/distances/record_sets.ts";
import { join } from "node:path";
import type { StudyCohorts } from "./study_cohorts.ts";

/** Codes that an attacker knows, of those attacks that take few columns. */
const knownCodes = 5;

/** A table as CSV; columns are named c0, c1, … by the number of the code. */
export function flatTable(cohort: Cohort): string {
  const codes = cohort.vocabulary.codes.length;
  const { offsets, items } = codeSets(cohort);
  const rows = [...cohort.subjectIds.keys()].map((record) => {
    const row = new Uint8Array(codes);
    for (const code of items.subarray(offsets[record], offsets[record + 1])) row[code] = 1;
    return row.join();
  });
  return [nameOf(codes), ...rows, ""].join("\n");
}

const nameOf = (codes: number) => Array.from({ length: codes }, (_, code) => `c${code}`).join();

/**
 * The code that attacks guess, and codes that they know: the commonest ones that at most half of the
 * training patients have.
 */
export function attackedCodes(training: Cohort): { secret: string; known: string[] } {
  const counts = recordCounts(training);
  const [secret, ...known] = [...counts.keys()]
    .filter((code) => 2 * counts[code] <= training.recordCount)
    .sort((a, b) => counts[b] - counts[a] || a - b)
    .slice(0, 1 + knownCodes)
    .map((code) => `c${code}`);
  return { secret, known };
}

/** Writes the tables of all cohorts into a folder, and `about.json` with the attacked codes. */
export async function writeTables(folder: string, cohorts: StudyCohorts): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const tables = { training: cohorts.training, held_out: cohorts.heldOut, ...cohorts.of };
  for (const [name, cohort] of Object.entries(tables)) {
    await Deno.writeTextFile(join(folder, `${name}.csv`), flatTable(cohort));
  }
  const about = JSON.stringify(attackedCodes(cohorts.training));
  await Deno.writeTextFile(join(folder, "about.json"), about + "\n");
}
