/**
 * What a dossier says of protection by differential privacy: what the run promises of each patient,
 * what that means, and whether lower bounds from attacks and audits agree with it.
 *
 * The records of private training and of audits are read here and nowhere else, in the form in which
 * `config.json` and `report.json` have them.
 *
 * @module
 */
import * as v from "valibot";
import {
  checked,
  finite,
  flag,
  list,
  object,
  oneOf,
  type Schema,
  text,
  whole,
} from "../../files/checked_json.ts";
import type { EmpiricalEpsilon } from "../../evaluate/privacy/membership/empirical_epsilon.ts";
import { percent } from "../../evaluate/summary/words.ts";
import { counted } from "../../in_words.ts";
import { epsilonSpent } from "../../train/private/accounting/pld.ts";
import type { Run } from "../../train/run_folder.ts";
import type { DossierSources } from "./sources.ts";

/** What a run that was trained privately promises its training patients: `privacy` in config.json. */
export interface PrivacyRecord {
  /** The budget: the ε that training may spend. */
  readonly epsilon: number;
  /** Its δ. */
  readonly delta: number;
  /** Training patients. */
  readonly patients: number;
  /** Probability of each patient to be in the batch of a step. */
  readonly samplingRate: number;
  /** Standard deviation of the noise as a multiple of the bound. */
  readonly noiseMultiplier: number;
  /** The bound of each patient's gradient; where it adapts, the one to begin with. */
  readonly clip: number;
  /** Whether the bound adapts. */
  readonly adaptiveClip: boolean;
  /** Where batches and noise come from. */
  readonly noiseSource: "seeded" | "secure";
  /** What the budget does not cover, in sentences without a full stop. */
  readonly notCovered: readonly string[];
}

const privacySchema: Schema<PrivacyRecord> = object({
  epsilon: finite(0),
  delta: finite(0, 1),
  patients: whole(1),
  samplingRate: finite(0, 1),
  noiseMultiplier: finite(0),
  clip: finite(0),
  adaptiveClip: flag,
  noiseSource: oneOf("seeded", "secure"),
  notCovered: list(text),
});

/** What an audit with canaries found: `privacy.audit` in report.json. */
export interface AuditRecord {
  /** Canaries, each of which was in training by a fair coin. */
  readonly canaries: number;
  /** Guesses about them. */
  readonly guesses: number;
  /** Guesses that were right. */
  readonly right: number;
  /** The lower bound of ε, at least 0. */
  readonly lower_bound: number;
  /** The δ of (ε, δ). */
  readonly delta: number;
  /** The probability with which the bound is one. */
  readonly confidence: number;
}

const auditSchema: Schema<AuditRecord> = object({
  canaries: whole(1),
  guesses: whole(0),
  right: whole(0),
  lower_bound: finite(0),
  delta: finite(0, 1),
  confidence: finite(0, 1),
});

/** A part of a file that may be missing or null, checked if it is there. */
function partOf<T>(of: object, name: string, schema: Schema<T>, place: string): T | undefined {
  const whole = checked(of, v.looseObject({ [name]: v.nullish(schema) }), place, "one");
  return whole[name] ?? undefined;
}

/**
 * What a run promises of each patient; undefined for plain training, which promises nothing.
 *
 * @throws {SyntaxError} If its config says something that is no promise
 */
export function privacyRecordOf({ runConfig }: Pick<Run, "runConfig">): PrivacyRecord | undefined {
  return partOf(runConfig, "privacy", privacySchema, "the run's config.json");
}

/**
 * The audit of a report; undefined if there was none.
 *
 * @throws {SyntaxError} If the report says something that is no audit
 */
export function auditRecordOf(
  { privacy }: Pick<DossierSources["report"], "privacy">,
): AuditRecord | undefined {
  return privacy && partOf(privacy, "audit", auditSchema, "report.json, privacy");
}

/** Canaries that were made for a run, about half of which were in training; 0 for a run without them. */
export function canariesOf({ runConfig }: Pick<Run, "runConfig">): number {
  const note = object({ count: whole(1) });
  return partOf(runConfig, "canaries", note, "the run's config.json")?.count ?? 0;
}

/** The ε that a run has spent: as its last epoch says, or from its steps. */
export function epsilonSpentBy({ training }: Pick<Run, "training">, record: PrivacyRecord): number {
  const last = training.at(-1);
  if (last === undefined) return record.epsilon;
  const said = partOf(last, "epsilon", finite(0), "the run's training.jsonl");
  const { samplingRate, noiseMultiplier, delta } = record;
  return said ?? epsilonSpent([{ samplingRate, noiseMultiplier, steps: last.step }], delta);
}

/** Three digits. */
const digits = (value: number) => String(Number(value.toPrecision(3)));

/** What arithmetic in doubles adds to a whole number, or takes from it, at most. */
const rounding = 1e-9;

/** An upper bound, rounded up. */
export const atMost = (bound: number) => (Math.ceil(100 * bound - rounding) / 100).toFixed(2);

/** A lower bound, rounded down. */
export const atLeast = (bound: number) => (Math.floor(100 * bound + rounding) / 100).toFixed(2);

/** How sure somebody can be who guessed by a coin before, with δ left out; rounded up. */
function surest(epsilon: number): string {
  return `${Math.ceil(1000 / (1 + Math.exp(-epsilon)) - rounding) / 10}%`;
}

/** A promise in one sentence. */
export function promiseInWords(epsilon: number, delta: number): string {
  return `ε = ${atMost(epsilon)} and δ = ${delta}`;
}

/** What protects the patients, in sentences for people who do not know the word epsilon. */
export function protectionInWords(run: Run): string[] {
  const record = privacyRecordOf(run);
  if (record === undefined) {
    return [
      "None by design: the model was trained without differential privacy.",
      "Training was free to learn single patients by heart. What it gives away is known only as " +
      "far as the attacks below have looked, and nothing limits what a better attack would find.",
    ];
  }
  const { delta, patients, noiseSource, notCovered } = record;
  const epsilon = epsilonSpentBy(run, record);
  return [
    `Differential privacy with ${promiseInWords(epsilon, delta)}; what is protected is the whole ` +
    `record of each of the ${counted(patients)} training patients.`,
    "This is a mathematical promise, whatever an attacker knows or invents: whether one patient " +
    "is in the training records or not changes the probability of any outcome by at most the " +
    `factor ${atMost(Math.exp(epsilon))}, apart from a probability of about 1 in ` +
    `${counted(Math.round(1 / delta))}. Somebody who could only toss a coin about a patient ` +
    "before can be at most " +
    `${surest(epsilon)} sure afterwards.`,
    noiseSource === "secure"
      ? "The noise came from the machine's cryptographic generator, so nobody can compute it again."
      : "The noise came from the random seed of the training: the promise does not hold against " +
        "somebody who knows this seed.",
    ...notCovered.map((sentence) => `${sentence}.`),
  ];
}

/** How the protection was made, as names and values. */
export function protectionFacts(run: Run): [name: string, value: string][] {
  const record = privacyRecordOf(run);
  if (record === undefined) return [["Differential privacy", "none (plain training)"]];
  const { epsilon, delta, patients, samplingRate, noiseMultiplier, clip, adaptiveClip } = record;
  return [
    ["Unit that is protected", "the patient: the whole record"],
    ["ε spent (upper bound)", atMost(epsilonSpentBy(run, record))],
    ["ε that was allowed", digits(epsilon)],
    ["δ", `${delta} (one of ${counted(patients)} patients would be ${digits(1 / patients)})`],
    ["Bound of each patient's gradient", `${clip}${adaptiveClip ? " at first; it adapts" : ""}`],
    ["Noise multiplier", digits(noiseMultiplier)],
    ["Sampling rate of patients", digits(samplingRate)],
    ["Accountant", "privacy loss distributions, rounded up (PLD)"],
  ];
}

/** A lower bound of ε: what shows it, and with which confidence. */
export interface LowerBound {
  /** "Audit with 64 canaries". */
  readonly from: string;
  /** At least 0. */
  readonly epsilon: number;
  /** The δ that it allows. */
  readonly delta: number;
  /** In [0, 1]. */
  readonly confidence: number;
}

/** The lower bounds of ε that are known. */
export function lowerBounds({ report }: Pick<DossierSources, "report">): LowerBound[] {
  const audit = auditRecordOf(report);
  const attacked: EmpiricalEpsilon | null = report.privacy?.membership?.empirical_epsilon ?? null;
  return [
    ...audit === undefined ? [] : [{
      from: `Audit: ${counted(audit.right)} of ${counted(audit.guesses)} guesses about ` +
        `${counted(audit.canaries)} artificial records (canaries) were right`,
      epsilon: audit.lower_bound,
      delta: audit.delta,
      confidence: audit.confidence,
    }],
    ...attacked === null ? [] : [{
      from: `Attack on membership: ${attacked.attack.replaceAll("_", " ")}`,
      epsilon: attacked.lower_bound,
      delta: attacked.delta,
      confidence: attacked.confidence,
    }],
  ];
}

/** The first lower bound above what is promised; a bound that allows less δ contradicts nothing. */
export function contradictionOf(
  { run, report }: Pick<DossierSources, "run" | "report">,
): { readonly bound: LowerBound; readonly promised: number } | undefined {
  const record = privacyRecordOf(run);
  if (record === undefined) return undefined;
  const promised = epsilonSpentBy(run, record);
  const bound = lowerBounds({ report })
    .find(({ epsilon, delta }) => epsilon > promised && delta >= record.delta);
  return bound && { bound, promised };
}

/** What the audit found; where there was none, that there was none. */
function auditSentence({ run, report }: Pick<DossierSources, "run" | "report">): string {
  const audit = auditRecordOf(report);
  const canaries = canariesOf(run);
  if (audit === undefined) {
    return canaries === 0
      ? "Not audited: no artificial records (canaries) were put into this training to see whether " +
        "they can be found again."
      : `Not audited: the run has ${counted(canaries)} artificial records (canaries), about half ` +
        "of them in training, but the report does not ask about them.";
  }
  if (audit.guesses === 0) return "Not audited: the model reads too few of the canaries.";
  return audit.lower_bound > 0
    ? `The audit shows that ε is at least ${atLeast(audit.lower_bound)}, with a confidence of ` +
      `${percent(audit.confidence)}: at least so much is given away.`
    : "The audit did not find the artificial records (canaries) again, so it shows no ε above 0. " +
      "That is no proof that nothing is given away.";
}

/** What the audit says, and whether all lower bounds are within what is promised. */
export function auditInWords({ run, report }: Pick<DossierSources, "run" | "report">): string[] {
  const broken = contradictionOf({ run, report });
  return [
    auditSentence({ run, report }),
    ...broken === undefined ? [] : [
      `This contradicts the promise: ε is at least ${atLeast(broken.bound.epsilon)} (confidence ` +
      `${percent(broken.bound.confidence)}) and was promised to be at most ` +
      `${atMost(broken.promised)}. Either the training or its accounting is faulty, or this is ` +
      "the rare error of the bound. Do not release anything before it is understood.",
    ],
  ];
}
