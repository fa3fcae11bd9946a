/**
 * Normal numbers by the ziggurat method, several times as fast as Box and Muller's: private training
 * draws one for each trained number in each step (6 million in 0.05 s).
 *
 * @see Marsaglia & Tsang 2000; Doornik 2005, "An improved ziggurat method to generate normal random
 * samples" (ZIGNOR)
 * @module
 */

import type { Random } from "../../random.ts";

/** Where random bits come from. */
export interface BitSource {
  /** A whole number in [0, 2³²). */
  bits(): number;
}

/** Random bits that come in blocks: 2,048 are faster to get at once than one by one. */
export function bitSource(fill: (block: Uint32Array) => void): BitSource {
  const block = new Uint32Array(2048);
  let next = block.length;
  return {
    bits() {
      if (next === block.length) {
        fill(block);
        next = 0;
      }
      return block[next++];
    },
  };
}

/** Layers of equal area. */
const layers = 128;
/** Where the tail begins. */
const tail = 3.442619855899;
/** The area of a layer. */
const area = 9.91256303526217e-3;

const density = (x: number) => Math.exp(-0.5 * x * x);

/** [layers + 1] Right ends of the layers, from the lowest one, whose tail counts as width, to 0. */
const ends = new Float64Array(layers + 1);
/** [layers] The share of each layer that lies under the curve at all heights. */
const shares = new Float64Array(layers);
ends[0] = area / density(tail);
ends[1] = tail;
for (let i = 2; i < layers; i++) {
  ends[i] = Math.sqrt(-2 * Math.log(area / ends[i - 1] + density(ends[i - 1])));
}
for (let i = 0; i < layers; i++) shares[i] = ends[i + 1] / ends[i];

/** A number in (0, 1). */
const open = (source: BitSource) => (source.bits() + 0.5) * 2 ** -32;

/** A number beyond the beginning of the tail. */
function fromTail(source: BitSource): number {
  for (;;) {
    const x = -Math.log(open(source)) / tail;
    if (-2 * Math.log(open(source)) > x * x) return tail + x;
  }
}

/**
 * A number from N(0, 1).
 *
 * @param source of random bits
 */
export function gaussianFrom(source: BitSource): number {
  for (;;) {
    const bits = source.bits() | 0;
    const layer = bits & (layers - 1);
    const u = (bits - layer) * 2 ** -31; // [-1, 1), from the bits that do not choose the layer
    if (Math.abs(u) < shares[layer]) return u * ends[layer];
    if (layer === 0) return u < 0 ? -fromTail(source) : fromTail(source);
    const x = u * ends[layer];
    const below = Math.exp(-0.5 * (ends[layer] ** 2 - x * x)); // both heights over that of the curve at x
    const above = Math.exp(-0.5 * (ends[layer + 1] ** 2 - x * x));
    if (above + open(source) * (below - above) < 1) return x;
  }
}

/** Random bits of the machine's cryptographic generator, which no seed repeats. */
export function secureBits(): BitSource {
  return bitSource((block) => void crypto.getRandomValues(block));
}

/** Random bits of a stream that its key repeats. */
export function seededBits(stream: Pick<Random, "fillBits">): BitSource {
  return bitSource((block) => stream.fillBits(block));
}

/**
 * A number from N(0, 1) whose last digits tell nothing: half the sum of four. From the digits of a
 * single one, the noise can sometimes be told from what it was added to.
 *
 * @see Holohan & Braghin 2021, "Secure random sampling in differential privacy"
 */
export function secureGaussian(source: BitSource): number {
  return (gaussianFrom(source) + gaussianFrom(source) + gaussianFrom(source) +
    gaussianFrom(source)) / 2;
}
