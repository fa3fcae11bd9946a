/**
 * Simulated patients coded in ICD-10-CM, of whom the truth is known: conditions are the tree's
 * categories, and a category's codes differ in how often they are written and in nothing else. So
 * what follows a rare code, comes with it or lasts is what its frequent siblings show.
 *
 * A patient catches conditions by chance, as successors of conditions of the visit before, or as
 * companions of one caught in the same visit. Chronic ones last and come up in most later visits
 * under the same code, others in one visit only. Which of a category's codes a patient gets is drawn
 * once, by Zipf's law. Labels are chronic conditions of a few blocks.
 *
 * @module
 */
import { type Cohort, cohortOf, type Random, random, vocabulary, withSplits } from "ehrloom";
import tree from "../../lib/cohort/codes/icd10cm-blocks.json" with { type: "json" };

const blockCount = 20;
const categoriesPerBlock = 4;
const codesPerCategory = 8;
const labelCount = 5;
const mostVisits = 20;
/** Probabilities that a record continues, and that conditions occur in a visit. */
const goesOn = 0.88;
const lasts = 0.7;
const follows = 0.3;
const accompanies = 0.4;

/** A category as the simulation knows it; codes and categories are numbers. */
interface Condition {
  readonly isChronic: boolean;
  /** Categories that it may bring about in the next visit. */
  readonly successors: readonly number[];
  /** The category that may come with it. */
  readonly companion: number;
}

/** A population to draw patients from. */
export interface SimulatedIcd10 {
  /** [codes] Number of the category of each code of the vocabulary. */
  readonly categoryOf: Int32Array;
  /**
   * Draws patients: with splits, 72% train, 8% validation, 20% test.
   *
   * @param count of patients
   * @param stream random seed of the draws, beside the population's
   */
  patients(count: number, stream: number): Cohort;
}

/** Categories of a block that are a letter and two digits, such as E10 of E08-E13. */
function categoriesOf(block: string): string[] {
  const [first, last = first] = block.split("-");
  if (first[0] !== last[0] || !/^\d\d$/.test(first.slice(1)) || !/^\d\d$/.test(last.slice(1))) {
    return [];
  }
  const [from, to] = [first, last].map((category) => Number(category.slice(1)));
  return Array.from(
    { length: to - from + 1 },
    (_, i) => first[0] + `${from + i}`.padStart(2, "0"),
  );
}

/** Index drawn in proportion to 1 / (index + 1)ᵖ. */
function zipf(count: number, power: number, draws: Random): number {
  const weights = Array.from({ length: count }, (_, i) => (i + 1) ** -power);
  let left = draws.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(0, weights.findIndex((weight) => (left -= weight) < 0));
}

/** What a population's patients are drawn by; codes and categories are numbers. */
interface Population {
  /** Blocks of the tree, four categories to each. */
  readonly blocks: readonly { readonly name: string }[];
  /** [codes] */
  readonly codes: readonly string[];
  /** [categories] */
  readonly conditions: readonly Condition[];
  /** Categories, the most frequent first. */
  readonly byFrequency: readonly number[];
  /** [categories] Each one's codes, the most frequent first. */
  readonly codesOf: readonly (readonly number[])[];
}

/** Draws a population. */
function population(draws: Random): Population {
  const blocks = draws.shuffle(
    tree.chapters.flatMap(({ blocks }) => blocks)
      .filter(({ id, container }) => !container && categoriesOf(id).length >= categoriesPerBlock),
  ).slice(0, blockCount);
  const categories = blocks.flatMap(({ id }) =>
    draws.shuffle(categoriesOf(id)).slice(0, categoriesPerBlock)
  );
  const codes = categories.flatMap((category) =>
    Array.from({ length: codesPerCategory }, (_, i) => `ICD10CM//${category}.${i}`)
  );
  const other = (category: number) => {
    const isNear = draws.uniform() < 0.5; // half of what hangs together does so within a block
    return isNear
      ? blockOf(category) * categoriesPerBlock + draws.integer(categoriesPerBlock)
      : draws.integer(categories.length);
  };
  const conditions = categories.map((_, category): Condition => ({
    isChronic: draws.uniform() < 0.4,
    successors: [other(category), other(category), other(category)],
    companion: other(category),
  }));
  // neither a category's frequency nor its codes' follow from where they stand
  const byFrequency = draws.shuffle(Array.from(categories.keys()));
  const codesOf = categories.map((_, category) =>
    draws.shuffle(
      Array.from({ length: codesPerCategory }, (_, i) => category * codesPerCategory + i),
    )
  );
  return { blocks, codes, conditions, byFrequency, codesOf };
}

const blockOf = (category: number) => Math.floor(category / categoriesPerBlock);

/**
 * The categories of a visit.
 *
 * @param had categories that the patient ever had
 * @param before those of the visit before
 */
function conditionsOfVisit(
  { conditions, byFrequency }: Population,
  had: Iterable<number>,
  before: readonly number[],
  draws: Random,
): number[] {
  const now = new Set<number>();
  for (const category of had) {
    if (conditions[category].isChronic && draws.uniform() < lasts) now.add(category);
  }
  for (const category of before) {
    const { successors } = conditions[category];
    for (const successor of successors) {
      if (draws.uniform() < follows / successors.length) now.add(successor);
    }
  }
  if (now.size === 0 || draws.uniform() < 0.3) {
    now.add(byFrequency[zipf(conditions.length, 0.7, draws)]);
  }
  const known = new Set(had);
  for (const category of [...now]) {
    if (!known.has(category) && draws.uniform() < accompanies) {
      now.add(conditions[category].companion);
    }
  }
  return [...now];
}

/** One patient's visits: their codes. */
function visitsOf(population: Population, draws: Random): number[][] {
  const { conditions, codesOf } = population;
  const codeOf = new Map<number, number>(); // of the conditions that the patient ever had
  const visits: number[][] = [];
  let before: number[] = [];
  do {
    before = conditionsOfVisit(population, [...codeOf.keys()], before, draws);
    visits.push(before.map((category) => {
      const code = conditions[category].isChronic ? codeOf.get(category) : undefined;
      const chosen = code ?? codesOf[category][zipf(codesPerCategory, 2, draws)];
      codeOf.set(category, chosen);
      return chosen;
    }));
  } while (visits.length < mostVisits && draws.uniform() < goesOn);
  return visits;
}

/** [labels] Whether a patient has a chronic condition of each of the first blocks. */
function labelsOf({ conditions }: Population, categories: Iterable<number>): number[] {
  const chronic = Array.from(categories).filter((category) => conditions[category].isChronic);
  return Array.from(
    { length: labelCount },
    (_, block) => chronic.some((category) => blockOf(category) === block) ? 1 : 0,
  );
}

/**
 * A population of simulated patients.
 *
 * @param seed random seed of its conditions and how they hang together
 */
export function simulatedIcd10(seed: number): SimulatedIcd10 {
  const drawn = population(random(seed, 0));
  const known = vocabulary(drawn.codes);
  const labelNames = drawn.blocks.slice(0, labelCount).map(({ name }) => name);
  const categoryOf = Int32Array.from(drawn.codes, (_, code) => Math.floor(code / codesPerCategory));
  return {
    categoryOf,
    patients(count, stream) {
      const records = Array.from({ length: count }, (_, patient) => {
        const visits = visitsOf(drawn, random(seed, 1, stream, patient));
        const had = new Set(visits.flat().map((code) => categoryOf[code]));
        return { visits, labels: labelsOf(drawn, had) };
      });
      return withSplits(cohortOf(known, labelNames, records), random(seed, 2, stream));
    },
  };
}
