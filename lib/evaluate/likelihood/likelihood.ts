/**
 * How probable real test records are under a model: the test metrics of HALO (Theodorou et al.
 * 2023) over unmasked cells, with the interval of a bootstrap over patients.
 *
 * @module
 */
import type { CellHits, RecordLikelihood } from "../../models/interface/model.ts";
import { checkResamples, estimate, resampledSums } from "../bootstrap.ts";
import type { Likelihood, TooLong } from "../report.ts";
import { counted } from "../../in_words.ts";

/** How to summarise test records. */
export interface LikelihoodOptions {
  /** Random seed of the resamples; default 0. */
  readonly seed?: number | undefined;
  /** Resamples of patients behind the interval; default 1,000; 0: no intervals. */
  readonly resamples?: number | undefined;
  /** Whether the log-probabilities are lower bounds; default false. */
  readonly isBound?: boolean;
  /** Occurrences of codes that the model does not know and that were left out; default 0. */
  readonly unseenCodeOccurrences?: number;
  /** [records] The same records with the codes that were left out, if the model has columns for them. */
  readonly withUnseen?: readonly RecordLikelihood[] | undefined;
  /** Records that were left out because they are longer than the model's context; default none. */
  readonly tooLong?: TooLong | undefined;
}

/** Which test records were left out of the test metrics, as a sentence without a full stop. */
export function tooLongInWords({ records, of, context }: TooLong): string {
  const [are, others] = [records === 1 ? "is" : "are", of - records];
  return `${records} of ${of} test records ${are} longer than the model's context of ` +
    `${counted(context)} tokens; ` +
    (others === 0 ? "there is no test loss" : `the figures are of the other ${others}`);
}

/** How often records are resampled, and by which random seed. */
interface Resampled {
  readonly seed: number;
  readonly resamples: number;
}

/** [resamples + 1] A ratio of two sums over records, first over the records as they are. */
function resampledRatio(
  perRecord: readonly RecordLikelihood[],
  parts: (record: RecordLikelihood) => [above: number, below: number],
  { seed, resamples }: Resampled,
): Float64Array {
  const sums = resampledSums(
    { role: "held_out", seed },
    Float64Array.from(perRecord.flatMap(parts)),
    2,
    resamples,
  );
  return Float64Array.from({ length: resamples + 1 }, (_, i) => sums[2 * i] / sums[2 * i + 1]);
}

/** [resamples + 1] Negative log-likelihood in nats per visit, first of the records as they are. */
export function resampledNll(
  perRecord: readonly RecordLikelihood[],
  how: Resampled,
): Float64Array {
  return resampledRatio(perRecord, (record) => [-record.logProbability, record.visits], how);
}

/** The figures of waits; none where the model gives them no density, or there are none. */
function waitFigures(
  perRecord: readonly RecordLikelihood[],
  how: Resampled,
): Pick<Likelihood, "nll_per_wait" | "nll_per_visit_with_waits"> {
  if (!perRecord.some(({ waits }) => waits !== undefined && waits.count > 0)) return {};
  const none = { count: 0, logDensity: 0, inCells: 0 };
  return {
    nll_per_wait: estimate(resampledRatio(
      perRecord,
      ({ waits = none }) => [-waits.logDensity, waits.count],
      how,
    )),
    nll_per_visit_with_waits: estimate(resampledRatio(
      perRecord,
      ({ logProbability, visits, waits = none }) => [
        waits.inCells - logProbability - waits.logDensity,
        visits,
      ],
      how,
    )),
  };
}

/**
 * The test metrics of a model.
 *
 * Predictions are teacher-forced within the visit too, so precision and recall are not comparable
 * with those of a model that does not see the earlier codes of a visit. Resamples of the same test
 * records are the same for every model, so differences between models can be taken resample by
 * resample. A ratio without cases is 0; a record with the probability 0 makes `bce` and the
 * perplexities infinite.
 *
 * @example
 * ```ts
 * import { likelihoodMetrics } from "ehrloom";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const hits = { truePositives: 3, falsePositives: 1, falseNegatives: 1 };
 * const { nll_per_visit, recall } = likelihoodMetrics(
 *   [{ logProbability: -6, visits: 3, positives: 4, hits }],
 *   10,
 * );
 * assertAlmostEquals(nll_per_visit, 2);
 * assertAlmostEquals(recall ?? NaN, 0.75);
 * ```
 *
 * @param perRecord [records] at least one
 * @param cells columns of a row: codes, labels and special tokens
 * @throws {RangeError} If there is no record or no cell
 */
export function likelihoodMetrics(
  perRecord: readonly RecordLikelihood[],
  cells: number,
  options: LikelihoodOptions = {},
): Likelihood {
  const { seed = 0, resamples = 1000, isBound = false, unseenCodeOccurrences = 0 } = options;
  const { withUnseen, tooLong } = options;
  checkResamples(resamples);
  if (perRecord.length === 0) {
    throw new RangeError("Cannot compute test metrics: there is no test record");
  }
  if (!(cells >= 1)) throw new RangeError(`Cannot compute test metrics over ${cells} columns`);
  const total = (part: "logProbability" | "visits" | "positives") =>
    perRecord.reduce((sum, record) => sum + record[part], 0);
  const loss = -total("logProbability");
  const visits = total("visits");
  const nll = estimate(resampledNll(perRecord, { seed, resamples }));
  return {
    nll_per_visit: nll.value,
    nll_per_visit_low: nll.low,
    nll_per_visit_high: nll.high,
    nll_is_bound: isBound,
    ...cellFigures(perRecord, loss, visits * cells),
    perplexity_per_visit: Math.exp(loss / visits),
    perplexity_per_code: Math.exp(loss / total("positives")),
    unseen_code_occurrences: unseenCodeOccurrences,
    ...withUnseen && {
      nll_per_visit_with_unseen: estimate(resampledNll(withUnseen, { seed, resamples })),
    },
    ...waitFigures(perRecord, { seed, resamples }),
    ...tooLong && { too_long: tooLong },
  };
}

const noCellFigures = {
  bce: null,
  precision: null,
  recall: null,
  f1: null,
  accuracy: null,
  perplexity_per_cell: null,
};

function cellFigures(perRecord: readonly RecordLikelihood[], loss: number, cells: number) {
  const perRecordHits = perRecord.flatMap(({ hits }) => hits ?? []);
  if (perRecordHits.length < perRecord.length) return noCellFigures;
  const total = (part: keyof CellHits) => perRecordHits.reduce((sum, each) => sum + each[part], 0);
  const hits = total("truePositives");
  const falseAlarms = total("falsePositives");
  const misses = total("falseNegatives");
  const share = (part: number, whole: number) => whole === 0 ? 0 : part / whole;
  return {
    bce: loss / cells,
    precision: share(hits, hits + falseAlarms),
    recall: share(hits, hits + misses),
    f1: share(2 * hits, 2 * hits + falseAlarms + misses),
    accuracy: 1 - (falseAlarms + misses) / cells,
    perplexity_per_cell: Math.exp(loss / cells),
  };
}
