/**
 * How EVA writes records: latent vectors are drawn and decoded, and rows are drawn from their logits.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { RecordLists } from "../../cohort/records.ts";
import { drawnAlone } from "../../nn/forbidden.ts";
import type { NamedTensors } from "../../nn/parameters.ts";
import type { Random } from "../../random.ts";
import type { Codec, RecordSampling } from "../interface/writing.ts";
import { columnsOf, rowCodec } from "../rows/visit_rows.ts";
import { type EvaConfig, evaLogits } from "./autoencoder.ts";
import { sigmoid } from "../../nn/sigmoid.ts";

/** Records decoded together; more would only take memory. */
export const decodedTogether = 32;
/** Latent vectors among which one is chosen that suits given labels. */
export const candidates = 256;

/**
 * Logits of the first rows of the records that latent vectors stand for: [records × rows ×
 * columns].
 */
async function decoded(
  config: EvaConfig,
  parameters: NamedTensors,
  z: Float32Array,
  rows: number,
): Promise<ArrayLike<number>> {
  const { latent } = config;
  const logits = tf.tidy(() =>
    evaLogits(config, parameters, tf.tensor2d(z, [z.length / latent, latent]), rows)
  );
  const numbers = await logits.data();
  logits.dispose();
  return numbers;
}

function latents({ latent }: EvaConfig, draws: Random, count: number): Float32Array {
  return Float32Array.from({ length: count * latent }, () => draws.normal());
}

/** One of many latent vectors, drawn by how likely each makes the labels. */
async function latentFor(
  config: EvaConfig,
  parameters: NamedTensors,
  draws: Random,
  labels: Uint8Array,
): Promise<Float32Array> {
  const { codes, latent } = config;
  const columns = columnsOf(config);
  const z = latents(config, draws, candidates);
  const logits = await decoded(config, parameters, z, 1);
  const scores = Array.from({ length: candidates }, (_, i) => {
    let score = 0; // log-probability of the labels
    for (let label = 0; label < labels.length; label++) {
      const logit = logits[i * columns + codes + label];
      score -= Math.log1p(Math.exp(labels[label] === 1 ? -logit : logit));
    }
    return score;
  });
  const highest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - highest));
  let left = draws.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = weights.findIndex((weight) => (left -= weight) < 0);
  const at = chosen < 0 ? candidates - 1 : chosen;
  return z.subarray(at * latent, (at + 1) * latent);
}

/** A record drawn row by row from its logits, which begin at a place. */
function drawnRecord(
  config: EvaConfig,
  logits: ArrayLike<number>,
  from: number,
  draws: Random,
  codec: Codec,
  labels?: Uint8Array,
): RecordLists {
  const { codes, context } = config;
  const columns = columnsOf(config);
  const reader = codec.reader(draws);
  for (let row = 0; row < context - 1 && reader.part !== "end"; row++) {
    const on = drawnAlone(
      columns,
      (column) => sigmoid(logits[from + row * columns + column]),
      () => draws.uniform(),
      reader.forbidden?.(),
    );
    const isGiven = row === 0 && labels !== undefined;
    reader.read(
      isGiven ? Array.from(labels.keys(), (i) => codes + i).filter((_, i) => labels[i] === 1) : on,
    );
  }
  return reader.record?.() ?? { visits: reader.visits, labels: reader.labels };
}

/** Writes one record from each stream, all decoded together. */
async function writtenTogether(
  config: EvaConfig,
  parameters: NamedTensors,
  streams: readonly Random[],
  codec: Codec,
  labels?: readonly Uint8Array[],
): Promise<RecordLists[]> {
  const rows = config.context - 1;
  const z = new Float32Array(streams.length * config.latent);
  for (const [i, draws] of streams.entries()) {
    const one = labels === undefined
      ? latents(config, draws, 1)
      : await latentFor(config, parameters, draws, labels[i]);
    z.set(one, i * config.latent);
  }
  const logits = await decoded(config, parameters, z, rows);
  const size = rows * columnsOf(config);
  return streams.map((draws, i) =>
    drawnRecord(config, logits, i * size, draws, codec, labels?.[i])
  );
}

export function evaSampling(config: EvaConfig, parameters: NamedTensors): RecordSampling {
  const codec = rowCodec(config, config.context);
  return {
    kind: "records",
    codec,
    async write(randoms, labels, readBy = codec) {
      const written: RecordLists[] = [];
      for (let first = 0; first < randoms.length; first += decodedTogether) {
        const end = first + decodedTogether;
        const streams = randoms.slice(first, end);
        const given = labels?.slice(first, end);
        written.push(...await writtenTogether(config, parameters, streams, readBy, given));
      }
      return written;
    },
    dispose() {},
  };
}
