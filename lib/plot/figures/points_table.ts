/**
 * The points of scatters as CSV: all of them, even where a picture shows fewer.
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

/**
 * A row for each code or pair of codes: the codes, what a single code means, its real probability, and
 * its synthetic one in each column.
 *
 * @param columns of one kind and one real cohort; names distinct
 */
export function pointsTable(
  columns: readonly PointColumn[],
  { codes, descriptions }: Vocabulary,
): string {
  // a pair that a column lacks occurs among the records of another one: its probability is 0
  const zeros = Object.fromEntries(columns.map(({ name }) => [name, 0]));
  const rows = new Map<string, Record<string, string | number>>();
  for (const { name, pairs: { first, second, real, synthetic } } of columns) {
    for (let point = 0; point < real.length; point++) {
      const key = `${first[point]} ${second?.[point]}`;
      const row = rows.get(key) ?? {
        ...(second === null
          ? { code: codes[first[point]], description: descriptions[first[point]] }
          : { first: codes[first[point]], second: codes[second[point]] }),
        real: real[point],
        ...zeros,
      };
      row[name] = synthetic[point];
      rows.set(key, row);
    }
  }
  return csvText([...rows.values()]);
}
