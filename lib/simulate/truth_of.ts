/**
 * Draws the truth of a simulated cohort: by a random seed, for the sizes that are asked for.
 *
 * @module
 */
import { checkOptions } from "../arguments.ts";
import { type Random, stream } from "../random.ts";
import { version } from "../version.ts";
import { TopicMoments } from "./topic_moments.ts";
import { trueFigures } from "./true_figures.ts";
import { absenceOf } from "./true_probabilities.ts";
import type {
  SimulatedCode,
  SimulatedLabel,
  SimulationModel,
  Topic,
  Truth,
  TruthOptions,
} from "./truth.ts";

/** The sizes of a truth where no others are asked for. */
export const truthDefaults: Readonly<Record<keyof TruthOptions, number>> = {
  seed: 1,
  codes: 60,
  visitsMean: 8,
  codesMean: 4,
  topics: 8,
  labels: 3,
};

const kinds = [
  { code: "VISIT//office", probability: 0.7 },
  { code: "VISIT//emergency", probability: 0.2 },
  { code: "VISIT//hospital", probability: 0.1 },
];

/** Each third topic ends by itself. */
const endsEach = 3;
/** Each fourth code of a topic is also one of the next topic. */
const sharedEach = 4;
/** Codes that are measured: the first one of each of the first topics, and frequent. */
const mostMeasured = 2;
/** A man of 50 years has about this number of topics, and at most a quarter of them. */
const topicsPerPatient = 2;
/** A record lasts about this number of days, unless visits are rarer than every half year. */
const recordDays = 5 * 365;
const largestGap = 180;

const between = (draws: Random, low: number, high: number) => low + (high - low) * draws.uniform();

/** Shares that fall as 1, 1/2, 1/3, …. */
function zipf(count: number): number[] {
  const weights = Array.from({ length: count }, (_, rank) => 1 / (rank + 1));
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / sum);
}

function drawnTopics(count: number, draws: Random): Topic[] {
  const usual = Math.min(0.25, topicsPerPatient / count);
  return Array.from({ length: count }, (_, index) => {
    const ends = index % endsEach === endsEach - 1;
    const share = usual * between(draws, 0.6, 1.4); // of men of 50 years
    const end = ends ? between(draws, 0.5, 2) : 0;
    return {
      name: `topic ${index + 1}`,
      onset_per_year: ends ? end * share / (1 - share) : -Math.log(1 - share) / 50,
      hazard_ratio_female: Math.exp(between(draws, -0.7, 0.7)),
      hazard_ratio_per_ten_years: Math.exp(between(draws, 0, ends ? 0.2 : 0.4)),
      end_per_year: end,
      entries: between(draws, 1.5, 3), // for one entry of the background; scaled afterwards
    };
  });
}

/** Codes that belong to the topics in turn. */
function drawnCodes(count: number, topics: readonly Topic[], draws: Random): SimulatedCode[] {
  const ofTopic = topics.map((_, topic) =>
    Array.from(
      { length: Math.ceil((count - topic) / topics.length) },
      (_, i) => topic + i * topics.length,
    )
  );
  const shares: Record<string, number>[] = Array.from({ length: count }, () => ({}));
  for (const [topic, own] of ofTopic.entries()) {
    const before = ofTopic[(topic + topics.length - 1) % topics.length];
    const shared = topics.length === 1
      ? []
      : before.filter((_, i) => i % sharedEach === sharedEach - 1);
    const written = [...own, ...shared];
    const falling = draws.shuffle(zipf(written.length));
    for (const [i, code] of written.entries()) shares[code][topics[topic].name] = falling[i];
  }
  const measured = Math.min(mostMeasured, topics.length);
  const falling = zipf(count);
  const background = [
    ...falling.slice(0, measured),
    ...draws.shuffle(falling.slice(measured)),
  ];
  const digits = String(count).length;
  return shares.map((topics, code): SimulatedCode => ({
    code: `CODE//${String(code + 1).padStart(digits, "0")}`,
    background: background[code],
    topics,
  }));
}

/** Gives the first code of some topics a value. */
function withValues(
  codes: readonly SimulatedCode[],
  topics: readonly Topic[],
  draws: Random,
): SimulatedCode[] {
  return codes.map((code, index) => {
    if (index >= Math.min(mostMeasured, topics.length)) return code;
    const without = between(draws, 50, 150);
    const deviation = without * between(draws, 0.1, 0.15);
    return {
      ...code,
      value: {
        topic: topics[index].name,
        mean_without: without,
        mean_with: without + deviation * between(draws, 1.5, 2.5),
        standard_deviation: deviation,
      },
    };
  });
}

function drawnLabels(count: number, topics: readonly Topic[], draws: Random): SimulatedLabel[] {
  return Array.from({ length: count }, (_, index) => {
    const [first, second] = [index, index + 1].map((at) => topics[at % topics.length].name);
    return {
      name: `outcome ${index + 1}`,
      base: between(draws, 0.02, 0.06),
      causes: {
        [first]: between(draws, 0.6, 0.9),
        ...topics.length > 1 && { [second]: between(draws, 0.2, 0.4) },
      },
    };
  });
}

/** The model with all entries multiplied, so that visits have the wanted mean of codes. */
function scaled(model: SimulationModel, codesMean: number): SimulationModel {
  const times = (factor: number): SimulationModel => ({
    ...model,
    background_entries: factor * model.background_entries,
    topics: model.topics.map((topic) => ({ ...topic, entries: factor * topic.entries })),
  });
  const moments = new TopicMoments(model); // which entries do not change
  const meanAt = (factor: number) => {
    const multiplied = times(factor);
    return multiplied.codes.reduce((sum, code) => {
      const { always, factors } = absenceOf(code, multiplied);
      return sum + 1 - always * moments.mean(factors);
    }, 1); // 1 for the kind
  };
  let [low, high] = [0, 1];
  while (meanAt(high) < codesMean) [low, high] = [high, 2 * high];
  for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) {
    if (meanAt(middle) < codesMean) low = middle;
    else high = middle;
  }
  return times(high);
}

/** What is wrong with what is asked for, as the end of a sentence; undefined if nothing is. */
function problemOf(wanted: Readonly<Record<keyof TruthOptions, number>>): string | undefined {
  const wholes = { seed: 0, topics: 1, codes: 1, labels: 0 } as const;
  for (const name of ["seed", "topics", "codes", "labels"] as const) {
    const value = wanted[name];
    if (Number.isSafeInteger(value) && value >= wholes[name]) continue;
    return `${name} is ${value}, must be a whole number, at least ${wholes[name]}`;
  }
  const { codes, topics, labels, visitsMean, codesMean } = wanted;
  const least = topics + kinds.length;
  if (codes < least) {
    return `codes is ${codes}, must be at least ${least}: one for each topic, and ` +
      `${kinds.length} kinds of visits`;
  }
  if (labels > topics) return `labels is ${labels}, must be at most ${topics}, one for each topic`;
  if (!(visitsMean >= 1 && visitsMean <= 1000)) {
    return `the mean number of visits is ${visitsMean}, must be a number between 1 and 1000`;
  }
  const most = Math.min(100, 1 + (codes - kinds.length) / 2);
  if (!(codesMean > 1 && codesMean <= most)) {
    return `the mean number of codes is ${codesMean}, must be above 1, since each visit has its kind, and at ` +
      `most ${most} with ${codes} codes`;
  }
}

/**
 * The truth behind a simulated cohort: a model of patients, drawn by a random seed, and what follows
 * from it exactly. The number of patients does not matter to it.
 *
 * @example How frequent the second label is, and why
 * ```ts
 * import { truthOf } from "ehrloom";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const { model, expected } = truthOf({ seed: 17 });
 * assertEquals(Object.keys(model.labels[1].causes).toSorted(), ["topic 2", "topic 3"]);
 * assertEquals(Object.keys(expected.labels), ["outcome 1", "outcome 2", "outcome 3"]);
 * assertAlmostEquals(expected.codes_per_visit, 4);
 * ```
 *
 * @param options sizes, and the random seed that decides everything else
 * @throws {RangeError} If there are fewer codes than the topics need, or a mean cannot be reached
 */
export function truthOf(options: TruthOptions = {}): Truth {
  checkOptions("truthOf", options, Object.keys(truthDefaults));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const wanted = { ...truthDefaults, ...Object.fromEntries(given) };
  const problem = problemOf(wanted);
  if (problem !== undefined) throw new RangeError(`Cannot simulate: ${problem}`);
  const draws = stream("simulatedTruth", wanted.seed);
  const topics = drawnTopics(wanted.topics, draws);
  const codes = drawnCodes(wanted.codes - kinds.length, topics, draws);
  const model = scaled({
    ages: { youngest: 20, oldest: 79 },
    visits_mean: wanted.visitsMean,
    gap_days_mean: Math.max(1, Math.min(largestGap, Math.round(recordDays / wanted.visitsMean))),
    kinds,
    background_entries: 1,
    topics,
    codes: withValues(codes, topics, draws),
    labels: drawnLabels(wanted.labels, topics, draws),
  }, wanted.codesMean);
  return {
    about: { ehrloom: version, seed: wanted.seed },
    model,
    expected: trueFigures(model),
  };
}
