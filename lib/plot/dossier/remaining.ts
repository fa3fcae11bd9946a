/**
 * What a dossier cannot show: a sentence each.
 *
 * @module
 */
import { showsSinglePatients } from "../../cohort/small_cells.ts";
import { capital, small } from "../../evaluate/summary/words.ts";
import { counted, listed } from "../../in_words.ts";
import type { Finding } from "./attack.ts";
import { attackGroups } from "./attacks.ts";
import type { CohortFacts } from "./cohort_facts.ts";
import type { DossierSources } from "./sources.ts";

/** Attacks with this finding, by name. */
function attacksThat(sources: DossierSources, finding: Finding): string[] {
  return attackGroups(sources).flatMap(({ attacks }) => attacks)
    .filter((attack) => attack.finding === finding).map(({ name }) => small(name));
}

function untried(sources: DossierSources): string[] {
  const [not, unclear] = [attacksThat(sources, "not tried"), attacksThat(sources, "unclear")];
  return [
    ...not.length === 0 ? [] : [`Attacks that were not tried: ${listed(not)}.`],
    ...unclear.length === 0 ? [] : [
      `Attacks that gave no figure, since there are too few patients or the model does not allow ` +
      `it: ${listed(unclear)}.`,
    ],
    ...sources.report.about.quick
      ? ["The evaluation was a quick one: attacks were tried on smaller samples of patients."]
      : [],
  ];
}

/** Patients whom averages may hide. */
export function rareInWords({ rareCodes, patientsWithRareCodes }: CohortFacts, minCell: number) {
  if (showsSinglePatients(minCell)) return undefined;
  if (rareCodes === 0) {
    return `Every code of a training patient is had by at least ${minCell} of them.`;
  }
  const patients = patientsWithRareCodes < minCell
    ? `fewer than ${minCell} training patients have`
    : `${counted(patientsWithRareCodes)} training patients have`;
  return `${counted(rareCodes)} codes are had by fewer than ${minCell} training patients each; ` +
    `${patients} at least one of these.`;
}

function rare({ cohort, report: { about: { min_cell } } }: DossierSources): string {
  const known = cohort && rareInWords(cohort, min_cell);
  return "Rare patients: figures over all patients are averages, and can hide a few who stand " +
    "out by rare codes or long records. " +
    (known ??
      "How many there are is not known here (give the cohort with --cohort, and small cells).");
}

/** All that remains, most important first. */
export function remainingRisks(sources: DossierSources): string[] {
  const { min_cell } = sources.report.about;
  const isPrivate = sources.run.runConfig.privacy !== undefined;
  return [
    isPrivate
      ? "The promise of differential privacy is about each patient alone. It does not hide what " +
        "is true of a whole group, and it adds up: a second model of the same patients spends " +
        "its own ε."
      : "Training without differential privacy promises nothing. A better attack may find what " +
        "these attacks did not.",
    ...untried(sources),
    rare(sources),
    showsSinglePatients(min_cell)
      ? "Small cells: nothing is hidden in the report, so it must stay inside."
      : `Small cells: what fewer than ${min_cell} patients have is not named here or in the ` +
        "report. Two reports on nearly the same patients can be subtracted from each other.",
    "The model itself gives away more than the records that it wrote. The run folder should stay.",
    ...Object.values(sources.run.runConfig.remarks ?? {}).map((remark) => `${capital(remark)}.`),
    "Attacks were tried on one training and one set of synthetic records. Other random seeds can " +
    "give other results.",
    "With 95% intervals, one attack in 40 seems to find something where there is nothing.",
    "Relatives, small hospitals, and people about whom much is public can be recognised by " +
    "knowledge that no file here holds.",
  ];
}
