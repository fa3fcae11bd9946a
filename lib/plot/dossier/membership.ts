/**
 * Attacks on membership, as a dossier has them: can somebody tell who was in the training records?
 *
 * @module
 */
import type { Estimate } from "../../evaluate/bootstrap.ts";
import type { TprAtFpr } from "../../evaluate/privacy/low_rates.ts";
import type { Attacks } from "../../evaluate/privacy/membership/attack_figures.ts";
import type { LiraReport } from "../../evaluate/privacy/membership/lira_folder.ts";
import { percent } from "../../evaluate/summary/words.ts";
import { counted } from "../../in_words.ts";
import {
  type Asked,
  type Attack,
  type Disclosure,
  notTried,
  shareInWords,
  unclear,
} from "./attack.ts";

const byDistance = {
  name: "Membership by distance",
  asks: "Somebody has the synthetic records and the record of a patient. Can they tell whether " +
    "this patient was in training, by how near the nearest synthetic record is?",
};

const byLikelihood = {
  name: "Membership by likelihood",
  asks: "Somebody has the model itself and the record of a patient. Can they tell whether this " +
    "patient was in training, by how probable the model finds the record?",
};

const strongest = {
  name: "Membership by the strongest attack",
  asks: "The same question, by the strongest of several attacks with whatever helps: distances, " +
    "densities, other real records, the model.",
};

const exposed = {
  name: "Membership of the most exposed patients",
  asks: "The same attacks on the twentieth of patients who are least like any others.",
};

const byShadows = {
  name: "Membership by shadow models (LiRA)",
  asks: "Somebody trains many models like this one, with and without the patient, and compares.",
};

/** How well an attack tells members from non-members, without the jargon. */
interface Told {
  readonly auc: Estimate;
  readonly tpr_at_fpr: readonly TprAtFpr[];
  readonly members: number;
  readonly non_members: number;
}

/** The lowest false-positive rate that could be estimated. */
function strictest({ tpr_at_fpr }: Told): TprAtFpr | undefined {
  return tpr_at_fpr.reduce<TprAtFpr | undefined>(
    (lowest, row) => lowest === undefined || row.fpr < lowest.fpr ? row : lowest,
    undefined,
  );
}

function toldInWords(told: Told): string {
  const row = strictest(told);
  return `Of a training patient and a held-out one, it picks the training patient in ` +
    `${shareInWords(told.auc)} of pairs; 50% is guessing` +
    (row === undefined
      ? "."
      : `. If it may accuse ${percent(row.fpr)} of the others wrongly, it finds ` +
        `${shareInWords(row.tpr)} of the training patients.`);
}

/** Found by the area, or where few are accused wrongly: averages hide those who are exposed. */
function isFound(told: Told): boolean {
  const row = strictest(told);
  return told.auc.low > 0.5 || row !== undefined && row.tpr.low > row.fpr;
}

function attackBy(asked: Asked, told: Told, copies: Told | undefined): Attack {
  const { members, non_members } = told;
  const groups = `${counted(members)} training and ${counted(non_members)} held-out patients.`;
  return {
    ...asked,
    found: toldInWords(told),
    control: copies === undefined
      ? `Against ${groups}`
      : `Against ${groups} If copies are published instead: ${shareInWords(copies.auc)} of pairs.`,
    finding: isFound(told) ? "found" : "not found",
  };
}

/** Membership by the distance to the nearest record. */
export function distanceAttack({ membership_by_distance: own, memoriser }: Disclosure): Attack {
  if (own === undefined) return notTried(byDistance, "the report does not ask");
  if (own === null || own.corrected === null) return unclear(byDistance, own?.left_out ?? []);
  return attackBy(
    byDistance,
    own.corrected,
    memoriser.membership_by_distance?.corrected ?? undefined,
  );
}

/** Membership by the likelihood under the model. */
export function likelihoodAttack({ membership_by_likelihood: own }: Disclosure): Attack {
  if (own === undefined) return notTried(byLikelihood, "the report leaves out what takes minutes");
  if (own === null || own.corrected === null) return unclear(byLikelihood, own?.left_out ?? []);
  return attackBy(byLikelihood, own.corrected, undefined);
}

/** The strongest of several attacks, its interval widened for their number. */
function strongestOf({ attacks, strongest: { attack, auc }, ...sizes }: Attacks): Told {
  return { ...sizes, auc, tpr_at_fpr: attacks[attack]?.tpr_at_fpr ?? [] };
}

/** The strongest of several attacks, on all patients and on the most exposed ones. */
export function batteryAttacks({ membership: own, memoriser }: Disclosure): Attack[] {
  return ([[strongest, "all"], [exposed, "exposed"]] as const).map(([asked, who]) => {
    if (own === undefined) return notTried(asked, "the report does not ask");
    const attacks = own?.[who] ?? null;
    if (own === null || attacks === null) return unclear(asked, leftOutOf(own?.left_out, who));
    const copies = memoriser.membership?.[who] ?? undefined;
    const found = attackBy(asked, strongestOf(attacks), copies && strongestOf(copies));
    const { attack, attacks: count } = attacks.strongest;
    const name = attack.replaceAll("_", " ");
    return { ...found, found: `Strongest of ${counted(count)}: ${name}. ${found.found}` };
  });
}

/** Why there are no attacks on these patients; those on the exposed name them. */
function leftOutOf(
  leftOut: NonNullable<Disclosure["membership"]>["left_out"] = [],
  who: "all" | "exposed",
) {
  return leftOut.filter(({ label }) => /exposed/.test(label) === (who === "exposed"));
}

/** The attack by shadow models; the stronger of its two forms. */
export function shadowAttack(report: LiraReport | undefined): Attack {
  if (report === undefined) {
    return notTried(byShadows, "deno task lira was not run, or its folder not given");
  }
  const { lira: { shadows, online, offline, ...sizes } } = report;
  const [form, figures] = online.auc.value >= offline.auc.value
    ? ["online", online] as const
    : ["offline", offline] as const;
  const found = attackBy(byShadows, { ...sizes, ...figures }, undefined);
  return { ...found, found: `${counted(shadows)} shadow models (${form}). ${found.found}` };
}
