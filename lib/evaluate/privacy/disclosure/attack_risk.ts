/**
 * What an attack finds out about training patients beyond what it finds out about others: its rate of
 * right guesses against that on held-out patients (the control) and that of guesses without any
 * synthetic record (naive).
 *
 * @see Giomi et al. 2023, "A Unified Framework for Quantifying Privacy Risk in Synthetic Data"
 * @module
 */
import * as v from "valibot";
import { object, type Schema, text, whole } from "../../../files/checked_json.ts";
import { type Estimate, estimateSchema, resampledSums } from "../../bootstrap.ts";
import type { Asked } from "../../measure.ts";
import { wilson, wilsonCentre } from "../../wilson.ts";

/** Guesses of an attack. */
export interface Guesses {
  /** How many were made. */
  readonly made: number;
  /** How many of them were right. */
  readonly right: number;
}

/** The outcome of an attack. */
export interface AttackRisk {
  /** Guesses about training patients that were made; at most one a patient, or a synthetic record. */
  guesses: number;
  /** The same about held-out patients. */
  control_guesses: number;
  /** Share of right guesses about training patients, with Wilson's interval. */
  attack: Estimate;
  /** The same about held-out patients. */
  control: Estimate;
  /** Share of right guesses that are made without synthetic records, or with a random one. */
  naive: Estimate;
  /**
   * (attack − control) / (1 − control), from the middles of Wilson's intervals, at most 1: 0 or less if
   * training patients are not worse off than others. Null if the control is always right.
   */
  risk: Estimate | null;
  /** What that means: a clause. */
  conclusion: string;
}

/** {@link AttackRisk}, when it is read from a file. */
export const attackRiskSchema: Schema<AttackRisk> = object({
  guesses: whole(0),
  control_guesses: whole(0),
  attack: estimateSchema,
  control: estimateSchema,
  naive: estimateSchema,
  risk: v.nullable(estimateSchema),
  conclusion: text,
});

/** The risk with its interval, whose errors are propagated to first order. */
function riskOf(attack: Guesses, control: Guesses, factor: number): Estimate | null {
  const own = wilsonCentre(attack.right, attack.made);
  const other = wilsonCentre(control.right, control.made);
  const base = factor * other.middle;
  if (base >= 1) return null;
  const value = (own.middle - base) / (1 - base);
  const byAttack = own.half / (1 - base);
  const byControl = factor * other.half * (own.middle - 1) / (1 - base) ** 2;
  const half = Math.hypot(byAttack, byControl);
  return { value, low: value - half, high: Math.min(1, value + half) };
}

function scaled({ value, low, high }: Estimate, factor: number): Estimate {
  const [own, lower, upper] = [value, low, high].map((each) => Math.min(1, factor * each));
  return { value: own, low: lower, high: upper };
}

/** In words; an attack that is no better than guessing is one, and its upper bound is said. */
function conclusionOf(attack: number, naive: number, risk: Estimate | null): string {
  if (risk === null) return "the control is always right, so nothing more can be found out";
  const bound = Math.max(0, risk.high).toFixed(3);
  if (attack <= naive) return `the attack is not better than guessing (upper bound ${bound})`;
  return risk.low > 0
    ? `more is found out about training patients than about others (risk at least ${
      risk.low.toFixed(3)
    })`
    : `no more is found out about training patients than about others (upper bound ${bound})`;
}

/**
 * The outcome of an attack.
 *
 * @param guesses.attack at least one guess, as in all three
 * @param controlFactor by which the control's rate is larger at most, where it was measured against
 *   fewer patients; default 1
 */
export function attackRisk(
  { attack, control, naive }: Readonly<Record<"attack" | "control" | "naive", Guesses>>,
  controlFactor = 1,
): AttackRisk {
  const risk = riskOf(attack, control, controlFactor);
  const own = wilson(attack.right, attack.made);
  const guessing = wilson(naive.right, naive.made);
  return {
    guesses: attack.made,
    control_guesses: control.made,
    attack: own,
    control: scaled(wilson(control.right, control.made), controlFactor),
    naive: guessing,
    risk,
    conclusion: conclusionOf(own.value, guessing.value, risk),
  };
}

/** Guesses from what came of each. */
export function guessesOf(outcomes: readonly boolean[]): Guesses {
  return { made: outcomes.length, right: outcomes.filter((isRight) => isRight).length };
}

/** [resamples + 1] The share of right guesses, as they are and in resamples of those who were attacked. */
export function resampledAttack(
  outcomes: readonly boolean[],
  { seed, resamples }: Asked,
): Float64Array {
  return resampledSums({ role: "real", seed }, Float64Array.from(outcomes, Number), 1, resamples)
    .map((right) => right / outcomes.length);
}
