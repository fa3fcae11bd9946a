/**
 * What a dossier says of protection by differential privacy: what the run promises of each patient,
 * what that means, and whether lower bounds from attacks and audits agree with it.
 *
 * @module
 */
import type { PrivacyAudit } from "../../evaluate/privacy/membership/audit.ts";
import type { EmpiricalEpsilon } from "../../evaluate/privacy/membership/empirical_epsilon.ts";
import { percent } from "../../evaluate/summary/words.ts";
import { counted } from "../../in_words.ts";
import type { Privacy } from "../../train/private/privacy.ts";
import type { Run } from "../../train/run_folder.ts";
import type { DossierSources } from "./sources.ts";

/** The audit of a report; undefined if there was none. */
export function auditOf(
  { privacy }: Pick<DossierSources["report"], "privacy">,
): PrivacyAudit | undefined {
  return privacy?.audit ?? undefined;
}

/** Canaries that were made for a run, about half of which were in training; 0 for a run without them. */
export function canariesOf({ runConfig }: Pick<Run, "runConfig">): number {
  return runConfig.canaries?.count ?? 0;
}

/** The ε that a private run has spent; before its first epoch, what it may spend. */
export function epsilonSpentBy({ training }: Pick<Run, "training">, { epsilon }: Privacy): number {
  return training.at(-1)?.epsilon ?? epsilon;
}

/** Three digits. */
const digits = (value: number) => String(Number(value.toPrecision(3)));

/** What arithmetic in doubles adds to a whole number, or takes from it, at most. */
const rounding = 1e-9;

/** An upper bound, rounded up. */
export const atMost = (bound: number) => (Math.ceil(100 * bound - rounding) / 100).toFixed(2);

/** A lower bound, rounded down. */
export const atLeast = (bound: number) => (Math.floor(100 * bound + rounding) / 100).toFixed(2);

/** How sure somebody can be who guessed by a coin before, in [0.5, 1], with δ left out. */
const certainty = (epsilon: number) => 1 / (1 + Math.exp(-epsilon));

/** From here on a promise leaves an attacker nearly certain, in the worst case. */
const nearlyCertain = 0.95;

/** A factor, rounded up; of large ones no digits behind the point. */
const factor = (bound: number) =>
  bound < 100 ? atMost(bound) : counted(Math.ceil(bound - rounding));

/** The same in words, rounded up. */
function surest(epsilon: number): string {
  return `${Math.ceil(10_000 * certainty(epsilon) - rounding) / 100}%`;
}

/** A promise in one sentence. */
export function promiseInWords(epsilon: number, delta: number): string {
  return `ε = ${atMost(epsilon)} and δ = ${delta}`;
}

/** What protects the patients, in sentences for people who do not know the word epsilon. */
export function protectionInWords(run: Run): string[] {
  const record = run.runConfig.privacy;
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
    `record of each of the ${counted(patients)} training patients` +
    (canariesOf(run) === 0 ? "." : ", artificial ones (canaries) among them."),
    "This is a mathematical promise, whatever an attacker knows or invents: whether one patient " +
    "is in the training records or not changes the probability of any outcome by at most the " +
    `factor ${factor(Math.exp(epsilon))}, apart from a probability of about 1 in ` +
    `${counted(Math.round(1 / delta))}. Somebody who could only toss a coin about a patient ` +
    "before can be at most " +
    `${surest(epsilon)} sure afterwards.`,
    ...certainty(epsilon) < nearlyCertain ? [] : [
      "In the worst case that is a weak promise. How far it protects against the attacks that are " +
      "known today, the attacks and the audit below show.",
    ],
    ...noiseSource !== "secure" ? [] : [
      "The noise came from the machine's cryptographic generator, so nobody can compute it again.",
    ],
    ...notCovered.map((sentence) => `${sentence}.`),
  ];
}

/** How the protection was made, as names and values. */
export function protectionFacts(run: Run): [name: string, value: string][] {
  const record = run.runConfig.privacy;
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
  const audit = auditOf(report);
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
  const record = run.runConfig.privacy;
  if (record === undefined) return undefined;
  const promised = epsilonSpentBy(run, record);
  const bound = lowerBounds({ report })
    .find(({ epsilon, delta }) => epsilon > promised && delta >= record.delta);
  return bound && { bound, promised };
}

/** What the audit found; where there was none, that there was none. */
function auditSentence({ run, report }: Pick<DossierSources, "run" | "report">): string {
  const audit = auditOf(report);
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
