/**
 * Probabilities that patients have topics, in closed form.
 *
 * Given sex and age, topics are independent, and each has its probability π + (p − π) exp(−κt), t days
 * after the first visit: with p at the first visit and π after endless time. A product over topics is
 * a sum of exponentials of t. The mean of exp(−κt) over visits is a geometric series, since days
 * between visits and numbers of visits are geometric, and independent of topics: with the mean L of
 * exp(−κ days) between two visits and the probability e that a record ends, it is e / (1 − (1 − e) L).
 * As numbers of visits have no memory, the first of two consecutive visits and the last visit of a
 * record are like any visit.
 *
 * @module
 */
import { strata, type Stratum, type TopicCourse, topicCourse } from "./topic_course.ts";
import type { SimulationModel } from "./truth.ts";

/** A factor of an expectation: its value where the patient does not have the topic, and where. */
export interface TopicFactor {
  /** Index of the topic. */
  readonly topic: number;
  readonly without: number;
  readonly with: number;
}

/** weight × exp(−since × days since the first visit) × exp(−gap × days to the next visit). */
interface Exponential {
  readonly weight: number;
  readonly since: number;
  readonly gap: number;
}

function product(a: readonly Exponential[], b: readonly Exponential[]): Exponential[] {
  return a.flatMap((one) =>
    b.map((other) => ({
      weight: one.weight * other.weight,
      since: one.since + other.since,
      gap: one.gap + other.gap,
    }))
  );
}

/** The mean of exp(−rate × days) from one visit to the next. */
export function gapMean({ gap_days_mean: mean }: SimulationModel, rate: number): number {
  const stays = Math.exp(-rate) / mean;
  return stays / (1 - (1 - 1 / mean) * Math.exp(-rate));
}

/** The probability that the patient has a topic at a visit, at the next one, or at both. */
function probability(
  { rate, steady, atStart }: TopicCourse,
  isNow: boolean,
  isNext: boolean,
): Exponential[] {
  const had = (gap: number): Exponential[] => [
    { weight: steady, since: 0, gap: 0 },
    { weight: atStart - steady, since: rate, gap },
  ];
  if (!isNow) return had(rate);
  if (!isNext) return had(0);
  const stays = [{ weight: steady, since: 0, gap: 0 }, { weight: 1 - steady, since: 0, gap: rate }];
  return product(had(0), stays);
}

/** Probabilities of topics in a model; each is computed once. */
export class TopicMoments {
  private readonly known = new Map<string, number>();
  private readonly strata: readonly Stratum[];

  constructor(private readonly model: SimulationModel) {
    this.strata = strata(model);
  }

  /**
   * The mean of a product of factors over all visits, or over all pairs of consecutive visits.
   *
   * @param now factors at the visit, one a topic
   * @param next factors at the visit after it, one a topic
   */
  mean(now: readonly TopicFactor[], next: readonly TopicFactor[] = []): number {
    let sum = 0;
    for (const [atNow, nowWeight] of parts(now)) {
      for (const [atNext, nextWeight] of parts(next)) {
        const weight = nowWeight * nextWeight;
        if (weight !== 0) sum += weight * this.moment(atNow, atNext);
      }
    }
    return sum;
  }

  /** The share of patients who have a topic at the first visit. */
  atFirstVisit(topic: number): number {
    const courses = this.strata.map((one) => topicCourse(this.model.topics[topic], one));
    return courses.reduce((sum, { atStart }) => sum + atStart, 0) / courses.length;
  }

  /** The probability of a patient to have all these topics at a visit, and those at the next. */
  private moment(now: readonly number[], next: readonly number[]): number {
    const key = `${now.toSorted()} ${next.toSorted()}`;
    let moment = this.known.get(key);
    if (moment === undefined) {
      const sum = this.strata.reduce((sum, stratum) => sum + this.inStratum(stratum, now, next), 0);
      this.known.set(key, moment = sum / this.strata.length);
    }
    return moment;
  }

  private inStratum(stratum: Stratum, now: readonly number[], next: readonly number[]): number {
    const { model } = this;
    const goesOn = 1 - 1 / model.visits_mean;
    const terms = [...new Set([...now, ...next])].reduce((terms, topic) => {
      const course = topicCourse(model.topics[topic], stratum);
      return product(terms, probability(course, now.includes(topic), next.includes(topic)));
    }, [{ weight: 1, since: 0, gap: 0 }]);
    return terms.reduce((sum, { weight, since, gap }) => {
      const overVisits = (1 - goesOn) / (1 - goesOn * gapMean(model, since));
      return sum + weight * overVisits * (gap === 0 ? 1 : gapMean(model, gap));
    }, 0);
  }
}

/**
 * A product of factors, multiplied out: ∏ (without + (with − without) X) is a sum over sets of topics
 * that the patient has, each with its weight.
 */
function parts(factors: readonly TopicFactor[]): [topics: number[], weight: number][] {
  return factors.reduce<[number[], number][]>(
    (sets, factor) =>
      sets.flatMap(([topics, weight]) => [
        [topics, weight * factor.without],
        [[...topics, factor.topic], weight * (factor.with - factor.without)],
      ]),
    [[[], 1]],
  );
}
