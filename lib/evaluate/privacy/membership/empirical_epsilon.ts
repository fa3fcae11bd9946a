/**
 * What the scores of attacks say about differential privacy: with at least this epsilon could the
 * records have been made.
 *
 * Under (ε, δ)-differential privacy no rule has a true-positive rate above e^ε · FPR + δ, nor one minus
 * FPR above e^ε · (1 − TPR) + δ. The attack, threshold and side with the largest bound are chosen on half
 * of the records, and the bound is computed on the other half from exact intervals.
 *
 * @see Nasr et al. 2021, "Adversary Instantiation"; Houssiau et al. 2022 (TAPAS)
 * @module
 */
import { object, type Schema, text } from "../../../files/checked_json.ts";
import { stream } from "../../../random.ts";
import { clopperPearson } from "../../binomial.ts";
import { type Estimate, figureSchema } from "../../bootstrap.ts";
import { wilson } from "../../wilson.ts";

/** A lower bound of epsilon, from attacks. */
export interface EmpiricalEpsilon {
  /** The attack whose bound it is. */
  attack: string;
  /** At least 0; 0 says only that these attacks show nothing. Infinite is not possible. */
  lower_bound: number;
  /** The δ of (ε, δ). */
  delta: number;
  /** The probability with which the bound is one, in [0, 1]. */
  confidence: number;
}

/** {@link EmpiricalEpsilon}, when it is read from a file. */
export const empiricalEpsilonSchema: Schema<EmpiricalEpsilon> = object({
  attack: text,
  lower_bound: figureSchema,
  delta: figureSchema,
  confidence: figureSchema,
});

/** Scores of an attack, higher for likelier members. */
export interface AttackScores {
  readonly members: Float64Array;
  readonly nonMembers: Float64Array;
}

/** Calls records with at least this score members, or all others non-members. */
interface Rule {
  readonly attack: string;
  readonly threshold: number;
  readonly side: "members" | "non-members";
}

/** Thresholds that are tried for each attack. */
const thresholds = 50;

type Interval = (count: number, total: number) => Estimate;

/** The bound that a rule gives on some records. */
function boundOf(
  { threshold, side }: Rule,
  { members, nonMembers }: AttackScores,
  delta: number,
  interval: Interval,
): number {
  const [of, others] = side === "members" ? [members, nonMembers] : [nonMembers, members];
  const isCalled = (score: number) => score >= threshold === (side === "members");
  const hits = of.filter(isCalled).length;
  const alarms = others.filter(isCalled).length;
  const most = interval(hits, of.length).low - delta;
  return most <= 0 ? 0 : Math.max(0, Math.log(most / interval(alarms, others.length).high));
}

/** Scores at evenly spaced places of all scores, distinct. */
function thresholdsOf({ members, nonMembers }: AttackScores): number[] {
  const sorted = Float64Array.from([...members, ...nonMembers]).sort();
  const places = Array.from(
    { length: thresholds },
    (_, i) => sorted[Math.floor(i * sorted.length / thresholds)],
  );
  return [...new Set(places)];
}

/** Two random halves. */
function halves(scores: Float64Array, draws: { shuffle(list: Float64Array): Float64Array }) {
  const shuffled = draws.shuffle(scores.slice());
  const middle = scores.length >> 1;
  return [shuffled.subarray(0, middle), shuffled.subarray(middle)];
}

/**
 * A lower bound of epsilon from the scores of attacks.
 *
 * It says how strong the attacks were on one training set, with many records at once: a model may need
 * a larger epsilon, and a bound of 0 is no evidence of privacy.
 *
 * @param attacks by name; at least one
 * @param how.delta default 1e-5
 */
export function empiricalEpsilon(
  attacks: ReadonlyMap<string, AttackScores>,
  { seed, delta = 1e-5 }: { readonly seed: number; readonly delta?: number },
): EmpiricalEpsilon {
  const chosenOn = new Map<string, AttackScores>();
  const testedOn = new Map<string, AttackScores>();
  for (const [attack, { members, nonMembers }] of attacks) {
    // the same stream for every attack: the same records are in the same half
    const draws = stream("epsilonHalves", seed);
    const [ownMembers, otherMembers] = halves(members, draws);
    const [own, other] = halves(nonMembers, draws);
    chosenOn.set(attack, { members: ownMembers, nonMembers: own });
    testedOn.set(attack, { members: otherMembers, nonMembers: other });
  }
  let best: { rule: Rule; bound: number } | undefined;
  for (const [attack, scores] of chosenOn) {
    for (const threshold of thresholdsOf(scores)) {
      for (const side of ["members", "non-members"] as const) {
        const rule = { attack, threshold, side };
        const bound = boundOf(rule, scores, delta, wilson);
        if (best === undefined || bound > best.bound) best = { rule, bound };
      }
    }
  }
  if (best === undefined) throw new RangeError("Cannot bound epsilon: there is no attack");
  const { rule } = best;
  const scores = testedOn.get(rule.attack);
  const lower_bound = scores === undefined ? 0 : boundOf(rule, scores, delta, clopperPearson);
  return { attack: rule.attack, lower_bound, delta, confidence: 0.95 };
}
