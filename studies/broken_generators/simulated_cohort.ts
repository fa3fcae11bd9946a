/**
 * Cohorts whose effects and hazards are known, and generators that break one of them each.
 *
 * A patient may be a smoker and may be obese. Lung disease begins with a constant hazard per day, five
 * times as high in smokers, and is coded in later visits; an inhaler follows it at the next visit.
 * Six acute diseases come at random, nine in ten with their treatment at the next visit. Heart failure, the label,
 * has a known log odds ratio for obesity. Twelve other codes mean nothing.
 *
 * @module
 */
import { type Cohort, cohortOf, type Random, random, vocabulary } from "ehrloom";

/** What is true in the simulated cohort. */
export const truth = {
  /** Hazard of lung disease per day without smoking. */
  hazard: 0.0006,
  /** Hazard ratio of smoking. */
  hazardRatio: 5,
  /** Log odds ratio of heart failure for obesity. */
  logOddsRatio: 1.5,
} as const;

/** Codes that mean nothing. */
const background = 12;

/** Acute diseases, each with a treatment. */
const acute = 6;
const acuteNames = Array.from({ length: acute }, (_, i) => `acute ${i + 1}`);

const codes = [
  "smoking",
  "obesity",
  "lung disease",
  "inhaler",
  ...acuteNames,
  ...acuteNames.map((name) => `treatment of ${name}`),
  ...Array.from({ length: background }, (_, i) => `other ${i + 1}`),
];

const [smoking, obesity, lungDisease, inhaler, firstAcute] = codes.keys();
const firstTreatment = firstAcute + acute;
const firstOther = firstTreatment + acute;

/** What a generator gets wrong. */
export type Fault =
  | "none"
  | "effects shuffled"
  | "hazards halved"
  | "label flipped"
  | "time scrambled";

/** All faults, none first. */
export const faults: readonly Fault[] = [
  "none",
  "effects shuffled",
  "hazards halved",
  "label flipped",
  "time scrambled",
];

/** Risks of a patient. */
interface Risks {
  readonly isSmoker: boolean;
  readonly isObese: boolean;
}

function drawnRisks(draws: Random): Risks {
  return { isSmoker: draws.uniform() < 0.4, isObese: draws.uniform() < 0.4 };
}

/**
 * The visits of a patient.
 *
 * @param coded the risks that visits show
 * @param hazard of lung disease per day
 */
function visitsOf(draws: Random, coded: Risks, hazard: number) {
  const happens = (probability: number) => draws.uniform() < probability;
  const waits = (mean: number) => -mean * Math.log(1 - draws.uniform());
  const onset = waits(1 / hazard);
  const gapDays = Array.from(
    { length: 4 + draws.integer(12) },
    (_, visit) => visit === 0 ? 0 : 1 + Math.floor(waits(80)),
  );
  let [day, wasIll] = [0, false];
  let attacks: number[] = [];
  const visits = gapDays.map((gap, visit) => {
    day += gap;
    const isIll = visit > 0 && day >= onset;
    const found: number[] = [];
    if (wasIll) found.push(inhaler);
    if (isIll && (!wasIll || happens(0.7))) found.push(lungDisease);
    for (const attack of attacks) if (happens(0.9)) found.push(firstTreatment + attack);
    attacks = [...Array(acute).keys()].filter(() => happens(0.08));
    found.push(...attacks.map((attack) => firstAcute + attack));
    if (coded.isSmoker && (visit === 0 || happens(0.3))) found.push(smoking);
    if (coded.isObese && (visit === 0 || happens(0.3))) found.push(obesity);
    for (let other = 0; other < background; other++) {
      if (happens(0.1)) found.push(firstOther + other);
    }
    wasIll = isIll;
    return found;
  });
  return { visits, gapDays };
}

/** A simulated cohort, true but for the fault. */
export function simulated(seed: number, records: number, fault: Fault = "none"): Cohort {
  const draws = random(seed);
  const base = truth.hazard * (fault === "hazards halved" ? 0.5 : 1);
  return cohortOf(
    vocabulary(codes),
    ["heart failure"],
    Array.from({ length: records }, () => {
      const [own, others] = [drawnRisks(draws), drawnRisks(draws)];
      const coded = fault === "effects shuffled" ? others : own; // those of another patient
      const hazard = base * (own.isSmoker ? truth.hazardRatio : 1);
      const { visits, gapDays } = visitsOf(draws, coded, hazard);
      const odds = Math.exp(-1 + (own.isObese ? truth.logOddsRatio : 0));
      const isFailing = draws.uniform() < odds / (1 + odds);
      return {
        visits: fault === "time scrambled" ? draws.shuffle(visits) : visits,
        gapDays,
        labels: [Number(isFailing !== (fault === "label flipped"))],
      };
    }),
  );
}
