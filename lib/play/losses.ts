/**
 * What a record costs the model, in nats, column by column: the terms of its loss.
 *
 * @module
 */
import { cohortOf, type RecordLists } from "../cohort/records.ts";
import { endColumn } from "../models/rows/visit_rows.ts";
import { rowsFrom } from "../nn/multi_hot.ts";
import { begun, type Player } from "./player.ts";

/** One predicted row of a record. */
export interface RowLosses {
  /** Columns that are on, ascending. */
  readonly row: readonly number[];
  /** [columns] Probability of each to be on, given the rows before and the row's columns before it. */
  readonly probabilities: Float32Array;
  /** [columns] −log of the probability that each is as it is. */
  readonly losses: Float64Array;
}

/**
 * How far a probability is from 0 or 1 at least, where float32 rounds to that: the smallest number above
 * 0, and half the distance from 1 to the number below.
 */
const [leastAbove0, leastBelow1] = [2 ** -149, 2 ** -25];

/** −log of the probability that a column is as it is, in nats. */
function lossOf(probability: number, isOn: boolean): number {
  return isOn
    ? -Math.log(Math.max(leastAbove0, probability))
    : -Math.log1p(-Math.min(1 - leastBelow1, probability));
}

/** The rows that the model predicts of a record: its labels, then its visits. */
function predictedRows({ run, sampling }: Player, record: RecordLists, isWhole: boolean) {
  const { vocabulary, labelNames } = run;
  const given = cohortOf(vocabulary, labelNames, [record]);
  const rows = sampling.codec.beginning?.(given, 0).steps ?? [];
  const end = endColumn({ codes: vocabulary.codes.length, labels: labelNames.length });
  return isWhole ? rows.map((row, i) => i === rows.length - 1 ? [...row, end] : row) : rows;
}

/**
 * The loss of each column of each row of a record, whose sum is the record's negative log-likelihood.
 *
 * @param options.isWhole whether the record ends with its last visit
 * @returns [1 + visits] the row of labels, then each visit
 */
export async function recordLosses(
  player: Player,
  record: RecordLists,
  { isWhole }: { readonly isWhole: boolean },
): Promise<RowLosses[]> {
  const writer = begun(player);
  const found: RowLosses[] = [];
  try {
    let before: readonly number[] = player.sampling.codec.first;
    for (const row of predictedRows(player, record, isWhole)) {
      writer.advance(rowsFrom([before]));
      const probabilities = await writer.probabilities(Int32Array.of(0), rowsFrom([row]));
      const losses = Float64Array.from(
        probabilities,
        (p, column) => lossOf(p, row.includes(column)),
      );
      found.push({ row, probabilities, losses });
      before = row;
    }
  } finally {
    writer.dispose();
  }
  return found;
}
