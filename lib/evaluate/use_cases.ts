/**
 * What synthetic records are used for, and how much each figure weighs then. The weights are a
 * judgement, not a finding: they are shown wherever scores are, and users may state their own.
 *
 * @module
 */
import { readOwnText } from "../files/checked_json.ts";
import { parsedJson } from "../files/input.ts";
import type { Estimate } from "./bootstrap.ts";
import { keyFigures } from "./key_figures.ts";
import { whatIsKnown } from "../nearest_name.ts";

/** Weights of figures, by the names of {@link keyFigures}; they sum to 100. */
export type Weights = Readonly<Record<string, number>>;

/** Weights by use case. */
export type UseCases = Readonly<Record<string, Weights>>;

/** The use case that needs figures of privacy and a copying check without alarm. */
export const release = "release";

/**
 * The use cases, each with its weights.
 *
 * @example What counts for teaching
 * ```ts
 * import { useCases } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(useCases.teaching["c2st.auc"], 25);
 * ```
 */
export const useCases: UseCases = {
  /** Analyses of synthetic records instead of the real ones. */
  "research data": {
    "effects.labels.interval_overlap": 20,
    "effects.codes.interval_overlap": 15,
    "phenotyping.macro.synthetic.auroc": 15,
    "survival.mean.distance": 10,
    "next_visit.predictors.logistic.all.at_10.synthetic": 10,
    "same_visit_bigram.r2": 10,
    "sequential_bigram.r2": 10,
    "c2st.auc": 10,
  },
  /** Classifiers that learn from real and synthetic records together. */
  augmentation: {
    "phenotyping.macro.synthetic.auroc": 40,
    "next_visit.predictors.logistic.onsets.at_10.synthetic": 20,
    "prdc.coverage": 20,
    "same_visit_bigram.r2": 10,
    "sequential_bigram.r2": 10,
  },
  /** Courses and software tests: single records must look right. */
  teaching: {
    "same_visit_bigram.r2": 25,
    "sequential_bigram.r2": 25,
    "persistence.lag_1.by_code.r2": 25,
    "c2st.auc": 25,
  },
  /** Records that leave the institution. */
  [release]: {
    "membership.all.strongest.auc": 20,
    "membership.all.strongest.tpr_at_1_percent": 10,
    "attribute_inference.corrected.k1.difference": 20,
    "linkability.outcome.risk": 10,
    "effects.labels.interval_overlap": 10,
    "same_visit_bigram.r2": 10,
    "sequential_bigram.r2": 10,
    "c2st.auc": 10,
  },
};

/** A figure of a use case. */
export interface UsedFigure {
  /** Its measure's key, and its path in the measure's figures. */
  readonly figure: string;
  /** The same in words. */
  readonly name: string;
  /** In percent of all figures of the use case. */
  readonly weight: number;
  /** The value that counts 0; null if it is not known. */
  readonly counts_0: number | null;
  /** The value that counts 1; null if it is not known. */
  readonly counts_1: number | null;
  /** Why it is not part of the scores, if it is not. */
  readonly left_out?: string;
}

/** A model in a use case. */
export interface UseCaseScore {
  /** Its name. */
  readonly model: string;
  /** From 0 to 1; null if it lacks a figure that others have, or nobody is ranked. */
  readonly score: Estimate | null;
  /**
   * One more than the number of ranked models whose score is higher, by more than sampling variation
   * explains; null for floors, and for models that are not ranked.
   */
  readonly rank: number | null;
  /** Each figure on the scale from 0 to 1. */
  readonly scaled: Readonly<Record<string, number>>;
  /** Why it is not ranked. */
  readonly reason?: string;
}

/** All models in a use case. */
export interface UseCaseRanking {
  /** Its name: "research data". */
  readonly use_case: string;
  /** With their weights, which sum to 100. */
  readonly figures: readonly UsedFigure[];
  /** In the order of the comparison. */
  readonly models: readonly UseCaseScore[];
  /** Who is ahead, in a sentence. */
  readonly sentence: string;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is wrong with the weights of one use case. */
function misweighed(useCase: string, weights: unknown): string | undefined {
  const of = `the weights of "${useCase}"`;
  if (!isObject(weights)) return `${of} must be an object such as {"c2st.auc": 100}`;
  const names = keyFigures.map(({ figure }) => figure);
  let sum = 0;
  for (const [name, weight] of Object.entries(weights)) {
    if (!names.includes(name)) return `${of} name "${name}"; ${whatIsKnown(name, names)}`;
    if (typeof weight !== "number" || !(weight > 0) || weight > 100) {
      return `${of} give ${name} ${JSON.stringify(weight)}, must be a number above 0, at most 100`;
    }
    sum += weight;
  }
  if (Math.abs(sum - 100) > 1e-6) return `${of} sum to ${sum}, must sum to 100`;
}

/** What is wrong with weights by use case. */
function problemOf(given: unknown): string | undefined {
  return isObject(given) && Object.keys(given).length > 0
    ? Object.entries(given).map((each) => misweighed(...each)).find((each) => each !== undefined)
    : 'weights must be an object such as {"teaching": {"c2st.auc": 100}}';
}

/**
 * The use cases with the weights that a user states: they replace those of the same name, and others
 * are added.
 *
 * @throws {RangeError} If a figure is unknown, a weight is not above 0, or they do not sum to 100
 */
export function weighedUseCases(given?: UseCases): UseCases {
  if (given === undefined) return useCases;
  const problem = problemOf(given);
  if (problem !== undefined) throw new RangeError(`Cannot rank models: ${problem}`);
  return { ...useCases, ...given };
}

function hasWeights(given: unknown): given is UseCases {
  return problemOf(given) === undefined;
}

/**
 * Weights by use case from a JSON file of a user, such as
 * `{"teaching": {"same_visit_bigram.r2": 60, "c2st.auc": 40}}`.
 *
 * @throws {SyntaxError} If it is not JSON, a figure is unknown, a weight is not above 0, or they do not
 * sum to 100
 */
export async function readWeights(path: string): Promise<UseCases> {
  const given = parsedJson(await readOwnText(path), path);
  if (hasWeights(given)) return given;
  throw new SyntaxError(`Cannot read "${path}": ${problemOf(given)}`);
}
