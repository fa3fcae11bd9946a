/**
 * The cohort of the page to play with: the sample's conditions and medications that at least 20
 * patients have, with the labels that at least 20 have, and whether a patient is female. Ages would
 * tell nothing: all records begin at birth.
 *
 * @module
 */
import {
  type Cohort,
  cohort,
  random,
  readPhenotypes,
  readSynthea,
  sexNames,
  syntheaSampleFolder,
  trimmed,
  withLabels,
  withSplits,
} from "ehrloom";

/** Patients who must have a code or label. */
const minCount = 20;

/** "Medication review due": most visits have it, many of them nothing else. */
const everywhere = "SNOMED-CT//314529007";

/** The cohort with the labels that enough records have, after one for the female sex. */
function withSexLabel(source: Cohort): Cohort {
  const { recordCount, labelNames, labels, demographics } = source;
  const has = (record: number, label: number) => labels[record * labelNames.length + label];
  const kept = Array.from(labelNames.keys()).filter((label) => {
    let count = 0;
    for (let record = 0; record < recordCount; record++) count += has(record, label);
    return count >= minCount;
  });
  const female = sexNames.indexOf("female");
  const rows = Array.from({ length: recordCount }, (_, record) => [
    demographics?.sexes[record] === female ? 1 : 0,
    ...kept.map((label) => has(record, label)),
  ]);
  return cohort({
    ...source,
    labelNames: ["female", ...kept.map((label) => labelNames[label])],
    labels: Uint8Array.from(rows.flat()),
  });
}

/** The cohort, split as the sample is. */
export async function playCohort(): Promise<Cohort> {
  const source = await readSynthea(syntheaSampleFolder, {
    tables: ["conditions", "medications"],
    visitTables: ["conditions"],
    maxVisits: 46,
  });
  const phenotypes = await readPhenotypes(`${syntheaSampleFolder}/phenotypes.json`);
  const labelled = withSexLabel(withLabels(source, phenotypes));
  return withSplits(trimmed(labelled, { minCount, drop: [everywhere] }), random(4));
}
