/** The probability of log odds: 1 / (1 + exp(−x)). */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
