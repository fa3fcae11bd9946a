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

/**
 * Visits whose codes are drawn independently. It goes code by code, leaping from one visit with the
 * code to the next by geometric distances.
 *
 * @returns codes ascending within each visit, and [visits + 1] where those of each visit begin
 */
export function independentVisits(
  known: Marginals,
  visits: number,
  draws: Random,
): { codes: Uint32Array; codeOffsets: Uint32Array } {
  const holders: { code: number; holding: number[] }[] = [];
  const codeOffsets = new Uint32Array(visits + 1);
  for (let i = 0; i < known.codes.length; i++) {
    // -Infinity where every visit holds the code: leaps of 1
    const scale = Math.log1p(-known.codeShares[i]);
    const holding: number[] = [];
    const leap = () => 1 + Math.floor(Math.log1p(-draws.uniform()) / scale);
    for (let visit = leap() - 1; visit < visits; visit += leap()) {
      holding.push(visit);
      codeOffsets[visit + 1]++;
    }
    if (holding.length > 0) holders.push({ code: known.codes[i], holding });
  }
  for (let visit = 0; visit < visits; visit++) codeOffsets[visit + 1] += codeOffsets[visit];
  const codes = new Uint32Array(codeOffsets[visits]);
  const filled = codeOffsets.slice(0, visits);
  holders.sort((a, b) => a.code - b.code);
  for (const { code, holding } of holders) {
    for (const visit of holding) codes[filled[visit]++] = code;
  }
  return { codes, codeOffsets };
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

function record(known: Marginals, draws: Random, given: Uint8Array | undefined): RecordLists {
  const { visitCounts, labelShares } = known;
  const visits = visitCounts[draws.integer(visitCounts.length)];
  const { codes, codeOffsets } = independentVisits(known, visits, draws);
  const drawn = Array.from(labelShares, (share) => draws.uniform() < share ? 1 : 0);
  return {
    visits: Array.from(
      { length: visits },
      (_, visit) => [...codes.subarray(codeOffsets[visit], codeOffsets[visit + 1])],
    ),
    labels: given === undefined ? drawn : [...given],
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
      const known: Marginals = {
        visitCounts: parameters.visit_counts.numbers,
        codes: parameters.codes.numbers,
        codeShares: parameters.code_shares.numbers,
        labelShares: parameters.label_shares.numbers,
      };
      return {
        kind: "records",
        write: (randoms, labels) =>
          Promise.resolve(randoms.map((draws, i) => record(known, draws, labels?.[i]))),
        dispose() {},
      };
    },
  }),
};
