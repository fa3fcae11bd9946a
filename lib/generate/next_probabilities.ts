/**
 * The probabilities of a record's next step, as numbers. `conditionals.ts` makes a table of them; this
 * file needs no table, so that browsers can load it.
 *
 * @module
 */
import type { Codec, Writer } from "../models/interface/writing.ts";
import { rowsFrom } from "../nn/multi_hot.ts";
import { averagedRow } from "./averaged_row.ts";

/** A writer that gives probabilities. */
export type Predicting = Required<Writer>;

/** Whether a writer gives probabilities. */
export function isPredicting(writer: Writer): writer is Predicting {
  return writer.probabilities !== undefined;
}

/** How conditionals are averaged. */
export interface ConditionalsOptions {
  /**
   * Rows to draw for an average over the row's other cells; default 0: the exact probabilities by
   * which each cell is drawn. Only for models of rows.
   */
  readonly draws?: number | undefined;
  /** Random seed of the draws; default 1. */
  readonly seed?: number | undefined;
}

/** [tokens] probabilities of the next one, those that may not follow 0. */
async function nextToken(
  writer: Predicting,
  forbidden: Uint8Array | undefined,
): Promise<Float64Array> {
  const found = Float64Array.from(await writer.probabilities(Int32Array.of(0), rowsFrom([[]])));
  const permitted = found.map((probability, token) => forbidden?.[token] === 1 ? 0 : probability);
  const mass = permitted.reduce((sum, probability) => sum + probability, 0);
  return permitted.map((probability) => probability / mass);
}

/**
 * [columns] Probabilities after these steps, given the columns of the next one that are on.
 *
 * @param writer that has taken in nothing yet
 * @param steps of one record, from the first
 * @param known columns of the next step that are on, ascending
 * @throws {RangeError} If the steps are as many as the model writes at most
 */
export async function nextProbabilities(
  codec: Codec,
  writer: Predicting,
  { steps, known }: { readonly steps: readonly number[][]; readonly known: readonly number[] },
  { draws = 0, seed = 1 }: ConditionalsOptions,
): Promise<Float64Array> {
  const isToken = codec.step === "token";
  const all = isToken ? [...steps, ...known.map((token) => [token])] : steps;
  if (all.length >= codec.limit) {
    throw new RangeError(
      `Cannot give conditionals: the record takes ${all.length} steps, and the model writes at ` +
        `most ${codec.limit}; give fewer visits`,
    );
  }
  const reader = codec.reader();
  for (const [at, step] of all.entries()) {
    writer.advance(rowsFrom([step]));
    if (at > 0) reader.read(step);
  }
  if (isToken) return await nextToken(writer, reader.forbidden?.()?.columns);
  const row = rowsFrom([[...known]]);
  const found = Float64Array.from(await writer.probabilities(Int32Array.of(0), row));
  return draws === 0 ? found : await averagedRow(writer, found.length, known, { draws, seed });
}
