import type * as tf from "@tensorflow/tfjs-core";
import type { MultiHot } from "./multi_hot.ts";

/** A head that predicts each column from the history and the row's earlier columns, for sampling. */
export interface RowHead {
  /** Number of columns of a row. */
  readonly columns: number;
  /** What histories [rows, width] give, whatever their rows will be. */
  fromHistory(history: tf.Tensor2D): tf.Tensor2D;
  /**
   * The logits of rows given their codes, [rows, columns].
   *
   * @param base from {@link fromHistory}
   * @param rows the codes that are on
   */
  logits(base: tf.Tensor2D, rows: MultiHot): tf.Tensor2D;
  /** Frees its tables. */
  dispose(): void;
}
