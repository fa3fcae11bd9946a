/**
 * Independent marginals: the floor that any model must beat. It knows how often each code and each
 * label occurs and how many visits records have, but not how they occur together.
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import type { RecordLists } from "../cohort/records.ts";
import { listOf, type NamedArrays } from "../nn/parameters.ts";
import type { Random } from "../random.ts";
import type { CountedModel, ModelFamily } from "./interface/model.ts";
import { SparseCoins } from "./sparse_coins.ts";
import { columnsOf, type RowSizes, rowsOf, sizesOf } from "./rows/visit_rows.ts";

/** What is known of a cohort. */
export interface Marginals {
  /** [records] Visits of each record. */
  readonly visitCounts: ArrayLike<number>;
  /** Codes that occur, distinct, in any order. */
  readonly codes: ArrayLike<number>;
  /** [codes] Share of visits that have each of them. */
  readonly codeShares: ArrayLike<number>;
  /** [labels] Share of records that have each. */
  readonly labelShares: ArrayLike<number>;
}

/** The marginals of a cohort. */
export function marginals(source: Cohort): Marginals {
  const { recordCount, visitOffsets, labels } = source;
  const occurrences = new Map<number, number>();
  for (const code of source.codes) occurrences.set(code, (occurrences.get(code) ?? 0) + 1);
  const having = new Float64Array(source.labelNames.length);
  labels.forEach((bit, i) => having[i % having.length] += bit);
  return {
    visitCounts: Uint32Array.from(
      { length: recordCount },
      (_, record) => visitOffsets[record + 1] - visitOffsets[record],
    ),
    codes: Uint32Array.from(occurrences.keys()),
    codeShares: Float64Array.from(occurrences.values(), (count) => count / source.visitCount),
    labelShares: having.map((count) => count / recordCount),
  };
}

/** Draws the codes of a visit independently, ascending. */
export function independentVisit({ codes, codeShares }: Marginals): (draws: Random) => number[] {
  const coins = new SparseCoins(codes, codeShares);
  return (draws) => coins.toss(draws).sort((a, b) => a - b);
}

function learn(cohort: Cohort): NamedArrays {
  const { visitCounts, codes, codeShares, labelShares } = marginals(cohort);
  return {
    visit_counts: listOf(visitCounts),
    codes: listOf(codes),
    code_shares: listOf(codeShares),
    label_shares: listOf(labelShares),
  };
}

/** What draws records. */
function recordsOf(known: Marginals) {
  const { visitCounts, labelShares } = known;
  const visit = independentVisit(known);
  return (draws: Random, given: Uint8Array | undefined): RecordLists => {
    const count = visitCounts[draws.integer(visitCounts.length)];
    const visits = Array.from({ length: count }, () => visit(draws));
    const labels = Array.from(labelShares, (share) => draws.uniform() < share ? 1 : 0);
    return { visits, labels: given === undefined ? labels : [...given] };
  };
}

/** Independent marginals as `deno task train --model independent` knows them. */
export const independent: ModelFamily<CountedModel, RowSizes> = {
  name: "independent",
  title: "Independent draws",
  summary: "Floor: codes, labels and numbers of visits, drawn independently",
  floor: "It draws each code independently: what it reaches needs no model of patients.",
  settings: {},
  configFor: (cohort) => sizesOf(cohort),
  create: (config) => ({
    family: "independent",
    config,
    columns: columnsOf(config),
    samplers: [],
    rowLimit: Infinity,
    rowsOf,
    learn,
    holds: "counts of training records",
    shapes: { visit_counts: [-1], codes: [-1], code_shares: [-1], label_shares: [config.labels] },
    sampling(parameters) {
      const record = recordsOf({
        visitCounts: parameters.visit_counts.numbers,
        codes: parameters.codes.numbers,
        codeShares: parameters.code_shares.numbers,
        labelShares: parameters.label_shares.numbers,
      });
      return {
        kind: "records",
        write: (randoms, labels) =>
          Promise.resolve(randoms.map((draws, i) => record(draws, labels?.[i]))),
        dispose() {},
      };
    },
  }),
};
