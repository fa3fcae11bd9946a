/**
 * The truth behind a simulated cohort: the model whole, and figures that follow from it.
 *
 * A patient has a sex and an age at the first visit, in whole years, all equally likely. Each
 * **topic** is a hidden condition, which the patient has or has not. It starts by a hazard that
 * depends on sex and age (proportional hazards), and ends by another one; some topics never end. What
 * the patient has at the first visit follows from the same hazards, at work since birth.
 *
 * After a visit, the next one comes on each day with the same probability; a record ends after each
 * visit with the same probability. Every visit has exactly one kind. Then the background and each topic
 * that the patient has write entries: a Poisson number of them, each a code drawn from the shares of
 * what writes it. A code that is written twice counts once. So a code is absent with the probability
 * exp(−Σ entries × share) over all that write, independently of other codes given the topics.
 *
 * Some codes are measured: normal values, whose mean depends on a topic. Labels follow from the topics
 * at the last visit: each cause that the patient has gives the label with a probability of its own.
 *
 * @module
 */
import * as v from "valibot";
import {
  finite,
  list,
  named,
  object,
  readCheckedJson,
  type Schema,
  text,
  whole,
} from "../files/checked_json.ts";

/** The file of a cohort folder with the truth. */
export const truthFile = "truth.json";

/** What decides a truth; see `truthOf` for the defaults. */
export interface TruthOptions {
  /** Random seed of the truth and of its patients; default 1. */
  readonly seed?: number | undefined;
  /** Codes in all; default 60. */
  readonly codes?: number | undefined;
  /** Mean number of visits of a record; default 8. */
  readonly visitsMean?: number | undefined;
  /** Mean number of codes of a visit; default 4. */
  readonly codesMean?: number | undefined;
  /** Topics; default 8. */
  readonly topics?: number | undefined;
  /** Labels; default 3. */
  readonly labels?: number | undefined;
}

/** A hidden condition of patients. */
export interface Topic {
  /** Its name: "topic 1", …. */
  readonly name: string;
  /** Hazard of its start in men of 50 years who do not have it, per year. */
  readonly onset_per_year: number;
  /** By which that hazard is multiplied in women. */
  readonly hazard_ratio_female: number;
  /** By which that hazard is multiplied for each ten years above 50. */
  readonly hazard_ratio_per_ten_years: number;
  /** Hazard of its end in those who have it, per year; 0 if it stays for life. */
  readonly end_per_year: number;
  /** Mean number of entries that it writes into a visit. */
  readonly entries: number;
}

/** What is measured with a code: normal values. */
export interface SimulatedValue {
  /** The topic on which the mean depends. */
  readonly topic: string;
  /** The mean in patients who do not have the topic at the visit. */
  readonly mean_without: number;
  /** The mean in patients who have it. */
  readonly mean_with: number;
  /** The standard deviation in either. */
  readonly standard_deviation: number;
}

/** A code that is written into visits. */
export interface SimulatedCode {
  /** As in the vocabulary. */
  readonly code: string;
  /** Its share of the background's entries. */
  readonly background: number;
  /** Its share of a topic's entries, for each topic that writes it. */
  readonly topics: Readonly<Record<string, number>>;
  /** What is measured with it; omitted for most codes. */
  readonly value?: SimulatedValue | undefined;
}

/** A label and what gives it. */
export interface SimulatedLabel {
  /** As in the cohort. */
  readonly name: string;
  /** Its probability without any cause. */
  readonly base: number;
  /** For each topic that is a cause: the probability that it gives the label. */
  readonly causes: Readonly<Record<string, number>>;
}

/** All that patients are drawn from. */
export interface SimulationModel {
  /** Whole years at the first visit, each as likely as the others. */
  readonly ages: { readonly youngest: number; readonly oldest: number };
  /** Mean number of visits of a record. */
  readonly visits_mean: number;
  /** Mean number of days from one visit to the next. */
  readonly gap_days_mean: number;
  /** The kinds of a visit, of which each has exactly one. */
  readonly kinds: readonly { readonly code: string; readonly probability: number }[];
  /** Mean number of entries that the background writes into a visit. */
  readonly background_entries: number;
  /** The hidden conditions. */
  readonly topics: readonly Topic[];
  /** All codes but the kinds of visits, in the vocabulary's order. */
  readonly codes: readonly SimulatedCode[];
  /** Labels and what gives them. */
  readonly labels: readonly SimulatedLabel[];
}

/** Two codes and how probable they are together. */
export interface TruePair {
  /** Two different codes. */
  readonly codes: readonly [string, string];
  /** Share of visits that have both. */
  readonly same_visit: number;
  /** Share of pairs of consecutive visits that have the first code, then the second. */
  readonly consecutive: number;
  /** The same, the second code before the first. */
  readonly consecutive_back: number;
}

/** What follows from a model for a cohort without end. */
export interface TrueFigures {
  /** Mean number of visits of a record. */
  readonly visits_per_record: number;
  /** Mean number of codes of a visit. */
  readonly codes_per_visit: number;
  /** For each code, the share of visits that have it. */
  readonly codes: Readonly<Record<string, number>>;
  /** For each topic: how many have it, and how it persists. */
  readonly topics: Readonly<Record<string, TopicFigures>>;
  /** For each label, the share of records that have it. */
  readonly labels: Readonly<Record<string, number>>;
  /** For each measured code, the mean of its values. */
  readonly value_means: Readonly<Record<string, number>>;
  /** The pairs of the most probable codes. */
  readonly pairs: readonly TruePair[];
}

/** How many have a topic, and how it persists. */
export interface TopicFigures {
  /** Share of patients who have it at the first visit. */
  readonly at_first_visit: number;
  /** Share of visits of patients who have it then; also the share of patients at the last visit. */
  readonly per_visit: number;
  /** Probability of those who have it at a visit to have it at the next. */
  readonly persists: number;
  /** Probability of those who do not have it at a visit to have it at the next. */
  readonly starts: number;
}

/** The truth behind a simulated cohort, as in its `truth.json`. */
export interface Truth {
  /** What was asked for. */
  readonly about: {
    /** Version of Ehrloom. */
    readonly ehrloom: string;
    /** The random seed that decided the model, and decides the patients. */
    readonly seed: number;
  };
  /** All that patients are drawn from. */
  readonly model: SimulationModel;
  /** What follows from the model, exactly. */
  readonly expected: TrueFigures;
}

const share = finite(0, 1);
const positive = finite(Number.MIN_VALUE);

const modelSchema: Schema<SimulationModel> = object({
  ages: object({ youngest: whole(0), oldest: whole(0) }),
  visits_mean: finite(1),
  gap_days_mean: finite(1),
  kinds: list(object({ code: text, probability: share })),
  background_entries: finite(0),
  topics: list(object({
    name: text,
    onset_per_year: positive,
    hazard_ratio_female: positive,
    hazard_ratio_per_ten_years: positive,
    end_per_year: finite(0),
    entries: finite(0),
  })),
  codes: list(object({
    code: text,
    background: share,
    topics: named(share),
    value: v.optional(object({
      topic: text,
      mean_without: finite(),
      mean_with: finite(),
      standard_deviation: finite(0),
    })),
  })),
  labels: list(object({ name: text, base: share, causes: named(share) })),
});

/** What `truth.json` holds. */
export const truthSchema: Schema<Truth> = object({
  about: object({ ehrloom: text, seed: whole(0) }),
  model: modelSchema,
  expected: object({
    visits_per_record: finite(1),
    codes_per_visit: finite(1),
    codes: named(share),
    topics: named(
      object({ at_first_visit: share, per_visit: share, persists: share, starts: share }),
    ),
    labels: named(share),
    value_means: named(finite()),
    pairs: list(object({
      codes: v.tuple([text, text], "two texts"),
      same_visit: share,
      consecutive: share,
      consecutive_back: share,
    })),
  }),
});

/** What in a model contradicts the rest, as the end of a sentence; undefined if nothing does. */
function contradiction({ ages, kinds, topics, codes, labels }: SimulationModel) {
  if (ages.youngest > ages.oldest) return "model.ages has a youngest age above the oldest";
  if (kinds.length === 0) return "model.kinds is empty, must have at least one";
  const known = new Set(topics.map(({ name }) => name));
  const used = [
    ...codes.flatMap(({ topics, value }) => [
      ...Object.keys(topics),
      ...value === undefined ? [] : [value.topic],
    ]),
    ...labels.flatMap(({ causes }) => Object.keys(causes)),
  ];
  const unknown = used.find((name) => !known.has(name));
  return unknown && `model.topics has no ${JSON.stringify(unknown)}`;
}

/**
 * Reads the truth of a cohort folder that `deno task simulate` wrote.
 *
 * @example
 * ```ts
 * import { readTruth, truthOf, writeSimulated } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = `${await Deno.makeTempDir()}/cohort`;
 * await writeSimulated(folder, { seed: 17, patients: 50 });
 * assertEquals(await readTruth(folder), truthOf({ seed: 17 }));
 * ```
 *
 * @param folder of the cohort
 * @throws {Deno.errors.NotFound} If it has no `truth.json`
 * @throws {SyntaxError} If that is no truth; names the field
 */
export async function readTruth(folder: string): Promise<Truth> {
  const path = `${folder}/${truthFile}`;
  const truth = await readCheckedJson(path, truthSchema, "the truth of a simulated cohort");
  const problem = contradiction(truth.model);
  if (problem === undefined) return truth;
  throw new SyntaxError(`Cannot read "${path}": ${problem}`);
}

/** The text of `truth.json`. */
export function truthText(truth: Truth): string {
  return JSON.stringify(truth, null, 1) + "\n";
}
