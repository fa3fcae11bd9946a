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
/** Probabilities that a record goes on, and that things come about in a visit. */
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
   * @param stream names the draws beside the population's seed
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

/**
 * A population of simulated patients.
 *
 * @param seed names its conditions and how they hang together
 */
export function simulatedIcd10(seed: number): SimulatedIcd10 {
  const draws = random(seed, 0);
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
    const block = Math.floor(category / categoriesPerBlock);
    const isNear = draws.uniform() < 0.5; // half of what hangs together does so within a block
    return isNear
      ? block * categoriesPerBlock + draws.integer(categoriesPerBlock)
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
  const known = vocabulary(codes);
  const labelNames = blocks.slice(0, labelCount).map(({ name }) => name);

  /** One patient's visits. */
  function visitsOf(draws: Random): number[][] {
    const codeOf = new Map<number, number>(); // of the conditions that the patient ever had
    const visits: number[][] = [];
    let before: number[] = [];
    do {
      const now = new Set<number>();
      for (const category of codeOf.keys()) {
        if (conditions[category].isChronic && draws.uniform() < lasts) now.add(category);
      }
      for (const category of before) {
        for (const successor of conditions[category].successors) {
          if (draws.uniform() < follows / conditions[category].successors.length) {
            now.add(successor);
          }
        }
      }
      if (now.size === 0 || draws.uniform() < 0.3) {
        now.add(byFrequency[zipf(categories.length, 0.7, draws)]);
      }
      for (const category of [...now]) {
        if (!codeOf.has(category) && draws.uniform() < accompanies) {
          now.add(conditions[category].companion);
        }
      }
      before = [...now];
      visits.push(before.map((category) => {
        const code = conditions[category].isChronic ? codeOf.get(category) : undefined;
        const chosen = code ?? codesOf[category][zipf(codesPerCategory, 2, draws)];
        codeOf.set(category, chosen);
        return chosen;
      }));
    } while (visits.length < mostVisits && draws.uniform() < goesOn);
    return visits;
  }

  const categoryOf = Int32Array.from(codes, (_, code) => Math.floor(code / codesPerCategory));
  return {
    categoryOf,
    patients(count, stream) {
      const records = Array.from({ length: count }, (_, patient) => {
        const visits = visitsOf(random(seed, 1, stream, patient));
        const had = new Set(visits.flat().map((code) => categoryOf[code]));
        const labels = labelNames.map((_, block) =>
          [...had].some((category) =>
              conditions[category].isChronic &&
              Math.floor(category / categoriesPerBlock) === block
            )
            ? 1
            : 0
        );
        return { visits, labels };
      });
      return withSplits(cohortOf(known, labelNames, records), random(seed, 2, stream));
    },
  };
}
