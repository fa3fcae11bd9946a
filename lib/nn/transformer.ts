import * as tf from "@tensorflow/tfjs-core";
import { attendNext, type AttentionCache, causalAttention } from "./attention.ts";
import { gelu } from "./gelu.ts";
import { normed } from "./layer_norm.ts";
import { layer } from "./layer.ts";
import { linear } from "./linear.ts";
import { keptRecords, type Memory } from "./memory.ts";
import { bagGradient, type MultiHot } from "./multi_hot.ts";
import { constant, gaussian, type Initial, type Initials, sameAs } from "./initial.ts";
import { matrix, type NamedTensors, vector } from "./parameters.ts";
import { equalOffsets, lengthsOf, type RecordOffsets } from "./record_rows.ts";
import { ofRows } from "./squared_norms.ts";

/** Sizes of a stack of pre-norm transformer blocks. */
export interface TransformerConfig {
  /** Width of the embedding; a multiple of `heads`. */
  readonly width: number;
  /** Number of blocks. */
  readonly layers: number;
  /** Attention heads in each block. */
  readonly heads: number;
  /** Added to the variance in each layer norm. */
  readonly epsilon: number;
}

/** Block `i` by GPT-2's names, whose weights are [in, out]. */
function block(parameters: NamedTensors, epsilon: number, i: number) {
  const path = (name: string) => `transformer.h.${i}.${name}`;
  return {
    normed: (name: string, x: tf.Tensor2D) => normed(parameters, path(name), x, epsilon),
    projected(name: string, x: tf.Tensor2D, plus: tf.Tensor2D | null = null) {
      const weight = matrix(parameters, path(`${name}.weight`));
      return linear(x, weight, vector(parameters, path(`${name}.bias`)), "in-out", plus);
    },
  };
}

function blockWith(
  { normed, projected }: ReturnType<typeof block>,
  x: tf.Tensor2D,
  attention: (qkv: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor2D {
  const attended = attention(projected("attn.c_attn", normed("ln_1", x)));
  x = projected("attn.c_proj", attended, x);
  const widened = projected("mlp.c_fc", normed("ln_2", x));
  return projected("mlp.c_proj", gelu(widened), x);
}

function finalNorm(
  { epsilon }: TransformerConfig,
  parameters: NamedTensors,
  x: tf.Tensor2D,
): tf.Tensor2D {
  return normed(parameters, "transformer.ln_f", x, epsilon);
}

/**
 * GPT-2's stack of causal blocks and its last norm.
 *
 * @param config sizes
 * @param parameters named as in GPT-2, `transformer.h.0.ln_1.weight` and so on
 * @param x [rows, width] embedded rows, with positions
 * @param offsets [records + 1] which rows are whose
 * @returns [rows, width]
 * @see Radford et al. 2019; docs/specs/halo.md section 2
 */
export function transformer(
  config: TransformerConfig,
  parameters: NamedTensors,
  x: tf.Tensor2D,
  offsets: RecordOffsets,
): tf.Tensor2D {
  for (let i = 0; i < config.layers; i++) {
    const given = x;
    // Frees what the way back does not need
    x = tf.tidy(() =>
      blockWith(
        block(parameters, config.epsilon, i),
        given,
        (qkv) => causalAttention(qkv, offsets, config.heads),
      )
    );
  }
  return finalNorm(config, parameters, x);
}

/**
 * {@link transformer} for one new row per record, given the caches of all blocks.
 *
 * @param x [records, width] the new rows, embedded, with positions
 * @param caches one per block, replaced in place; empty for a first row
 * @returns [records, width]
 */
export function transformerNext(
  config: TransformerConfig,
  parameters: NamedTensors,
  x: tf.Tensor2D,
  caches: AttentionCache[],
): tf.Tensor2D {
  return tf.tidy(() => {
    for (let i = 0; i < config.layers; i++) {
      x = blockWith(block(parameters, config.epsilon, i), x, (qkv) => {
        const { y, cache } = attendNext(qkv, config.heads, caches[i]);
        tf.keep(cache.keys);
        tf.keep(cache.values);
        caches[i] = cache;
        return y;
      });
    }
    return finalNorm(config, parameters, x);
  });
}

/**
 * Adds each row's position in its record.
 *
 * @param x [rows, width]
 * @param table [positions, width] at least as many positions as rows of a record
 * @param offsets [records + 1] which rows are whose; those of no record get the first position
 */
export function withPositions(
  x: tf.Tensor2D,
  table: tf.Tensor2D,
  offsets: RecordOffsets,
): tf.Tensor2D {
  const [total] = x.shape;
  const positions = new Int32Array(total);
  lengthsOf(offsets).forEach((length, record) => {
    for (let row = 0; row < length; row++) positions[offsets[record] + row] = row;
  });
  return layer(
    [x],
    [table],
    () => ({
      value: tf.add(x, tf.gather(table, tf.tensor1d(positions, "int32"))),
      saved: [],
    }),
    {
      inputs: (dy) => [tf.clone(dy)],
      parameters(dy) {
        const each = { rows: total, offsets: equalOffsets(total, 1), columns: positions };
        return [bagGradient(each, dy, table.shape[0])];
      },
      squaredNorms: (dy, _, records) => ofRows(dy, records),
    },
  );
}

/**
 * Keys and values of what a transformer has written: {@link transformer} over
 * {@link withPositions}, a row of each record at a time.
 *
 * @param table [positions, width]
 * @param embed gives [records, width] of the new rows, without positions
 */
export function transformerMemory<S extends MultiHot = MultiHot>(
  config: TransformerConfig,
  parameters: NamedTensors,
  table: tf.Tensor2D,
  embed: (rows: S) => tf.Tensor2D,
): Memory<S> {
  const caches: AttentionCache[] = [];
  let row = 0;
  return {
    advance(rows) {
      return tf.tidy(() => {
        const position = tf.slice(table, [row++, 0], [1, config.width]);
        return transformerNext(config, parameters, tf.add(embed(rows), position), caches);
      });
    },
    keep(positions) {
      for (const cache of caches) {
        cache.keys = keptRecords(cache.keys, positions);
        cache.values = keptRecords(cache.values, positions);
      }
    },
    dispose() {
      for (const { keys, values } of caches) tf.dispose([keys, values]);
    },
  };
}

/**
 * Parameters to begin with: matrices N(0, 0.02²), biases 0, norms 1 and 0. As in the original
 * HALO, whose blocks are copies of one, all blocks begin equal.
 */
export function initialTransformer(
  { width, layers }: Pick<TransformerConfig, "width" | "layers">,
): Initials {
  const block: Initials = {
    "ln_1.weight": constant([width], 1),
    "ln_1.bias": constant([width], 0),
    "attn.c_attn.weight": gaussian([width, 3 * width], 0.02),
    "attn.c_attn.bias": constant([3 * width], 0),
    "attn.c_proj.weight": gaussian([width, width], 0.02),
    "attn.c_proj.bias": constant([width], 0),
    "ln_2.weight": constant([width], 1),
    "ln_2.bias": constant([width], 0),
    "mlp.c_fc.weight": gaussian([width, 4 * width], 0.02),
    "mlp.c_fc.bias": constant([4 * width], 0),
    "mlp.c_proj.weight": gaussian([4 * width, width], 0.02),
    "mlp.c_proj.bias": constant([width], 0),
  };
  const all: Record<string, Initial> = {};
  for (let i = 0; i < layers; i++) {
    for (const [name, initial] of Object.entries(block)) {
      all[`transformer.h.${i}.${name}`] = i === 0
        ? initial
        : sameAs(`transformer.h.0.${name}`, initial);
    }
  }
  all["transformer.ln_f.weight"] = constant([width], 1);
  all["transformer.ln_f.bias"] = constant([width], 0);
  return all;
}
