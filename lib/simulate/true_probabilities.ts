/**
 * Probabilities of codes, pairs, labels and values that follow from the truth of a simulated cohort.
 *
 * @module
 */
import { type Stratum, topicCourse } from "./topic_course.ts";
import { gapMean, type TopicFactor, TopicMoments } from "./topic_moments.ts";
import type { SimulatedCode, SimulationModel, TopicFigures, Truth } from "./truth.ts";

/** The probability that a code is absent: `always`, times a factor for each topic that writes it. */
export interface Absence {
  readonly always: number;
  readonly factors: readonly TopicFactor[];
}

/** A code by its name: a kind of visit, or one that is written. */
type Found = { readonly kind: number } | { readonly absence: Absence };

/** What is known of a patient at a visit. */
export interface KnownPatient {
  /** Female or male. */
  readonly sex: "female" | "male";
  /** Whole years at the first visit. */
  readonly age: number;
  /** Names of all topics that the patient has at the visit. */
  readonly topics: readonly string[];
  /** Days from the visit to the next; default any, as they come. */
  readonly gapDays?: number | undefined;
}

/** The absence of a code in visits of a model. */
export function absenceOf(code: SimulatedCode, model: SimulationModel): Absence {
  return {
    always: Math.exp(-model.background_entries * code.background),
    factors: Object.entries(code.topics).map(([name, share]) => {
      const topic = model.topics.findIndex((one) => one.name === name);
      return { topic, without: 1, with: Math.exp(-model.topics[topic].entries * share) };
    }),
  };
}

/** The absence of both of two codes. */
function neither(a: Absence, b: Absence): Absence {
  const factors = new Map(a.factors.map((factor) => [factor.topic, factor]));
  for (const { topic, without, with: present } of b.factors) {
    const other = factors.get(topic) ?? { without: 1, with: 1 };
    factors.set(topic, {
      topic,
      without: without * other.without,
      with: present * other.with,
    });
  }
  return { always: a.always * b.always, factors: [...factors.values()] };
}

/** Exact probabilities under a truth; see {@link trueProbabilities}. Each throws a RangeError for an unknown name. */
export interface TrueProbabilities {
  /** The share of visits that have a code. */
  code(code: string): number;
  /** The share of visits that have both of two codes. */
  sameVisit(a: string, b: string): number;
  /**
   * The share of pairs of consecutive visits of a patient that have code `a` in the first visit and
   * code `b` in the second.
   */
  consecutive(a: string, b: string): number;
  /** For each code, the probability that a patient's next visit has it, if there is one. */
  nextVisit(patient: KnownPatient): Record<string, number>;
  /** How many patients have a topic, and how it persists. */
  topic(name: string): TopicFigures;
  /** The share of records that have a label. */
  label(name: string): number;
  /** The mean of a code's values, over the visits that have the code; NaN for a code without values. */
  valueMean(code: string): number;
}

/**
 * Exact probabilities under a truth, over patients and visits without end.
 *
 * Shares of visits count each visit once, so patients with many visits count more, as in the figures
 * of a report.
 *
 * @example A pair of codes is as frequent in a cohort as it should be
 * ```ts
 * import { simulate, trueProbabilities, truthOf } from "ehrloom";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const how = { seed: 17, codes: 30 };
 * const { vocabulary, visitCount, codes, codeOffsets } = simulate({ ...how, patients: 2000 });
 * let both = 0;
 * for (let visit = 0; visit < visitCount; visit++) {
 *   const present = codes.subarray(codeOffsets[visit], codeOffsets[visit + 1]);
 *   if (present.includes(3) && present.includes(5)) both++;
 * }
 * const truth = trueProbabilities(truthOf(how));
 * const wanted = truth.sameVisit(vocabulary.codes[3], vocabulary.codes[5]);
 * assertAlmostEquals(both / visitCount, wanted, 0.01);
 * ```
 *
 * @param truth as `truthOf` or `readTruth` gives it
 */
export function trueProbabilities(truth: Pick<Truth, "model">): TrueProbabilities {
  return new Probabilities(truth.model);
}

class Probabilities implements TrueProbabilities {
  private readonly moments: TopicMoments;
  private readonly known: ReadonlyMap<string, Found>;

  constructor(private readonly model: SimulationModel) {
    this.moments = new TopicMoments(model);
    this.known = new Map<string, Found>([
      ...model.kinds.map(({ code, probability }) => [code, { kind: probability }] as const),
      ...model.codes.map((code) => [code.code, { absence: absenceOf(code, model) }] as const),
    ]);
  }

  code(name: string): number {
    const found = this.found(name);
    return "kind" in found ? found.kind : 1 - this.absent(found.absence);
  }

  sameVisit(a: string, b: string): number {
    if (a === b) return this.code(a);
    const [one, other] = [this.found(a), this.found(b)];
    if ("kind" in one) return "kind" in other ? 0 : one.kind * this.code(b);
    if ("kind" in other) return other.kind * this.code(a);
    return 1 - this.absent(one.absence) - this.absent(other.absence) +
      this.absent(neither(one.absence, other.absence));
  }

  consecutive(a: string, b: string): number {
    const [one, other] = [this.found(a), this.found(b)];
    const second = "kind" in other ? other.kind : 1 - this.absentNext(other.absence);
    if ("kind" in one) return one.kind * second;
    if ("kind" in other) return this.code(a) * other.kind;
    const [now, next] = [one.absence, other.absence];
    const both = now.always * next.always * this.moments.mean(now.factors, next.factors);
    return 1 - this.absent(now) - this.absentNext(next) + both;
  }

  nextVisit({ sex, age, topics, gapDays }: KnownPatient): Record<string, number> {
    const stratum = this.stratumOf(sex, age);
    const has = topics.map((name) => this.topicIndex(name));
    const chance = (rates: number) =>
      gapDays === undefined ? gapMean(this.model, rates) : Math.exp(-rates * gapDays);
    const present = ({ always, factors }: Absence) => {
      // each factor is a sum of two exponentials of the days to the next visit
      const terms = factors.reduce<[weight: number, rate: number][]>((terms, factor) => {
        const { rate, steady } = topicCourse(this.model.topics[factor.topic], stratum);
        const change = factor.with - factor.without;
        const away = (has.includes(factor.topic) ? 1 : 0) - steady;
        return terms.flatMap(([weight, rates]) => [
          [weight * (factor.without + change * steady), rates],
          [weight * change * away, rates + rate],
        ]);
      }, [[1, 0]]);
      return 1 - always * terms.reduce((sum, [weight, rates]) => sum + weight * chance(rates), 0);
    };
    return Object.fromEntries(
      Array.from(this.known, ([name, found]) => [
        name,
        "kind" in found ? found.kind : present(found.absence),
      ]),
    );
  }

  topic(name: string): TopicFigures {
    const topic = this.topicIndex(name);
    const has = [{ topic, without: 0, with: 1 }];
    const [perVisit, next, both] = [
      this.moments.mean(has),
      this.moments.mean([], has),
      this.moments.mean(has, has),
    ];
    return {
      at_first_visit: this.moments.atFirstVisit(topic),
      per_visit: perVisit,
      persists: both / perVisit,
      starts: (next - both) / (1 - perVisit),
    };
  }

  label(name: string): number {
    const { base, causes } = this.model.labels[indexOf(this.model.labels, name, "label")];
    const factors = Object.entries(causes).map(([name, probability]) => ({
      topic: this.topicIndex(name),
      without: 1,
      with: 1 - probability,
    }));
    return 1 - (1 - base) * this.moments.mean(factors);
  }

  valueMean(name: string): number {
    const code = this.model.codes.find((one) => one.code === name);
    if (code?.value === undefined) return NaN;
    const { mean_without: without, mean_with: present } = code.value;
    const topic = this.topicIndex(code.value.topic);
    const { always, factors } = absenceOf(code, this.model);
    const own = factors.find((factor) => factor.topic === topic) ?? { topic, without: 1, with: 1 };
    const others = factors.filter((factor) => factor.topic !== topic);
    const had = this.moments.mean([{ topic, without: 0, with: 1 }]);
    const absentAndHad = always *
      this.moments.mean([...others, { topic, without: 0, with: own.with }]);
    const shareWith = (had - absentAndHad) / this.code(code.code);
    return without + (present - without) * shareWith;
  }

  private absent({ always, factors }: Absence): number {
    return always * this.moments.mean(factors);
  }

  /** The same in the second of two consecutive visits. */
  private absentNext({ always, factors }: Absence): number {
    return always * this.moments.mean([], factors);
  }

  private found(name: string): Found {
    const found = this.known.get(name);
    if (found !== undefined) return found;
    throw new RangeError(`Cannot find the code "${name}" in the truth`);
  }

  private topicIndex(name: string): number {
    return indexOf(this.model.topics, name, "topic");
  }

  private stratumOf(sex: KnownPatient["sex"], age: number): Stratum {
    const { youngest, oldest } = this.model.ages;
    if (Number.isSafeInteger(age) && age >= youngest && age <= oldest) {
      return { isFemale: sex === "female", age };
    }
    throw new RangeError(
      `Cannot take the age ${age}: must be a whole number between ${youngest} and ${oldest}`,
    );
  }
}

function indexOf(all: readonly { readonly name: string }[], name: string, what: string): number {
  const index = all.findIndex((one) => one.name === name);
  if (index !== -1) return index;
  throw new RangeError(`Cannot find the ${what} "${name}" in the truth`);
}
