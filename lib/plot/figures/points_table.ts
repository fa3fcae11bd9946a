/**
 * The points of scatters as CSV, with the codes that they stand for.
 *
 * @module
 */
import type { Vocabulary } from "../../cohort/vocabulary.ts";
import type { PairedProbabilities } from "../../evaluate/fidelity/paired_probabilities.ts";
import { csvText } from "./csv_text.ts";

/** Points of one kind, and the column that gets their synthetic probabilities. */
export interface PointColumn {
  readonly name: string;
  readonly pairs: PairedProbabilities;
}

/** Most rows that one column may bring: a large cohort has millions of pairs that occur once. */
const rowLimit = 100_000;

/** [points] The larger of a point's two probabilities. */
function larger({ real, synthetic }: PairedProbabilities): Float64Array {
  return real.map((probability, point) => Math.max(probability, synthetic[point]));
}

/** The probability that a point must exceed for its row, so that no column has more than the limit. */
function thresholdOf(columns: readonly PointColumn[], limit: number): number {
  return Math.max(-1, ...columns.map(({ pairs }) => larger(pairs).sort().at(-1 - limit) ?? -1));
}

/**
 * A row for each code or pair of codes: the codes, what a single code means, its real probability, and
 * its synthetic one in each column. Where a column has more points than the limit, the most frequent
 * ones are kept; of equally frequent ones all or none.
 *
 * @param columns of one kind and one real cohort; names distinct
 * @param options.limit most rows that one column may bring; default 100,000
 */
export function pointsTable(
  columns: readonly PointColumn[],
  { codes, descriptions }: Vocabulary,
  { limit = rowLimit }: { readonly limit?: number } = {},
): string {
  const threshold = thresholdOf(columns, limit);
  // a pair that a column lacks occurs among the records of another one: its probability is 0
  const zeros = Object.fromEntries(columns.map(({ name }) => [name, 0]));
  const keyOf = ({ first, second }: PairedProbabilities, point: number) =>
    first[point] * codes.length + (second?.[point] ?? 0);
  const rows = new Map<number, Record<string, string | number>>();
  for (const { pairs } of columns) {
    const { first, second, real } = pairs;
    larger(pairs).forEach((probability, point) => {
      if (probability <= threshold || rows.has(keyOf(pairs, point))) return;
      rows.set(keyOf(pairs, point), {
        ...(second === null
          ? { code: codes[first[point]], description: descriptions[first[point]] }
          : { first: codes[first[point]], second: codes[second[point]] }),
        real: real[point],
        ...zeros,
      });
    });
  }
  for (const { name, pairs } of columns) {
    pairs.synthetic.forEach((probability, point) => {
      const row = rows.get(keyOf(pairs, point));
      if (row !== undefined) row[name] = probability;
    });
  }
  return csvText([...rows.values()]);
}
