/**
 * Draws simulated patients, each from a random stream of its own.
 *
 * @module
 */
import { daysPerYear } from "../cohort/cohort.ts";
import { type Random, stream } from "../random.ts";
import { strata, type TopicCourse, topicCourse } from "./topic_course.ts";
import type { SimulationModel, Truth } from "./truth.ts";

/** Gets what is drawn of a patient, in the order of time. */
export interface PatientWriter {
  /** A visit begins. */
  visit(gapDays: number): void;
  /** A code of the visit; codes ascend. `value` is NaN where none is measured. */
  code(code: number, value: number): void;
}

/** What is drawn of a patient besides visits. */
export interface PatientFacts {
  readonly isFemale: boolean;
  /** Days since 1970-01-01. */
  readonly birthDay: number;
  readonly startDay: number;
  /** [labels] */
  readonly labels: readonly boolean[];
}

/** First visits are within ten years from this day on: 2010-01-01. */
const firstDay = Date.UTC(2010, 0, 1) / 86_400_000;
const firstDays = 3652;

/** A number in [0, 1) with 32 bits: rare codes are much rarer than 2⁻²⁴ can tell apart. */
const fine = (draws: Random) => draws.integer(2 ** 32) / 2 ** 32;

/** Days until something with a constant hazard per day; endless for a hazard of 0. */
const waiting = (hazard: number, draws: Random) =>
  hazard === 0 ? Infinity : -Math.log(1 - draws.uniform()) / hazard;

/** A whole number, at least 1, with the given mean: of trials up to the first success. */
const geometric = (mean: number, draws: Random) =>
  1 + Math.floor(Math.log(1 - draws.uniform()) / Math.log(1 - 1 / mean));

/** Something that writes entries: a Poisson number of them, codes by their shares. */
interface Source {
  readonly entries: number;
  readonly codes: Uint32Array;
  /** [codes] Sums of the shares up to each code, each below 1 but the last. */
  readonly sums: Float64Array;
}

function sourceOf(entries: number, shares: readonly (readonly [code: number, share: number])[]) {
  let sum = 0;
  const sums = Float64Array.from(shares, ([, share]) => sum += share);
  return { entries, codes: Uint32Array.from(shares, ([code]) => code), sums };
}

/** A code by its share. */
function drawnCode({ codes, sums }: Source, draws: Random): number {
  const at = fine(draws) * sums[sums.length - 1];
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > at) high = middle;
    else low = middle + 1;
  }
  return codes[low];
}

/** The state of a patient's topics, which changes as days pass. */
class Topics {
  readonly has: Uint8Array;
  private readonly changes: Float64Array; // days since the first visit

  constructor(private readonly courses: readonly TopicCourse[], private readonly draws: Random) {
    this.has = Uint8Array.from(courses, ({ atStart }) => draws.uniform() < atStart ? 1 : 0);
    this.changes = Float64Array.from(courses, (_, topic) => this.waiting(topic));
  }

  /** Makes all changes up to a day. */
  until(day: number): void {
    for (let topic = 0; topic < this.has.length; topic++) {
      while (this.changes[topic] <= day) {
        this.has[topic] = 1 - this.has[topic];
        this.changes[topic] += this.waiting(topic);
      }
    }
  }

  private waiting(topic: number): number {
    const { onset, end } = this.courses[topic];
    return waiting(this.has[topic] === 1 ? end : onset, this.draws);
  }
}

/** Draws the patients of a truth. */
export class Patients {
  private readonly model: SimulationModel;
  private readonly strata;
  /** [strata][topics] */
  private readonly courses: readonly TopicCourse[][];
  private readonly background: Source;
  private readonly ofTopic: readonly Source[];
  /** [codes but kinds] Index of the topic of a code's value, -1 for a code without values. */
  private readonly valueTopics: Int32Array;
  /** [labels] For each cause, its topic and its probability. */
  private readonly causes: readonly (readonly (readonly [topic: number, probability: number])[])[];
  private readonly visit: number[] = [];

  constructor(private readonly truth: Truth) {
    const { model } = truth;
    const { topics, codes, labels } = model;
    const indexOf = new Map(topics.map(({ name }, index) => [name, index]));
    const topicOf = (name: string) => indexOf.get(name) ?? -1;
    this.model = model;
    this.strata = strata(model);
    this.courses = this.strata.map((one) => topics.map((topic) => topicCourse(topic, one)));
    this.background = sourceOf(
      model.background_entries,
      codes.map(({ background }, code) => [code, background]),
    );
    const shares: [code: number, share: number][][] = topics.map(() => []);
    for (const [code, { topics }] of codes.entries()) {
      for (const [name, share] of Object.entries(topics)) shares[topicOf(name)].push([code, share]);
    }
    this.ofTopic = topics.map(({ entries }, topic) => sourceOf(entries, shares[topic]));
    this.valueTopics = Int32Array.from(codes, ({ value }) => value ? topicOf(value.topic) : -1);
    this.causes = labels.map(({ causes }) =>
      Object.entries(causes).map(([name, probability]) => [topicOf(name), probability] as const)
    );
  }

  /**
   * Draws a patient.
   *
   * @param number of the patient, from 0; decides all draws, together with the truth's random seed
   */
  draw(number: number, writer: PatientWriter): PatientFacts {
    const draws = stream("simulatedPatients", this.truth.about.seed, number);
    const at = draws.integer(this.strata.length);
    const { isFemale, age } = this.strata[at];
    const startDay = firstDay + draws.integer(firstDays);
    const birthDay = startDay - Math.ceil(age * daysPerYear) - draws.integer(365);
    const topics = new Topics(this.courses[at], draws);
    const visits = geometric(this.model.visits_mean, draws);
    let day = 0;
    for (let visit = 0; visit < visits; visit++) {
      const gapDays = visit === 0 ? 0 : geometric(this.model.gap_days_mean, draws);
      day += gapDays;
      topics.until(day);
      writer.visit(gapDays);
      this.drawVisit(topics, draws, writer);
    }
    const labels = this.model.labels.map(({ base }, label) =>
      this.causes[label].reduce(
        (given, [topic, probability]) =>
          draws.uniform() < probability && topics.has[topic] === 1 || given,
        draws.uniform() < base,
      )
    );
    return { isFemale, birthDay, startDay, labels };
  }

  private drawVisit(topics: Topics, draws: Random, writer: PatientWriter): void {
    const { kinds, codes } = this.model;
    const { visit } = this;
    writer.code(drawnKind(kinds, draws), NaN);
    visit.length = 0;
    write(this.background, visit, draws);
    for (let topic = 0; topic < this.ofTopic.length; topic++) {
      if (topics.has[topic] === 1) write(this.ofTopic[topic], visit, draws);
    }
    for (const code of visit) {
      const { value } = codes[code];
      writer.code(
        kinds.length + code,
        value === undefined
          ? NaN
          : (topics.has[this.valueTopics[code]] === 1 ? value.mean_with : value.mean_without) +
            value.standard_deviation * draws.normal(),
      );
    }
  }
}

/** The kind of a visit; the last one has what the others leave. */
function drawnKind(kinds: SimulationModel["kinds"], draws: Random): number {
  let left = draws.uniform();
  let kind = 0;
  while (kind < kinds.length - 1 && (left -= kinds[kind].probability) >= 0) kind++;
  return kind;
}

/** Writes a source's entries into a visit, whose codes ascend and are distinct. */
function write(source: Source, visit: number[], draws: Random): void {
  // as many as events of a Poisson process in the time `entries`
  for (let time = waiting(1, draws); time < source.entries; time += waiting(1, draws)) {
    const code = drawnCode(source, draws);
    let at = visit.length;
    while (at > 0 && visit[at - 1] > code) at--;
    if (at === 0 || visit[at - 1] !== code) visit.splice(at, 0, code);
  }
}
