/**
 * The probability of records under a model that spells them by tokens. At each step the codec
 * forbids tokens that no record could continue with, as during generation. So each record has one
 * spelling, and its probability is that of the record.
 *
 * @see docs/specs/baselines.md section 3
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import { sequenceRows, type TokenRows } from "./code_tokens.ts";
import type { RecordLikelihood } from "../interface/model.ts";
import type { Codec } from "../interface/writing.ts";
import { rowsOf } from "../rows/visit_rows.ts";

/** A step of a sequence. */
interface PermittedStep {
  /** Index of its token. */
  readonly step: number;
  /** Where its logits begin. */
  readonly from: number;
  /** Tokens that may not come. */
  readonly forbidden?: ArrayLike<number> | undefined;
  /** How many may; where it is one, nothing is chosen. */
  readonly permitted: number;
  /** Natural logarithm of the sum of exp(logit) over those that may. */
  readonly logMass: number;
}

/**
 * The steps of a sequence, up to the first whose token the codec forbids.
 *
 * @param tokens the sequence, its first token given
 * @param logits [steps × columns] of the token after each, at least one less than there are tokens
 * @param columns tokens that there are
 */
export function* permittedSteps(
  codec: Codec,
  tokens: readonly number[],
  logits: Float32Array,
  columns: number,
): Generator<PermittedStep> {
  const reader = codec.reader();
  for (let step = 1; step < tokens.length; step++) {
    const forbidden = reader.forbidden?.()?.columns;
    if (forbidden?.[tokens[step]] === 1) return;
    const from = (step - 1) * columns;
    let highest = -Infinity;
    for (let c = 0; c < columns; c++) {
      if (forbidden?.[c] !== 1) highest = Math.max(highest, logits[from + c]);
    }
    let mass = 0;
    let permitted = 0;
    for (let c = 0; c < columns; c++) {
      if (forbidden?.[c] === 1) continue;
      mass += Math.exp(logits[from + c] - highest);
      permitted++;
    }
    yield { step, from, forbidden, permitted, logMass: highest + Math.log(mass) };
    reader.read([tokens[step]]);
  }
}

/**
 * Natural log-probability of a sequence: at each step under the softmax of its logits over the
 * tokens that the codec permits there; −∞ for a sequence that the codec forbids. Parameters as in
 * {@link permittedSteps}.
 */
export function sequenceLogProbability(
  codec: Codec,
  tokens: readonly number[],
  logits: Float32Array,
  columns: number,
): number {
  let sum = 0;
  let last = 0;
  for (const { step, from, logMass } of permittedSteps(codec, tokens, logits, columns)) {
    sum += logits[from + tokens[step]] - logMass;
    last = step;
  }
  return last === tokens.length - 1 ? sum : -Infinity;
}

/** How a model spells records, and its logits for a spelling. */
export interface Spelling {
  /** What may follow what. */
  readonly codec: Codec;
  /** A record's tokens. */
  tokensOf(cohort: Cohort, record: number): readonly number[];
  /** Logits of the token after each of a batch, [records × steps, tokens]. */
  logits(batch: TokenRows): tf.Tensor2D;
}

/**
 * Records as sequences of tokens, and the logits of the tokens after each, up to the codec's limit.
 */
export async function spelledLogits(
  cohort: Cohort,
  records: Int32Array,
  { codec, tokensOf, logits }: Spelling,
): Promise<{
  sequences: (readonly number[])[];
  logitsOf: (position: number) => Float32Array;
  columns: number;
}> {
  const sequences = Array.from(records, (record) => tokensOf(cohort, record));
  const batch = sequenceRows(sequences.map((tokens) => tokens.slice(0, codec.limit)), 1);
  const output = tf.tidy(() => logits(batch));
  const numbers = await output.data<"float32">();
  output.dispose();
  const columns = output.shape[1];
  const size = batch.inputs.rows / batch.records * columns;
  const logitsOf = (position: number) => numbers.subarray(position * size, (position + 1) * size);
  return { sequences, logitsOf, columns };
}

/**
 * The likelihoods of a cohort's records, over the same rows and cells as those of visit rows.
 * Records that are too long for the codec have likelihood 0.
 */
export async function tokenLikelihoods(
  cohort: Cohort,
  records: Int32Array,
  spelling: Spelling,
): Promise<RecordLikelihood[]> {
  const { codec } = spelling;
  const { sequences, logitsOf, columns } = await spelledLogits(cohort, records, spelling);
  return Array.from(records, (record, i) => ({
    logProbability: sequences[i].length > codec.limit
      ? -Infinity
      : sequenceLogProbability(codec, sequences[i], logitsOf(i), columns),
    visits: rowsOf(cohort, record),
    positives: positivesOf(cohort, record),
  }));
}

/** A record's codes and labels, and its end. */
function positivesOf(cohort: Cohort, record: number): number {
  const { visitOffsets, codeOffsets, labels, labelNames } = cohort;
  const codes = codeOffsets[visitOffsets[record + 1]] - codeOffsets[visitOffsets[record]];
  const own = labels.subarray(record * labelNames.length, (record + 1) * labelNames.length);
  return codes + own.reduce((sum, on) => sum + on, 0) + 1;
}
