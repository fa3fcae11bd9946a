/**
 * The floor of fidelity: what a generator reaches that knows how often each code occurs and nothing
 * about how codes go together, within a visit or over time.
 *
 * @module
 */
import { type Cohort, cohort } from "../../cohort/cohort.ts";
import { random } from "../../nn/random.ts";
import { countKeys } from "./code_probabilities.ts";
import { codeKeyIndex } from "./key_rows.ts";
import { labelPrevalence } from "./label_prevalence.ts";

const marginalsStream = 0x6d617267; // apart from other uses of the same seed

/**
 * As many records as the source has, drawn from its marginals: numbers of visits from those of the
 * source's records, each code of a visit by itself with the share of visits that hold it, each
 * label with its prevalence. Visits that draw no code stay, so that codes per visit keep their mean.
 *
 * @param options.seed a whole number, at least 0
 */
export function independentMarginals(source: Cohort, options: { seed: number }): Cohort {
  const { seed } = options;
  const records = source.recordCount;
  const labelCount = source.labelNames.length;
  const draws = random(seed, marginalsStream);
  const visitOffsets = new Uint32Array(records + 1);
  for (let record = 0; record < records; record++) {
    const model = draws.integer(records);
    visitOffsets[record + 1] = visitOffsets[record] + source.visitOffsets[model + 1] -
      source.visitOffsets[model];
  }
  const visits = visitOffsets[records];

  // Code by code, leaping from one visit that holds it to the next by geometric distances.
  const index = codeKeyIndex("unigram", source.vocabulary.codes.length);
  const { occurrences } = countKeys(source, "unigram", index);
  const holders: { code: number; visits: number[] }[] = [];
  const codeOffsets = new Uint32Array(visits + 1);
  for (let key = 0; key < index.size; key++) {
    const share = occurrences[key] / source.visitCount;
    const scale = Math.log1p(-share); // -Infinity where every visit holds the code: leaps of 1
    const holding: number[] = [];
    const leap = () => 1 + Math.floor(Math.log1p(-draws.uniform()) / scale);
    for (let visit = leap() - 1; visit < visits; visit += leap()) {
      holding.push(visit);
      codeOffsets[visit + 1]++;
    }
    holders.push({ code: index.first[key], visits: holding });
  }
  for (let visit = 0; visit < visits; visit++) codeOffsets[visit + 1] += codeOffsets[visit];
  const codes = new Uint32Array(codeOffsets[visits]);
  const filled = codeOffsets.slice(0, visits);
  holders.sort((a, b) => a.code - b.code); // so that codes rise within each visit
  for (const { code, visits } of holders) for (const visit of visits) codes[filled[visit]++] = code;

  const labels = new Uint8Array(records * labelCount);
  for (const [label, share] of labelPrevalence(source).entries()) {
    for (let record = 0; record < records; record++) {
      labels[record * labelCount + label] = draws.uniform() < share ? 1 : 0;
    }
  }
  return cohort({
    vocabulary: source.vocabulary,
    labelNames: source.labelNames,
    subjectIds: BigInt64Array.from({ length: records }, (_, record) => BigInt(record + 1)),
    visitOffsets,
    codeOffsets,
    codes,
    labels,
    startDays: new Float64Array(records).fill(NaN),
    gapDays: new Float32Array(visits),
    values: null,
    splits: null,
  });
}
