/**
 * Makes this folder's CSV files from a whole Synthea export (README.md says which):
 *
 *     deno run -A data-fixtures/synthea-ma-sample/make.ts PATH/TO/synthea-ma
 */
import { fileURLToPath } from "node:url";
import { random } from "ehrloom";
import { readTable, writeTable } from "../synthea_tables.ts";

const patientCount = 400;
const visitCount = 46;
const seed = 20261121;
const eventColumns = ["PATIENT", "ENCOUNTER", "SYSTEM", "CODE", "DESCRIPTION"];

const source = Deno.args[0];
const target = fileURLToPath(new URL(".", import.meta.url));

const table = (name: string, columns: string[], keep: (fields: readonly string[]) => boolean) =>
  readTable(source, name, columns, keep);
const write = (name: string, columns: string[], rows: string[][]) =>
  writeTable(target, name, columns, rows);

const patientColumns = ["Id", "BIRTHDATE", "DEATHDATE", "GENDER"];
const all = await table("patients", patientColumns, () => true);
const chosen = new Set(
  random(seed).shuffle(all.map(([id]) => id)).slice(0, patientCount),
);
const conditions = await table("conditions", eventColumns, ([patient]) => chosen.has(patient));
const withCondition = new Set(conditions.map(([, encounter]) => encounter));
const encounterColumns = ["Id", "START", "PATIENT"];
const encounters = await table("encounters", encounterColumns, ([id]) => withCondition.has(id));
encounters.sort(([idA, startA], [idB, startB]) => startA + idA < startB + idB ? -1 : 1);
const visitsSeen = new Map<string, number>();
const visits = encounters.filter(([, , patient]) => {
  const seen = visitsSeen.get(patient) ?? 0;
  visitsSeen.set(patient, seen + 1);
  return seen < visitCount;
});
const kept = new Set(visits.map(([id]) => id));

await write("patients", patientColumns, all.filter(([id]) => chosen.has(id)));
await write("encounters", encounterColumns, visits);
await write("conditions", eventColumns, conditions.filter(([, encounter]) => kept.has(encounter)));
await write(
  "procedures",
  eventColumns,
  await table("procedures", eventColumns, ([, encounter]) => kept.has(encounter)),
);
const medicationColumns = eventColumns.filter((column) => column !== "SYSTEM");
await write(
  "medications",
  medicationColumns,
  await table("medications", medicationColumns, ([, encounter]) => kept.has(encounter)),
);
