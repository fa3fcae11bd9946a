/**
 * The probability that a standard normal variable falls into an interval, as a logarithm that is
 * finite however far out the interval lies, and its derivatives. In plain tfjs-core operations, so
 * that it runs on every engine.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";

/** Intervals of a standard normal variable, as tensors of one shape. */
export interface Intervals {
  /** Their middles; of open intervals the one end. */
  readonly middle: tf.Tensor;
  /** Their widths, above 0; of open intervals any number. */
  readonly width: tf.Tensor;
  /** -1 without a lower end, 1 without an upper end, 0 with both. */
  readonly open: tf.Tensor;
}

/** What {@link normalInterval} gives, in the shape of the intervals. */
export type IntervalMass = {
  /** Natural logarithm of the probability. */
  readonly log: tf.Tensor;
  /** Derivative of `log` by the middle, or by the one end. */
  readonly byMiddle: tf.Tensor;
  /** Derivative of `log` by the width; 0 for open intervals. */
  readonly byWidth: tf.Tensor;
};

/** Chebyshev's terms of the complementary error function, from the highest power. */
const tailTerms = [
  0.17087277,
  -0.82215223,
  1.48851587,
  -1.13520398,
  0.27886807,
  -0.18628806,
  0.09678418,
  0.37409196,
  1.00002368,
  -1.26551223,
];

/**
 * Intervals over which the logarithm of the density changes, and that are wide, by less than this are
 * computed from the density at their middle.
 */
const narrow = 0.1;
const density0 = 1 / Math.sqrt(2 * Math.PI);

/**
 * P(X > x) exp(x² / 2) for x ≥ 0, with a relative error below 2e-7.
 *
 * @see Press et al., Numerical Recipes, erfcc
 */
function scaledTail(x: tf.Tensor): tf.Tensor {
  const t = tf.div(1, tf.add(1, tf.mul(x, 0.5 / Math.SQRT2)));
  const [first, ...others] = tailTerms;
  const power = others.reduce<tf.Tensor>(
    (sum, term) => tf.add(tf.mul(sum, t), term),
    tf.fill(x.shape, first),
  );
  return tf.mul(tf.mul(t, 0.5), tf.exp(power));
}

const halfSquare = (x: tf.Tensor) => tf.mul(tf.square(x), 0.5);

/**
 * The probability that a standard normal variable falls into intervals; not itself on the tape.
 *
 * By symmetry an interval lies, at least by half, right of 0. Its probability is a difference of two
 * tails, each scaled by the density at the nearer end, so that nothing underflows. In float32 that
 * difference is too rough for narrow intervals; there the density at the middle is used, with the
 * second term of its Taylor series.
 */
export function normalInterval(intervals: Intervals): IntervalMass {
  const { middle, width, open } = intervals;
  const wide = wideInterval(intervals);
  const change = tf.mul(width, tf.maximum(tf.abs(middle), 1));
  const isNarrow = tf.logicalAnd(tf.less(change, narrow), tf.equal(open, 0));
  const small = tf.where(isNarrow, width, tf.fill(width.shape, narrow));
  const bend = tf.sub(tf.square(middle), 1);
  const log = tf.add(
    tf.sub(tf.log(tf.mul(small, density0)), halfSquare(middle)),
    tf.mul(bend, tf.div(tf.square(small), 24)),
  );
  const byMiddle = tf.mul(middle, tf.sub(tf.div(tf.square(small), 12), 1));
  const byWidth = tf.add(tf.div(1, small), tf.mul(bend, tf.div(small, 12)));
  return {
    log: tf.where(isNarrow, log, wide.log),
    byMiddle: tf.where(isNarrow, byMiddle, wide.byMiddle),
    byWidth: tf.where(isNarrow, byWidth, wide.byWidth),
  };
}

/** The same by a difference of two tails. */
function wideInterval({ middle, width, open }: Intervals): IntervalMass {
  const isOpen = tf.notEqual(open, 0);
  const zeros = tf.zerosLike(middle);
  const distance = tf.abs(middle);
  const half = tf.mul(width, 0.5);
  // Mirrored so that the interval lies right of 0; an open one has only its near end
  const near = tf.where(isOpen, tf.mul(open, middle), tf.sub(distance, half));
  const isBeyond = tf.greaterEqual(near, 0); // the middle of the density is not inside
  const nearTail = scaledTail(tf.abs(near));
  const farTail = tf.where(isOpen, zeros, scaledTail(tf.add(distance, half)));
  const farShrunk = tf.exp(tf.neg(tf.where(
    isBeyond,
    tf.mul(distance, width), // (far² - near²) / 2
    halfSquare(tf.add(distance, half)),
  )));
  const nearShrunk = tf.exp(tf.neg(tf.where(isBeyond, zeros, halfSquare(near))));
  const far = tf.mul(farTail, farShrunk);
  const scaled = tf.where(
    isBeyond,
    tf.sub(nearTail, far),
    tf.sub(tf.sub(1, tf.mul(nearTail, nearShrunk)), far),
  );
  const nearShare = tf.div(tf.mul(nearShrunk, density0), scaled); // density over probability
  const farShare = tf.where(isOpen, zeros, tf.div(tf.mul(farShrunk, density0), scaled));
  const side = tf.where(isOpen, open, tf.sign(middle));
  return {
    log: tf.sub(tf.log(scaled), tf.where(isBeyond, halfSquare(near), zeros)),
    byMiddle: tf.mul(side, tf.sub(farShare, nearShare)),
    byWidth: tf.where(isOpen, zeros, tf.mul(tf.add(nearShare, farShare), 0.5)),
  };
}
