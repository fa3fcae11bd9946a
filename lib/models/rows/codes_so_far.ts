/**
 * What a record has had so far, beside each of its rows. Many codes come once in a record, at the
 * onset of a condition. A model that has not noticed that a code was there goes on to expect it: of
 * records that need it once, it then writes a third without it and a quarter with it twice or more.
 * Attention over earlier rows can find out, but learns it late (docs/results.md). Here each row gets
 * the sum of a vector for each code that the record has had, in a table of its own. A few hundred
 * records are known by what they have had, and predicted worse, so it is the default for more.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { FirstTimes } from "../../first_times.ts";
import { differentiable } from "../../nn/differentiable.ts";
import type { Footprint } from "../../nn/footprint.ts";
import { hostKernel, isOnHost } from "../../nn/host.ts";
import { gaussian, type Initials } from "../../nn/initial.ts";
import { keptRecords, type Memory } from "../../nn/memory.ts";
import { embedding, type MultiHot, rowOf, rowsFrom, stepEmbedding } from "../../nn/multi_hot.ts";
import { matrix, type NamedTensors } from "../../nn/parameters.ts";
import { lengthsOf, packed, padded, type RecordOffsets } from "../../nn/record_rows.ts";
import { type ConfigOf, derivedFlag } from "../interface/settings.ts";
import { columnsOf, type RowSizes, type VisitRows } from "./visit_rows.ts";

/** The setting of models whose rows tell what came before. */
export const soFarSettings = {
  codesSoFar: derivedFlag(
    "Each row also tells all codes that the record has had (default by size of cohort)",
    { published: false, before: false },
  ),
};

type SoFarConfig = RowSizes & ConfigOf<typeof soFarSettings> & { readonly width: number };

const name = "transformer.so_far.weight";

/** The table to begin with, [width, columns]; none where the setting is off. */
export function initialSoFar(config: SoFarConfig): Initials {
  return config.codesSoFar ? { [name]: gaussian([config.width, columnsOf(config)], 0.01) } : {};
}

/** What it adds to a row's part of a pass. */
export function soFarRow({ codesSoFar, width }: SoFarConfig): Footprint {
  return codesSoFar ? { kept: 4 * width, passing: 8 * width } : { kept: 0, passing: 0 };
}

/** The columns of a row that are new to its record, which are taken in. */
function newTo(had: Set<number>, row: Int32Array): Int32Array {
  return row.filter((column) => had.size < had.add(column).size);
}

/** Rows with those of their columns that are new to the record. */
function newColumns(source: MultiHot, ofRecords: RecordOffsets): MultiHot {
  const { rows } = source;
  const offsets = new Int32Array(rows + 1);
  const columns = new Int32Array(source.columns.length);
  const width = source.columns.reduce((most, column) => Math.max(most, column + 1), 0);
  const firstTimes = new FirstTimes(width);
  let [record, count] = [0, 0];
  for (let row = 0; row < rows; row++) {
    if (row === ofRecords[record]) {
      firstTimes.begin();
      record++;
    }
    for (const column of rowOf(source, row)) {
      if (firstTimes.isFirst(column)) columns[count++] = column;
    }
    offsets[row + 1] = count;
  }
  return { rows, offsets, columns: columns.subarray(0, count) };
}

/** What each row is told of the record so far, itself included; [rows, width]. */
export function soFarInHistory(
  parameters: NamedTensors,
  { inputs, offsets }: Pick<VisitRows, "inputs" | "offsets">,
): tf.Tensor2D {
  const each = embedding(newColumns(inputs, offsets), matrix(parameters, name));
  return isOnHost() ? runningSums(each, offsets) : runningProducts(each, offsets);
}

/** cpu and wasm: the sum of each row and the earlier ones of its record. */
function runningSums(x: tf.Tensor2D, offsets: RecordOffsets): tf.Tensor2D {
  const [, width] = x.shape;
  const parts = Array.from(lengthsOf(offsets), (_, record) => {
    const [from, to] = [offsets[record], offsets[record + 1]];
    return (numbers: Float32Array) => numbers.subarray(from * width, to * width);
  });
  return differentiable(
    [x],
    () => {
      const [value] = hostKernel([x], [x.shape], ([x], [sums]) => {
        sums.set(x);
        for (const own of parts.map((part) => part(sums))) {
          for (let i = width; i < own.length; i++) own[i] += own[i - width];
        }
      });
      return { value, saved: [] };
    },
    (dy) =>
      hostKernel([dy], [x.shape], ([dy], [dx]) => {
        dx.set(dy);
        for (const own of parts.map((part) => part(dx))) {
          for (let i = own.length - 1 - width; i >= 0; i--) own[i] += own[i + width];
        }
      }),
  );
}

/** The same by products, whose gradient is that of a transposed product. */
function runningProducts(x: tf.Tensor2D, offsets: RecordOffsets): tf.Tensor2D {
  const [total] = x.shape;
  const summed = (x: tf.Tensor2D, isTransposed: boolean) => {
    const apart = padded(x, offsets);
    const [, rows] = apart.shape;
    const seen = tf.linalg.bandPart(tf.ones<tf.Rank.R3>([1, rows, rows]), -1, 0);
    return packed(tf.matMul<tf.Tensor3D>(seen, apart, isTransposed), offsets, total);
  };
  return differentiable(
    [x],
    () => ({ value: tf.tidy(() => summed(x, false)), saved: [] }),
    (dy) => [summed(dy, true)],
  );
}

/** {@link soFarInHistory} for records being written. */
export function soFarMemory(parameters: NamedTensors): Memory {
  const table = matrix(parameters, name);
  const embedded = stepEmbedding(table);
  let had: Set<number>[] = [];
  let sum = tf.zeros<tf.Rank.R2>([0, table.shape[0]]);
  return {
    advance(rows) {
      const isFirst = had.length === 0;
      if (isFirst) had = Array.from({ length: rows.rows }, () => new Set());
      const before = sum;
      sum = tf.tidy(() => {
        const fresh = embedded.of(rowsFrom(had.map((own, i) => newTo(own, rowOf(rows, i)))));
        return tf.keep(isFirst ? fresh : tf.add(before, fresh));
      });
      before.dispose();
      return tf.clone(sum);
    },
    keep(positions) {
      had = Array.from(positions, (position) => had[position]);
      sum = keptRecords(sum, positions);
    },
    dispose() {
      embedded.dispose();
      sum.dispose();
    },
  };
}
