// Closed forms of differential privacy, by the standard normal distribution.
import { normalTail } from "ehrloom/evaluate/normal.ts";

/** δ of the Gaussian mechanism without sampling (Balle & Wang 2018), noise 1 / mu. */
export function gaussianDelta(mu: number, epsilon: number): number {
  return normalTail(epsilon / mu - mu / 2) -
    Math.exp(epsilon) * normalTail(epsilon / mu + mu / 2);
}

/** ε of the Gaussian mechanism without sampling, by bisection. */
export function gaussianEpsilon(mu: number, delta: number): number {
  let [low, high] = [0, 1000];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (gaussianDelta(mu, middle) > delta) low = middle;
    else high = middle;
  }
  return high;
}

/** Below which outcome a patient's mixture is less than e^epsilon times as likely. */
function crossing(q: number, sigma: number, epsilon: number): number {
  const ratio = Math.expm1(epsilon) / q;
  return ratio <= -1 ? -Infinity : sigma ** 2 * Math.log1p(ratio) + 0.5;
}

/** δ of one step for a patient who is removed, at any ε, negative too. */
export function removeDelta(q: number, sigma: number, epsilon: number): number {
  const z = crossing(q, sigma, epsilon);
  const without = z === -Infinity ? 1 : normalTail(z / sigma);
  const sampled = z === -Infinity ? 1 : normalTail((z - 1) / sigma);
  return (1 - q) * without + q * sampled - Math.exp(epsilon) * without;
}

/** δ of one step for a patient who is added. */
export function addDelta(q: number, sigma: number, epsilon: number): number {
  const z = crossing(q, sigma, -epsilon);
  if (z === -Infinity) return 0;
  const [without, sampled] = [normalTail(-z / sigma), normalTail(-(z - 1) / sigma)];
  return without - Math.exp(epsilon) * ((1 - q) * without + q * sampled);
}
