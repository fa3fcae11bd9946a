/**
 * The exact likelihood of records under the truth that they were drawn from: no model can expect a
 * lower test loss on such records.
 *
 * A patient's topics are a hidden Markov chain over all sets of topics; sex, age and days between
 * visits are summed over, since models of codes do not see them. The probabilities of all sets at a
 * visit are a vector with one entry for each set. From visit to visit, in each topic the sum of "does
 * not have it" and "has it" stays, and the deviation from its steady state shrinks by exp(−rate × days);
 * so in these coordinates the mean over the days is one factor an entry.
 *
 * @module
 */
import { checkArguments } from "../arguments.ts";
import type { Cohort } from "../cohort/cohort.ts";
import { visitCodes, visitsOf } from "../cohort/records.ts";
import { sameTexts } from "../cohort/vocabulary.ts";
import { strata, type TopicCourse, topicCourse } from "./topic_course.ts";
import { gapMean } from "./topic_moments.ts";
import type { SimulationModel, Truth } from "./truth.ts";

/** With more topics, there are too many sets of them. */
const mostTopics = 12;

/** Patients of one sex and age: their topics at the first visit, and from visit to visit. */
interface Chain {
  /** [sets] Probability of each set of topics at the first visit. */
  readonly start: Float64Array;
  /** [topics] */
  readonly courses: readonly TopicCourse[];
  /** [sets] The mean over days of the factor by which each entry shrinks. */
  readonly shrinks: Float64Array;
}

/** Has topic `topic` in set `set`. */
const has = (set: number, topic: number) => (set >> topic & 1) === 1;

/** [sets] What `join` makes of an initial number and all topics, one after the other. */
function overSets(
  topics: number,
  initial: number,
  join: (value: number, topic: number, isIn: boolean) => number,
): Float64Array {
  return Float64Array.from({ length: 2 ** topics }, (_, set) => {
    let value = initial;
    for (let topic = 0; topic < topics; topic++) value = join(value, topic, has(set, topic));
    return value;
  });
}

/** [sets] A number, and what each topic in the set adds to it. */
function sums(initial: number, ofTopic: readonly number[]): Float64Array {
  return overSets(
    ofTopic.length,
    initial,
    (sum, topic, isIn) => isIn ? sum + ofTopic[topic] : sum,
  );
}

function chainsOf(model: SimulationModel): Chain[] {
  const count = model.topics.length;
  return strata(model).map((stratum) => {
    const courses = model.topics.map((topic) => topicCourse(topic, stratum));
    const probability = (topic: number, isIn: boolean) =>
      isIn ? courses[topic].atStart : 1 - courses[topic].atStart;
    return {
      start: overSets(count, 1, (product, topic, isIn) => product * probability(topic, isIn)),
      courses,
      shrinks: sums(0, courses.map(({ rate }) => rate)).map((rate) => gapMean(model, rate)),
    };
  });
}

/** From a visit to the next, in place: probabilities of sets, or any multiple of them. */
function advance(sets: Float64Array, { courses, shrinks }: Chain): void {
  for (const [topic, { steady }] of courses.entries()) {
    const bit = 1 << topic;
    for (let set = 0; set < sets.length; set++) {
      if (has(set, topic)) continue;
      const sum = sets[set] + sets[set | bit];
      sets[set | bit] -= steady * sum;
      sets[set] = sum;
    }
  }
  for (let set = 0; set < sets.length; set++) sets[set] *= shrinks[set];
  for (const [topic, { steady }] of courses.entries()) {
    const bit = 1 << topic;
    for (let set = 0; set < sets.length; set++) {
      if (has(set, topic)) continue;
      sets[set | bit] += steady * sets[set];
      sets[set] -= sets[set | bit];
    }
  }
}

/** What a record shows, given each set of topics. */
class Shown {
  /** [sets] Mean number of entries of a visit. */
  private readonly entries: Float64Array;
  private readonly ofCode = new Map<number, Float64Array>();
  /** [labels][sets] The probability to have the label. */
  private readonly ofLabel: readonly Float64Array[];

  constructor(private readonly model: SimulationModel) {
    const { topics, background_entries: background, labels } = model;
    this.entries = sums(background, topics.map(({ entries }) => entries));
    this.ofLabel = labels.map(({ base, causes }) =>
      overSets(
        topics.length,
        1 - base,
        (left, topic, isIn) => isIn ? left * (1 - (causes[topics[topic].name] ?? 0)) : left,
      ).map((without) => 1 - without)
    );
  }

  /** [sets] The probability of a visit's codes. */
  visit(codes: Uint32Array): Float64Array {
    const { kinds } = this.model;
    const given = codes.filter((code) => code < kinds.length);
    const kind = given.length === 1 ? kinds[given[0]].probability : 0; // there is always exactly one
    const rates = Array.from(codes.subarray(given.length), (code) => this.rates(code));
    return this.entries.map((entries, set) =>
      rates.reduce(
        // as if all were absent, exp(−entries); 1 − exp(−rate) instead of exp(−rate) if present
        (product, rates) => product * Math.expm1(rates[set]),
        kind * Math.exp(-entries),
      )
    );
  }

  /** [sets] The probability of labels, given the topics at the last visit. */
  labels(bits: Uint8Array): Float64Array {
    return this.entries.map((_, set) =>
      this.ofLabel.reduce(
        (product, shares, label) => product * (bits[label] === 1 ? shares[set] : 1 - shares[set]),
        1,
      )
    );
  }

  /** [sets] Mean number of entries of a code of the vocabulary in a visit. */
  private rates(code: number): Float64Array {
    let rates = this.ofCode.get(code);
    if (rates === undefined) {
      const { kinds, codes, topics, background_entries: entries } = this.model;
      const { background, topics: shares } = codes[code - kinds.length];
      const ofTopic = topics.map(({ name, entries }) => entries * (shares[name] ?? 0));
      this.ofCode.set(code, rates = sums(entries * background, ofTopic));
    }
    return rates;
  }
}

/** The sum of the numbers, by which they are divided. */
function normalised(sets: Float64Array): number {
  const sum = sets.reduce((sum, value) => sum + value, 0);
  for (let set = 0; set < sets.length; set++) sets[set] /= sum;
  return sum;
}

/** The log-likelihood of what a record shows, in patients of one sex and age. */
function inChain(chain: Chain, visits: readonly Float64Array[], labels: Float64Array): number {
  const sets = chain.start.slice();
  let log = 0;
  for (const [visit, shown] of visits.entries()) {
    if (visit > 0) advance(sets, chain);
    for (let set = 0; set < sets.length; set++) sets[set] *= shown[set];
    log += Math.log(normalised(sets));
  }
  return log + Math.log(sets.reduce((sum, value, set) => sum + value * labels[set], 0));
}

/** log of the mean of exp. */
function logMeanExp(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}

/** Checks that a cohort has the codes and labels of a model, in its order. */
function checkNames({ kinds, codes, labels }: SimulationModel, cohort: Cohort): void {
  const isSame = sameTexts([...kinds, ...codes].map(({ code }) => code), cohort.vocabulary.codes) &&
    sameTexts(labels.map(({ name }) => name), cohort.labelNames);
  if (!isSame) {
    throw new RangeError(
      "Cannot compute a test loss: the cohort's codes and labels are not those " +
        "of the truth",
    );
  }
}

/**
 * The test loss of the truth: what a model of labels and codes would have that knows everything there
 * is to know. It is in nats per visit, over the same events as the test loss of models: the labels,
 * which count as one visit, and the codes and the end of each visit. A model's test loss on the same
 * records is higher, apart from chance; the difference is what the model has not learned.
 *
 * @example A truth without topics in sight: one code, of the background and of one topic
 * ```ts
 * import { simulate, splitOf, testLossOfTruth, truthOf } from "ehrloom";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const cohort = simulate({ seed: 17 });
 * assertAlmostEquals(testLossOfTruth(truthOf({ seed: 17 }), splitOf(cohort, "test")), 9.5, 0.5);
 * ```
 *
 * @param truth of at most 12 topics
 * @param cohort simulated from it; usually its test split. Each record has a visit
 * @throws {RangeError} If there are more topics, no records, or other codes or labels
 */
export function testLossOfTruth({ model }: Truth, cohort: Cohort): number {
  checkArguments("testLossOfTruth", [{ model }, "options"], [cohort, "cohort"]);
  if (model.topics.length > mostTopics) {
    throw new RangeError(
      `Cannot compute a test loss of ${model.topics.length} topics: must be at most ${mostTopics}`,
    );
  }
  if (cohort.recordCount === 0) throw new RangeError("Cannot compute a test loss: no records");
  checkNames(model, cohort);
  const [chains, shown] = [chainsOf(model), new Shown(model)];
  const end = Math.log(1 / model.visits_mean);
  const goesOn = Math.log1p(-1 / model.visits_mean);
  const labelCount = cohort.labelNames.length;
  let log = 0;
  for (let record = 0; record < cohort.recordCount; record++) {
    const count = visitsOf(cohort, record);
    const visits = Array.from(
      { length: count },
      (_, i) => shown.visit(visitCodes(cohort, record, i)),
    );
    const bits = cohort.labels.subarray(record * labelCount, (record + 1) * labelCount);
    const labels = shown.labels(bits);
    log += logMeanExp(chains.map((chain) => inChain(chain, visits, labels)));
    log += end + (count > 1 ? (count - 1) * goesOn : 0);
  }
  return -log / (cohort.visitCount + cohort.recordCount);
}
