/**
 * EVA: a variational autoencoder. A bidirectional LSTM reads a record's rows and gives mean and
 * variance of a latent vector; convolutions, without any activation between them, turn such a
 * vector into the logits of all rows at once.
 *
 * Biswal et al. 2020, in the form of Theodorou, Xiao & Sun 2023. Differences from their code, whose
 * forms are settings where they matter: the encoder reads the whole record
 * (`publishedLengths=true`: it stops two rows before its end, so that a record of one visit shows
 * only its start); the divergence is in nats like the summed reconstruction, as in the evidence
 * lower bound (`publishedBound=true`: it is added to the reconstruction's mean over cells, which
 * makes the latent vector collapse); validation has the full bound and the same noise in every
 * epoch; the row that never had a target is not drawn; the decoder's last biases start with about
 * one code per row (`publishedStart=true`: half of all); and the stride of the last transposed
 * convolution follows the longest record (there it is 3, for 57 rows).
 *
 * Its probability of a record is an integral over latent vectors, of which it gives a lower bound:
 * that of importance-weighted draws from the posterior (Burda et al. 2016), never below the
 * evidence bound.
 *
 * @see docs/specs/baselines.md section 5
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../cohort/cohort.ts";
import { bernoulliNll } from "../nn/bernoulli.ts";
import { type Footprint, logitsRow, lstmRow, times, together } from "../nn/footprint.ts";
import { checkShapes, copied, type NamedTensors } from "../nn/parameters.ts";
import { stream } from "../random.ts";
import type {
  GradientModel,
  ModelFamily,
  RecordLikelihood,
  TrainingMoment,
} from "./interface/model.ts";
import type { LogOddsTally } from "./interface/output_biases.ts";
import { presetFor } from "./interface/preset.ts";
import { chosen } from "./interface/settings.ts";
import { rowConfigFor, rowLikelihoods, tallyRows } from "./rows/row_model.ts";
import { columnsOf, longestRows, type PaddedRows, paddedRows, rowsOf } from "./rows/visit_rows.ts";
import {
  causalTaps,
  divergence,
  drawnFromPosterior,
  type EvaConfig,
  evaLogits,
  evaPosterior,
  evaSettings,
  initialEva,
  lastBias,
  rowsBeforeStretch,
} from "./eva/autoencoder.ts";
import { candidates, decodedTogether, evaSampling } from "./eva/written_records.ts";

/** Weight of the divergence in the first epochs; 1 in later ones. */
const divergenceWeights = [0.1, 0.15, 0.25, 0.325, 0.5, 0.75, 0.9];

/**
 * The bound of the negative log-likelihood with given noise, summed over the records.
 *
 * @param noise [records × latent] standard normal numbers
 * @param weight of the divergence
 */
export function evaLoss(
  config: EvaConfig,
  parameters: NamedTensors,
  batch: PaddedRows,
  noise: Float32Array,
  weight: number,
): tf.Scalar {
  const posterior = evaPosterior(config, parameters, batch);
  const z = drawnFromPosterior(posterior, noise);
  const logits = evaLogits(config, parameters, z, batch.rows);
  const lost = bernoulliNll(logits, batch.targets, batch.mask, config);
  const unit = config.publishedBound ? cellsOf(config) : 1;
  return tf.add(lost, tf.mul(divergence(posterior), weight * unit));
}

/** Cells that the original's mean over a record goes over. */
function cellsOf(config: EvaConfig): number {
  return (config.context - 1) * columnsOf(config);
}

/** Noise for each record, the same in every part of a batch: from the stream of its number. */
function noiseOf(
  { latent }: EvaConfig,
  records: Int32Array,
  moment?: TrainingMoment,
): Float32Array {
  const noise = new Float32Array(records.length * latent);
  records.forEach((record, b) => {
    const draws = moment === undefined
      ? stream("validationNoise", 0, record)
      : stream("trainingNoise", moment.seed, moment.epoch, record);
    for (let i = b * latent; i < (b + 1) * latent; i++) noise[i] = draws.normal();
  });
  return noise;
}

/** Number of draws from a record's posterior for the bound of its probability. */
const posteriorDraws = 16;

/** ln(mean of exp(x)). */
function logMeanExp(x: readonly number[]): number {
  const highest = Math.max(...x);
  return highest + Math.log(x.reduce((sum, each) => sum + Math.exp(each - highest), 0) / x.length);
}

/** Each record's importance-weighted bound, with the same draws whenever it is asked. */
async function likelihoods(
  config: EvaConfig,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
): Promise<RecordLikelihood[]> {
  const { latent } = config;
  const batch = paddedRows(config, cohort, records);
  const posterior = tf.tidy(() => {
    const { mean, logVariance } = evaPosterior(config, parameters, batch);
    return [mean, logVariance];
  });
  const [mean, logVariance] = [await posterior[0].data(), await posterior[1].data()];
  tf.dispose(posterior);
  const streams = Array.from(records, (record) => stream("posteriorNoise", 0, record));
  const draws: RecordLikelihood[][] = [];
  for (let draw = 0; draw < posteriorDraws; draw++) {
    const z = new Float32Array(mean.length);
    const logWeights = new Float64Array(records.length); // ln N(z; 0, 1) − ln N(z; posterior)
    for (let i = 0; i < z.length; i++) {
      const record = Math.floor(i / latent);
      const noise = streams[record].normal();
      z[i] = mean[i] + noise * Math.exp(logVariance[i] / 2);
      logWeights[record] += (noise ** 2 + logVariance[i] - z[i] ** 2) / 2;
    }
    const logits = tf.tidy(() =>
      evaLogits(config, parameters, tf.tensor2d(z, [records.length, latent]), batch.rows)
    );
    const numbers = await logits.data<"float32">();
    logits.dispose();
    draws.push(
      rowLikelihoods(batch, numbers, columnsOf(config)).map(({ logProbability, ...counts }, i) => ({
        ...counts,
        logProbability: logProbability + logWeights[i],
      })),
    );
  }
  return draws[0].map(({ visits, positives }, i) => ({
    logProbability: logMeanExp(draws.map((draw) => draw[i].logProbability)),
    visits,
    positives,
  }));
}

/** Adds the rows that records' latent vectors stand for to a tally, each vector drawn once. */
async function tally(
  config: EvaConfig,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
  tally: LogOddsTally,
): Promise<void> {
  const batch = paddedRows(config, cohort, records);
  const logits = tf.tidy(() => {
    const posterior = evaPosterior(config, parameters, batch);
    const z = drawnFromPosterior(posterior, noiseOf(config, records));
    return evaLogits(config, parameters, z, batch.rows);
  });
  const numbers = await logits.data<"float32">();
  logits.dispose();
  tallyRows(batch, numbers, columnsOf(config), tally);
}

/**
 * What a pass takes: the encoder's two LSTMs, all rows that are spread, and the causal
 * convolutions.
 */
function footprint(config: EvaConfig, rows: number, records: number): Footprint {
  const { width, context, channels4, channels5, channels6, channels7 } = config;
  const seen = causalTaps * (channels4 + channels5 + channels6 + channels7);
  const made = channels5 + channels6 + channels7;
  const spread = 6 * context * channels4;
  const convolutions = { kept: 2 * seen + 2 * made, passing: 2 * seen + 2 * made };
  const encoder = times(2, lstmRow(width, 1));
  const row = together(encoder, convolutions, logitsRow(columnsOf(config)));
  return times(records, together(times(rows, row), { kept: spread, passing: spread }));
}

/** EVA as `deno task train --model eva` knows it. */
export const eva: ModelFamily<GradientModel, EvaConfig> = {
  name: "eva",
  title: "EVA",
  summary: "Whole records from a latent vector by convolutions: a variational autoencoder",
  settings: evaSettings,
  highestRate: 3e-3, // from 0.006, the sample's first epoch ends at 403 nats a visit
  configFor(cohort, set) {
    const rows = rowConfigFor("eva", cohort, set);
    return {
      width: presetFor(cohort).width,
      ...chosen(evaSettings, set),
      ...rows,
      context: Math.ceil(rows.context / rowsBeforeStretch) * rowsBeforeStretch,
    };
  },
  create(config) {
    return {
      family: "eva",
      config,
      columns: columnsOf(config),
      samplers: [],
      rowLimit: config.context - 1,
      rowsOf,
      initial: initialEva(config),
      fromOriginal(stateDict) {
        const parameters = copied(stateDict);
        checkShapes("eva", parameters, initialEva(config));
        return parameters;
      },
      toOriginal: (parameters) => parameters,
      loss(parameters, cohort, records, moment) {
        const batch = paddedRows(config, cohort, records);
        const weight = divergenceWeights[moment?.epoch ?? Infinity] ?? 1;
        return evaLoss(config, parameters, batch, noiseOf(config, records, moment), weight);
      },
      lossDivisor: (_, recordCount) => recordCount * cellsOf(config),
      footprint: (cohort, records) =>
        footprint(config, longestRows(cohort, records), records.length),
      writingFootprint(records) {
        const decoded =
          footprint(config, config.context, Math.min(records, decodedTogether)).passing;
        // given labels are looked for among the first rows of many
        return Math.max(decoded, footprint(config, 1, candidates).passing);
      },
      likelihoodIsBound: true,
      likelihoods: (parameters, cohort, records) =>
        likelihoods(config, parameters, cohort, records),
      ...config.calibrate && {
        outputBiases: {
          parameter: lastBias,
          from: 0,
          count: columnsOf(config),
          passes: 1,
          tally: (...asked) => tally(config, ...asked),
        },
      },
      sampling: (parameters) => evaSampling(config, parameters),
    };
  },
};
