/**
 * The memoriser: a "model" that keeps its training records and copies them. Its fidelity is as good
 * as it gets and it protects nobody; judges of privacy that do not say so are of no use.
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import type { RecordLists } from "../cohort/records.ts";
import { type NamedArrays, vector } from "../nn/parameters.ts";
import type { CountedModel, ModelFamily } from "./model.ts";
import { columnsOf, rowsOf, sizesOf } from "./visit_rows.ts";

/** [offsets.length - 1] How long each run is. Lengths stay exact in float32 where offsets do not. */
function lengths(offsets: Uint32Array): Uint32Array {
  return Uint32Array.from(offsets.subarray(1), (end, i) => end - offsets[i]);
}

/** Where runs of these lengths begin, and where the last one ends. */
function offsets(lengths: Float32Array): Uint32Array {
  const begins = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, i) => begins[i + 1] = begins[i] + length);
  return begins;
}

function learn({ visitOffsets, codeOffsets, codes, labels }: Cohort): NamedArrays {
  return {
    visit_counts: vector(lengths(visitOffsets)),
    code_counts: vector(lengths(codeOffsets)),
    codes: vector(codes),
    labels: vector(labels),
  };
}

/** What gives the training records by number, and the numbers of those with certain labels. */
function library(parameters: NamedArrays, labelCount: number) {
  const visitOffsets = offsets(parameters.visit_counts.numbers);
  const codeOffsets = offsets(parameters.code_counts.numbers);
  const codes = parameters.codes.numbers;
  const labelsOf = (record: number) =>
    parameters.labels.numbers.subarray(record * labelCount, (record + 1) * labelCount);
  const byLabels = new Map<string, number[]>();
  for (let record = 0; record < visitOffsets.length - 1; record++) {
    const key = labelsOf(record).join();
    const group = byLabels.get(key);
    if (group === undefined) byLabels.set(key, [record]);
    else group.push(record);
  }
  return {
    recordCount: visitOffsets.length - 1,
    withLabels: (labels: Uint8Array) => byLabels.get(labels.join()) ?? [],
    record: (record: number): RecordLists => ({
      visits: Array.from(
        { length: visitOffsets[record + 1] - visitOffsets[record] },
        (_, i) => {
          const visit = visitOffsets[record] + i;
          return [...codes.subarray(codeOffsets[visit], codeOffsets[visit + 1])];
        },
      ),
      labels: [...labelsOf(record)],
    }),
  };
}

/** The memoriser as `deno task train --model memoriser` knows it. */
export const memoriser: ModelFamily<CountedModel> = {
  name: "memoriser",
  summary: "Floor: copies of training records, drawn with replacement",
  settings: {},
  configFor: (cohort) => ({ ...sizesOf(cohort) }),
  create: (config) => ({
    family: "memoriser",
    config,
    columns: columnsOf({ codes: config.codes, labels: config.labels }),
    samplers: [],
    rowLimit: Infinity,
    rowsOf,
    learn,
    shapes: { visit_counts: [-1], code_counts: [-1], codes: [-1], labels: [-1] },
    sampling(parameters) {
      const { recordCount, withLabels, record } = library(parameters, config.labels);
      return {
        kind: "records",
        write: (randoms, labels) =>
          Promise.resolve(randoms.map((draws, i) => {
            if (labels === undefined) return record(draws.integer(recordCount));
            const fitting = withLabels(labels[i]);
            if (fitting.length > 0) return record(fitting[draws.integer(fitting.length)]);
            throw new RangeError(
              `Cannot generate a record with labels ${labels[i].join()}: "memoriser" copies ` +
                "training records and none has just these",
            );
          })),
        dispose() {},
      };
    },
  }),
};
