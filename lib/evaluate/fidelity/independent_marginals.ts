/**
 * The floor of fidelity: a generator that knows how often each code occurs, and nothing about how codes
 * depend on each other, within a visit or over time.
 *
 * @module
 */
import { type Cohort, cohort } from "../../cohort/cohort.ts";
import { growing } from "../../cohort/growing.ts";
import { independentVisit, marginals } from "../../models/independent.ts";
import { stream } from "../../random.ts";

/**
 * As many records as the source has, drawn from its marginals: numbers of visits from those of the
 * source's records, each code of a visit independently, with the share of visits that have it, each
 * label with its prevalence. Visits without a code are kept, so that codes per visit keep their mean.
 *
 * @param options.seed a whole number, at least 0
 */
export function independentMarginals(source: Cohort, options: { seed: number }): Cohort {
  const { seed } = options;
  const records = source.recordCount;
  const labelCount = source.labelNames.length;
  const draws = stream("floor", seed);
  const known = marginals(source);
  const visitOffsets = new Uint32Array(records + 1);
  for (let record = 0; record < records; record++) {
    visitOffsets[record + 1] = visitOffsets[record] + known.visitCounts[draws.integer(records)];
  }
  const visits = visitOffsets[records];

  const codesOf = independentVisit(known);
  const codes = growing((length) => new Uint32Array(length));
  const codeOffsets = new Uint32Array(visits + 1);
  for (let visit = 0; visit < visits; visit++) {
    for (const code of codesOf(draws)) codes.push(code);
    codeOffsets[visit + 1] = codes.length;
  }
  const labels = new Uint8Array(records * labelCount);
  for (let label = 0; label < labelCount; label++) {
    for (let record = 0; record < records; record++) {
      labels[record * labelCount + label] = draws.uniform() < known.labelShares[label] ? 1 : 0;
    }
  }
  return cohort({
    vocabulary: source.vocabulary,
    labelNames: source.labelNames,
    subjectIds: BigInt64Array.from({ length: records }, (_, record) => BigInt(record + 1)),
    visitOffsets,
    codeOffsets,
    codes: codes.view(),
    labels,
    startDays: new Float64Array(records).fill(NaN),
    gapDays: new Float64Array(visits),
    values: null,
    demographics: null,
    splits: null,
  });
}
