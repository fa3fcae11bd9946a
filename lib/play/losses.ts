/**
 * What a record costs the model, in nats, column by column: the terms of its loss.
 *
 * @module
 */
import { cohortOf, type RecordLists } from "../cohort/records.ts";
import { type ColumnLosses, rowLosses } from "../generate/row_losses.ts";
import { endColumn } from "../models/rows/visit_rows.ts";
import { begun, type Player } from "./player.ts";

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
): Promise<ColumnLosses[]> {
  const writer = begun(player);
  try {
    const { first } = player.sampling.codec;
    return await rowLosses(writer, first, predictedRows(player, record, isWhole));
  } finally {
    writer.dispose();
  }
}
