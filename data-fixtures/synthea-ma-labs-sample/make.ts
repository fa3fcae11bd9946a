/**
 * Makes this folder's CSV files from a Synthea export with observations (README.md says which):
 *
 *     deno run -A data-fixtures/synthea-ma-labs-sample/make.ts PATH/TO/synthea-ma-labs
 */
import { fileURLToPath } from "node:url";
import { random } from "ehrloom";
import { readTable, writeTable } from "../synthea_tables.ts";

const patientCount = 100;
const visitCount = 16;
const seed = 20261121;

const source = Deno.args[0];
const target = fileURLToPath(new URL(".", import.meta.url));

const patientColumns = ["Id", "BIRTHDATE", "DEATHDATE", "GENDER"];
const all = await readTable(source, "patients", patientColumns, () => true);
const chosen = new Set(random(seed).shuffle(all.map(([id]) => id)).slice(0, patientCount));

// of surveys only what is measured: their answers would outnumber all else
const observationColumns = "PATIENT,ENCOUNTER,TYPE,DATE,CODE,DESCRIPTION,VALUE,UNITS".split(",");
const observations = await readTable(
  source,
  "observations",
  [...observationColumns, "CATEGORY"],
  ([patient, encounter, type, ...others]) =>
    chosen.has(patient) && encounter !== "" && !(type === "text" && others.at(-1) === "survey"),
);
const observed = new Set(observations.map(([, encounter]) => encounter));
const encounterColumns = ["Id", "START", "PATIENT"];
const encounters = await readTable(
  source,
  "encounters",
  encounterColumns,
  ([id]) => observed.has(id),
);
encounters.sort(([idA, startA], [idB, startB]) => startA + idA < startB + idB ? 1 : -1);
const visitsSeen = new Map<string, number>();
const visits = encounters.filter(([, , patient]) => {
  const seen = visitsSeen.get(patient) ?? 0;
  visitsSeen.set(patient, seen + 1);
  return seen < visitCount;
}).reverse();
const kept = new Set(visits.map(([id]) => id));
const isKept = ([, encounter]: readonly string[]) => kept.has(encounter);

await writeTable(target, "patients", patientColumns, all.filter(([id]) => chosen.has(id)));
await writeTable(target, "encounters", encounterColumns, visits);
const eventColumns = ["PATIENT", "ENCOUNTER", "SYSTEM", "CODE", "DESCRIPTION"];
const medicationColumns = eventColumns.filter((column) => column !== "SYSTEM");
for (
  const [name, columns] of [["conditions", eventColumns], [
    "medications",
    medicationColumns,
  ]] as const
) {
  await writeTable(target, name, columns, await readTable(source, name, columns, isKept));
}
await writeTable(target, "observations", observationColumns, observations.filter(isKept));
