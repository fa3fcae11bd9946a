/**
 * Attacks that find out something about a patient, as a dossier has them: codes that are not known,
 * halves of records that belong together, the one patient whom a description fits.
 *
 * @module
 */
import type { AttackRisk } from "../../evaluate/privacy/disclosure/attack_risk.ts";
import type { Extracted } from "../../evaluate/privacy/disclosure/extraction.ts";
import type { LeftOut } from "../../evaluate/not_measured.ts";
import type { Estimate } from "../../evaluate/bootstrap.ts";
import { capital, signed } from "../../evaluate/summary/words.ts";
import { counted } from "../../in_words.ts";
import {
  type Asked,
  type Attack,
  type Disclosure,
  notTried,
  numberInWords,
  shareInWords,
  unclear,
} from "./attack.ts";

const attributes = {
  name: "Attribute inference",
  asks: "Somebody knows the labels and common codes of a training patient, and guesses the rarer " +
    "codes from the most similar synthetic records.",
};

const inference = {
  name: "Inference of a code",
  asks: "Somebody knows all codes of a training patient but one, and guesses from the nearest " +
    "synthetic record whether the patient has this one.",
};

const singlingOut = {
  name: "Singling out",
  asks: "Does the description of a single synthetic record (three codes, number of visits) fit " +
    "exactly one training patient?",
};

const linkability = {
  name: "Linkability",
  asks: "Two parties have half of the visits of a patient each, without a name. Do the synthetic " +
    "records tell them that both halves belong to one patient?",
};

const extraction = {
  name: "Extraction from the model",
  asks: "Somebody has the model and the first visits of a training patient, and lets the model " +
    "continue. Do rare codes of this patient come out?",
};

/** Codes that are inferred from the nearest records. */
export function attributeAttack({ attribute_inference: own, floor }: Disclosure): Attack {
  if (own === undefined) return notTried(attributes, "the report does not ask");
  if (own === null || own.corrected === null) return unclear(attributes, own?.left_out ?? []);
  const { attack, baseline, difference } = own.corrected.k10;
  const byDraws = floor.attribute_inference?.corrected?.k10.difference;
  return {
    ...attributes,
    found: `The guesses reach an F1 score of ${numberInWords(attack)}, where 1 is all right; ` +
      `${numberInWords(difference)} more than with real records of other patients.`,
    control: `With real records of other patients: ${numberInWords(baseline)}` +
      (byDraws === undefined
        ? "."
        : `. Independent draws gain ${numberInWords(byDraws)}: that much is no disclosure.`),
    finding: difference.low > Math.max(0, byDraws?.high ?? 0) ? "found" : "not found",
  };
}

/** An attack whose guesses have a control and naive ones. */
function riskAttack(asked: Asked, of: AttackRisk | null, leftOut: readonly LeftOut[]): Attack {
  if (of === null || of.risk === null) return unclear(asked, leftOut);
  const { attack, control, naive, risk } = of;
  return {
    ...asked,
    found: `${shareInWords(attack)} of ${counted(of.guesses)} guesses about training patients ` +
      `were right; the risk beyond the control is ${numberInWords(risk)}.`,
    control: `About held-out patients ${shareInWords(control)} were right, without synthetic ` +
      `records ${shareInWords(naive)}.`,
    finding: attack.value > naive.value && risk.low > 0 ? "found" : "not found",
  };
}

/** Single codes, halves of records, descriptions. */
export function riskAttacks(privacy: Disclosure): Attack[] {
  const asked = [
    [inference, privacy.inference],
    [linkability, privacy.linkability],
    [singlingOut, privacy.singling_out],
  ] as const;
  return asked.map(([about, own]) =>
    own === undefined
      ? notTried(about, "the report does not ask")
      : riskAttack(about, own?.outcome ?? null, own?.left_out ?? [])
  );
}

/** The visits that the model is given; of several, the one after which most is given away is told. */
const beginnings = [
  ["one_visit", "one visit"],
  ["two_visits", "two visits"],
  ["five_visits", "five visits"],
] as const;

/** A difference of shares in percentage points. */
function pointsInWords({ value, low, high }: Estimate): string {
  const [own, from, to] = [value, low, high].map((each) => signed(100 * each, 1));
  return `${own} percentage points (95% interval ${from} to ${to})`;
}

function extractedInWords({ pairs, training, difference }: Extracted, visits: string): string {
  return `After ${visits} of ${counted(pairs)} training patients, ${shareInWords(training)} of ` +
    `their rare new codes come out; the difference from others is ${pointsInWords(difference)}.`;
}

/** Codes that come out of the model. */
export function extractionAttack({ extraction: own }: Disclosure): Attack {
  if (own === undefined) return notTried(extraction, "the report leaves out what takes minutes");
  const known = beginnings.flatMap(([key, visits]) => {
    const of = own?.[key];
    return of ? [{ of, visits }] : [];
  });
  if (known.length === 0) return unclear(extraction, own?.left_out ?? []);
  const worst = known.reduce((a, b) => b.of.difference.low > a.of.difference.low ? b : a);
  return {
    ...extraction,
    found: extractedInWords(worst.of, worst.visits),
    control: `Held-out patients, after ${worst.visits}: ${shareInWords(worst.of.held_out)}. What ` +
      "comes out of them is medicine, not memory.",
    finding: worst.of.difference.low > 0 ? "found" : "not found",
  };
}

/** How the report begins the names of codes that it could not attack. */
const leftOutCode = /^inference of /;

/** The sensitive codes that were named, each by itself. */
export function sensitiveAttacks({ inference: own }: Disclosure): Attack[] {
  const asks = "Does a patient have this code, if all other codes are known?";
  const judged = (own?.by_code ?? []).filter(({ sensitive }) => sensitive);
  const others = (own?.left_out ?? []).filter(({ label }) => leftOutCode.test(label));
  return [
    ...judged.map((of) => {
      return riskAttack({ name: `Inference of ${of.description ?? of.code}`, asks }, of, []);
    }),
    ...others.map((of) => unclear({ name: capital(of.label), asks }, [of])),
  ];
}
