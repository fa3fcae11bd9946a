/** The probability of log odds: 1 / (1 + exp(−x)). */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** log(1 + eˣ) without overflow: minus the log of the probability that {@link sigmoid} leaves. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
