/**
 * Cohorts of other making: their codes and labels are matched by name, whatever their order.
 *
 * @module
 */
import { occurrenceCounts } from "../cohort/code_counts.ts";
import { type Cohort, cohort } from "../cohort/cohort.ts";
import { renumberCodes } from "../cohort/sources/distinct_codes.ts";
import { sameTexts, type Vocabulary, vocabulary } from "../cohort/vocabulary.ts";
import { firstNames } from "../printable.ts";

/** How the names of a synthetic cohort differ from the real one's, as `report.json` has it. */
export interface NameDifferences {
  /**
   * Distinct codes of synthetic records that the real cohort does not know, how often visits hold one
   * of them, and the first few. Each counts as a wrong code.
   */
  readonly unknown_codes?: {
    readonly codes: number;
    readonly occurrences: number;
    readonly examples: readonly string[];
  };
  /** Labels of the real cohort that the synthetic one lacks; they are not judged. */
  readonly missing_labels?: readonly string[];
  /** Labels that only the synthetic cohort has; they are not judged. */
  readonly unknown_labels?: readonly string[];
}

/** Two cohorts over the same codes and labels, in the same order. */
export interface AlignedCohorts {
  /** The real records. */
  readonly real: Cohort;
  /** The synthetic records. */
  readonly synthetic: Cohort;
  /** What differed in more than its order; without entries where nothing did. */
  readonly differences: NameDifferences;
}

const mostExamples = 5;

/** A cohort whose codes get other numbers. */
function renumbered(source: Cohort, newIndex: Uint32Array, over: Vocabulary): Cohort {
  const own = {
    ...source,
    codes: source.codes.slice(),
    values: source.values && source.values.slice(),
  };
  renumberCodes(own, newIndex);
  return cohort({ ...own, vocabulary: over });
}

/** A cohort with these of its labels, in this order. */
function onlyLabels(source: Cohort, names: readonly string[]): Cohort {
  if (sameTexts(source.labelNames, names)) return source;
  const all = source.labelNames.length;
  const columns = names.map((name) => source.labelNames.indexOf(name));
  const labels = new Uint8Array(source.recordCount * names.length);
  for (let record = 0; record < source.recordCount; record++) {
    columns.forEach((column, i) => {
      labels[record * names.length + i] = source.labels[record * all + column];
    });
  }
  return cohort({ ...source, labelNames: names, labels });
}

/** The codes of a cohort's records that another vocabulary lacks, sorted, and how often they occur. */
function unknownCodes(
  source: Cohort,
  known: Vocabulary,
): { indices: number[]; occurrences: number } {
  const { vocabulary: own } = source;
  const counts = occurrenceCounts(source);
  const indices = [...own.codes.keys()]
    .filter((code) => counts[code] > 0 && !known.indexOf.has(own.codes[code]))
    .sort((a, b) => own.codes[a] < own.codes[b] ? -1 : 1);
  return { indices, occurrences: indices.reduce((sum, code) => sum + counts[code], 0) };
}

/** The same records over the codes of the real cohort, and behind these the unknown ones. */
function alignedCodes(real: Cohort, synthetic: Cohort): AlignedCohorts {
  const [known, own] = [real.vocabulary, synthetic.vocabulary];
  if (sameTexts(known.codes, own.codes)) return { real, synthetic, differences: {} };
  const { indices, occurrences } = unknownCodes(synthetic, known);
  const unknown = indices.map((code) => own.codes[code]);
  const union = unknown.length === 0 ? known : vocabulary(
    [...known.codes, ...unknown],
    [...known.descriptions, ...indices.map((code) => own.descriptions[code])],
  );
  const newIndex = Uint32Array.from(own.codes, (code) => union.indexOf.get(code) ?? 0); // 0: unused
  const examples = unknown.slice(0, mostExamples);
  return {
    real: union === known ? real : cohort({ ...real, vocabulary: union }),
    synthetic: renumbered(synthetic, newIndex, union),
    differences: unknown.length === 0
      ? {}
      : { unknown_codes: { codes: unknown.length, occurrences, examples } },
  };
}

/**
 * A real and a synthetic cohort over the same codes and labels, matched by name.
 *
 * Codes keep the order of the real cohort. Behind them come those that only synthetic records have:
 * their real probability is 0, so they cost in every figure of codes. Labels are those that both
 * cohorts have. Codes of a vocabulary that no record has do not matter.
 *
 * @example A cohort in another order, with a code that the real one does not know
 * ```ts
 * import { alignedCohorts, cohortOf, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const real = cohortOf(vocabulary(["a", "b"]), [], [{ visits: [[0, 1]], labels: [] }]);
 * const other = cohortOf(vocabulary(["x", "b"]), [], [{ visits: [[0, 1]], labels: [] }]);
 * const { synthetic, differences } = alignedCohorts(real, other);
 * assertEquals(synthetic.vocabulary.codes, ["a", "b", "x"]);
 * assertEquals([...synthetic.codes], [1, 2]);
 * assertEquals(differences.unknown_codes?.examples, ["x"]);
 * ```
 *
 * @returns the very cohorts where nothing differs
 */
export function alignedCohorts(real: Cohort, synthetic: Cohort): AlignedCohorts {
  const [known, own] = [new Set(real.labelNames), new Set(synthetic.labelNames)];
  const common = real.labelNames.filter((label) => own.has(label));
  const missing_labels = real.labelNames.filter((label) => !own.has(label));
  const unknown_labels = synthetic.labelNames.filter((label) => !known.has(label));
  const codes = alignedCodes(real, synthetic);
  return {
    real: onlyLabels(codes.real, common),
    synthetic: onlyLabels(codes.synthetic, common),
    differences: {
      ...codes.differences,
      ...missing_labels.length > 0 && { missing_labels },
      ...unknown_labels.length > 0 && { unknown_labels },
    },
  };
}

/**
 * Another split of a real cohort over the codes and labels of one that was aligned.
 *
 * @param vocabulary begins with the codes of the split
 */
export function alignedLike(source: Cohort, { vocabulary, labelNames }: Cohort): Cohort {
  const isSame = source.vocabulary === vocabulary;
  return onlyLabels(isSame ? source : cohort({ ...source, vocabulary }), labelNames);
}

/** A line for people about each difference. */
export function differencesInWords(
  { unknown_codes, missing_labels, unknown_labels }: NameDifferences,
): string[] {
  return [
    ...unknown_codes === undefined ? [] : [
      `codes that the real cohort does not know, counted as wrong: ${unknown_codes.codes}, with ` +
      `${unknown_codes.occurrences} occurrences (${
        firstNames(unknown_codes.examples, mostExamples, unknown_codes.codes)
      })`,
    ],
    ...missing_labels === undefined
      ? []
      : [`labels only in the real cohort, not judged: ${firstNames(missing_labels, mostExamples)}`],
    ...unknown_labels === undefined ? [] : [
      `labels only in the synthetic cohort, not judged: ${
        firstNames(unknown_labels, mostExamples)
      }`,
    ],
  ];
}
