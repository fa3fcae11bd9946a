/**
 * All attacks of a dossier, in the order in which it shows them.
 *
 * @module
 */
import type { Attack, Disclosure } from "./attack.ts";
import { accuracyAttack, copyingAttack, identicalAttack } from "./copies.ts";
import { attributeAttack, extractionAttack, riskAttacks, sensitiveAttacks } from "./disclosure.ts";
import { batteryAttacks, distanceAttack, likelihoodAttack, shadowAttack } from "./membership.ts";
import type { DossierSources } from "./sources.ts";

/** Attacks that ask the same kind of question. */
export interface AttackGroup {
  /** The id of its heading. */
  readonly id: string;
  /** The question. */
  readonly question: string;
  /** Its attacks. */
  readonly attacks: readonly Attack[];
}

/** A report that says nothing about privacy. */
const nothingAsked: Disclosure = { ceiling: {}, floor: {}, memoriser: {} };

/** The attacks by the questions that they ask; groups without an attack are left out. */
export function attackGroups(
  { report: { privacy = nothingAsked }, lira }: Pick<DossierSources, "report" | "lira">,
): AttackGroup[] {
  const groups: AttackGroup[] = [
    {
      id: "copies",
      question: "Are training patients copied?",
      attacks: [identicalAttack(privacy), copyingAttack(privacy), accuracyAttack(privacy)],
    },
    {
      id: "membership",
      question: "Can one tell who was in training?",
      attacks: [
        distanceAttack(privacy),
        likelihoodAttack(privacy),
        ...batteryAttacks(privacy),
        shadowAttack(lira),
      ],
    },
    {
      id: "attributes",
      question: "Can one find out something about a patient?",
      attacks: [attributeAttack(privacy), ...riskAttacks(privacy), extractionAttack(privacy)],
    },
    {
      id: "sensitive",
      question: "What about the sensitive codes?",
      attacks: sensitiveAttacks(privacy),
    },
  ];
  return groups.filter(({ attacks }) => attacks.length > 0);
}
