/**
 * The accountant by privacy loss distributions: the headline. Its ε is an upper bound, at most
 * 0.1% above the true one.
 *
 * The losses of steps are independent, so the distribution of their sum is a convolution, which a
 * Fourier transform makes a power (Koskela, Jälkö & Honkela 2020; Gopi, Lee & Wutschitz 2021). All
 * errors but that of rounding are on the safe side: the grid ({@link "./loss_on_grid.ts"}), what is
 * cut off, and what the transform wraps around.
 *
 * @module
 */
import FFT from "fft.js";
import { checkDelta, checkEpsilon } from "./budget.ts";
import { type Direction, type GridLosses, lossOnGrid } from "./loss_on_grid.ts";
import { checkSteps, type NoisySteps, withSteps } from "./noisy_steps.ts";

/** The probability of a sum outside the window of the transform, on each side. */
const outside = 1e-16;

/** Most points of a transform; with more steps than fit, the grid is wider and ε farther above. */
const mostPoints = 2 ** 22;

/** The share of a loss's deviation that the grid's spacing is. */
const fineness = 0.02;

/** The variance of the loss of one step, roughly; exact without sampling. */
function variance({ samplingRate: q, noiseMultiplier: sigma }: NoisySteps): number {
  const growth = 1 / sigma ** 2;
  return growth > 600 ? growth + 2 * Math.log(q) : Math.log1p(q ** 2 * Math.expm1(growth));
}

/** A number that the sum of losses exceeds with a probability of at most `outside` (Chernoff). */
function sumBound(parts: readonly Part[], deviation: number, sign: 1 | -1): number {
  let least = Infinity;
  for (let power = -6; power <= 6; power++) {
    const rate = 2 ** power / deviation;
    let logs = -Math.log(outside);
    for (const { losses: { masses, first, spacing }, steps } of parts) {
      let moment = 0;
      for (let i = 0; i < masses.length; i++) {
        if (masses[i] > 0) moment += masses[i] * Math.exp(sign * rate * spacing * (first + i));
      }
      logs += steps * Math.log(moment);
    }
    least = Math.min(least, logs / rate);
  }
  return least;
}

/** Equal steps, and the loss of one of them. */
interface Part {
  readonly losses: GridLosses;
  readonly steps: number;
}

/** Adds the logarithm of the spectrum of some equal steps: [frequencies] modulus and angle. */
function addSpectrum(fft: FFT, size: number, part: Part, log: Float64Array, angle: Float64Array) {
  const { losses: { masses, first }, steps } = part;
  const wrapped = new Float64Array(size);
  for (let i = 0; i < masses.length; i++) {
    wrapped[((first + i) % size + size) % size] += masses[i];
  }
  const spectrum = new Float64Array(2 * size);
  fft.realTransform(spectrum, wrapped);
  for (let k = 0; k <= size / 2; k++) {
    const [real, imaginary] = [spectrum[2 * k], spectrum[2 * k + 1]];
    log[k] += steps * Math.log(Math.hypot(real, imaginary));
    angle[k] += steps * Math.atan2(imaginary, real);
  }
}

/** The sum of the losses of all steps, on a window that holds nearly all of it. */
function summed(parts: readonly Part[], low: number, size: number): GridLosses {
  const fft = new FFT(size);
  const [log, angle] = [new Float64Array(size / 2 + 1), new Float64Array(size / 2 + 1)];
  for (const part of parts) addSpectrum(fft, size, part, log, angle);
  const spectrum = new Float64Array(2 * size);
  for (let k = 0; k <= size / 2; k++) {
    const modulus = Math.exp(log[k]);
    spectrum[2 * k] = modulus * Math.cos(angle[k]);
    spectrum[2 * k + 1] = modulus * Math.sin(angle[k]);
  }
  fft.completeSpectrum(spectrum);
  const sums = new Float64Array(2 * size);
  fft.inverseTransform(sums, spectrum);
  const { spacing } = parts[0].losses;
  const first = Math.floor(low / spacing);
  const masses = new Float64Array(size);
  for (let i = 0; i < size; i++) masses[i] = sums[2 * (((first + i) % size + size) % size)];
  const lost = parts.reduce((sum, { losses, steps }) => sum + steps * losses.lost, outside);
  return { spacing, first, masses, lost };
}

/** The loss of all steps together. */
function composed(taken: readonly NoisySteps[], direction: Direction): GridLosses {
  const total = taken.reduce((sum, each) => sum + each.steps * variance(each), 0);
  const count = taken.reduce((sum, { steps }) => sum + steps, 0);
  for (let spacing = fineness * Math.sqrt(total / count);; spacing *= 2) {
    const parts = taken.map((each) => ({
      losses: lossOnGrid(each, direction, spacing),
      steps: each.steps,
    }));
    const low = -sumBound(parts, Math.sqrt(total), -1);
    const high = sumBound(parts, Math.sqrt(total), 1);
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, (high - low) / spacing + 2)));
    if (size <= mostPoints) return summed(parts, low, size);
  }
}

/** Least ε, at least 0, at which the losses have at most this δ. */
function epsilonAt({ spacing, first, masses, lost }: GridLosses, delta: number): number {
  // sums over the losses above: of P, and of Q in units of its value at the loss
  let [above, aboveQ] = [lost, 0];
  for (let i = masses.length - 1; i >= 0; i--) {
    const nextQ = (aboveQ + masses[i]) * Math.exp(-spacing);
    const next = above + masses[i];
    if (next - nextQ > delta) {
      const epsilon = (first + i - 1) * spacing + Math.log((next - delta) / nextQ);
      return Math.max(0, epsilon);
    }
    if (first + i - 1 <= 0) return 0;
    [above, aboveQ] = [next, nextQ];
  }
  return 0;
}

/** The δ of losses at an ε. */
function deltaAt({ spacing, first, masses, lost }: GridLosses, epsilon: number): number {
  let delta = lost;
  for (let i = masses.length - 1; i >= 0; i--) {
    const excess = (first + i) * spacing - epsilon;
    if (excess <= 0) break;
    delta -= masses[i] * Math.expm1(-excess);
  }
  return Math.min(1, delta);
}

/** The larger of a figure in both directions. */
function worse(taken: readonly NoisySteps[], figure: (losses: GridLosses) => number): number {
  const shortest = withSteps(taken);
  if (shortest.length === 0) return 0;
  return Math.max(figure(composed(shortest, "remove")), figure(composed(shortest, "add")));
}

export function epsilonSpent(taken: readonly NoisySteps[], delta: number): number {
  checkSteps(taken);
  checkDelta(delta);
  return worse(taken, (losses) => epsilonAt(losses, delta));
}

export function deltaSpent(taken: readonly NoisySteps[], epsilon: number): number {
  checkSteps(taken);
  checkEpsilon(epsilon);
  return worse(taken, (losses) => deltaAt(losses, epsilon));
}
