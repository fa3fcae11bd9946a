/**
 * The conclusion of a dossier in three sentences, by rules from the figures alone.
 *
 * @module
 */
import { fewestPatients } from "../../evaluate/summary/rows.ts";
import { selfTestOf } from "../../evaluate/privacy/self_test.ts";
import { small } from "../../evaluate/summary/words.ts";
import { counted, listed } from "../../in_words.ts";
import { titleOf } from "../../models/mod.ts";
import type { Attack } from "./attack.ts";
import { attackGroups } from "./attacks.ts";
import { questionsFor } from "./checklist.ts";
import { contradictionOf, epsilonSpentBy, promiseInWords } from "./protection.ts";
import type { DossierSources } from "./sources.ts";

const names = (attacks: readonly Attack[]) => listed(attacks.map(({ name }) => small(name)));

/** Who wrote the records, and whose records it learned from. */
function originSentence({ run, report: { about } }: DossierSources): string {
  const { real, synthetic } = about;
  const of = real.name === undefined ? "" : ` of the cohort “${real.name}”`;
  return `${titleOf(run.runConfig.model)} learned from the records of ${counted(real.train)} ` +
    `patients${of} and wrote ${counted(synthetic.records)} synthetic records; ` +
    `${counted(real.test)} other patients were held out, to see what can be found out about ` +
    "people whom the model never saw.";
}

/** What protects the patients by design. */
function protectionClause({ run, report }: DossierSources): string {
  const record = run.runConfig.privacy;
  if (record === undefined) return "Nothing protects the training patients by design";
  const promise = promiseInWords(epsilonSpentBy(run, record), record.delta);
  const against = record.noiseSource === "secure"
    ? ""
    : " against all who do not know the random seed of the training";
  return contradictionOf({ run, report }) === undefined
    ? `Differential privacy protects each training patient${against} (${promise})`
    : `Differential privacy was promised (${promise}), but an attack contradicts it`;
}

/** What the attacks found. */
function attackClause(sources: DossierSources, attacks: readonly Attack[]): string {
  const of = (finding: Attack["finding"]) => attacks.filter((each) => each.finding === finding);
  const [found, clear] = [of("found"), of("not found")];
  const tried = found.length + clear.length;
  if (tried === 0) return "no attack gave a figure";
  const what = found.length === 0
    ? "none found out more about them than about other patients"
    : found.length === 1
    ? `one found out more about them than about other patients (${names(found)})`
    : `${found.length} found out more about them than about other patients (${names(found)})`;
  const { test } = sources.report.about.real;
  const few = test < fewestPatients
    ? `, though ${counted(test)} held-out patients are too few to find much`
    : "";
  const trusted = selfTestOf(sources.report)?.passed === false
    ? "; but the checks cannot be relied on here, since they fail on records of which the answer " +
      "is known"
    : "";
  return `of ${tried} attacks that gave a figure, ${what}${few}${trusted}`;
}

/** What stays open. */
function openSentence(sources: DossierSources, attacks: readonly Attack[]): string {
  const open = questionsFor(sources).filter(({ answer }) => answer === undefined).length;
  const missing = attacks.filter(({ finding }) => finding === "not tried" || finding === "unclear");
  const without = missing.length === 0
    ? ""
    : `${missing.length} ${
      missing.length === 1 ? "attack was" : "attacks were"
    } not tried or gave ` +
      "no figure, ";
  return `This is no proof that the records are anonymous: ${without}an attack that finds nothing ` +
    `proves nothing, and ${open} questions of the checklist are for the institution to answer.`;
}

/** The three sentences: whose data, which protection with what success, what stays open. */
export function conclusionOf(sources: DossierSources): string[] {
  const attacks = attackGroups(sources).flatMap((group) => group.attacks);
  return [
    originSentence(sources),
    `${protectionClause(sources)}; ${attackClause(sources, attacks)}.`,
    openSentence(sources, attacks),
  ];
}
