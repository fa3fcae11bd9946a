/**
 * The privacy loss of many steps: the distribution of the sum of their losses.
 *
 * The losses are independent, so the sum's distribution is a convolution, which a Fourier transform
 * makes a power (Koskela, Jälkö & Honkela 2020; Gopi, Lee & Wutschitz 2021). A transform rounds all
 * probabilities alike, which would spoil small ones. So probabilities are first multiplied by
 * e^(tilt · loss), which makes those large that decide, and divided by it afterwards.
 *
 * What is cut off and what the transform wraps around only adds to δ: the result is on the safe side.
 *
 * @module
 */
import FFT from "fft.js";
import type { GridLosses } from "./loss_on_grid.ts";

/** Equal steps, and the loss of one of them. */
export interface Part {
  readonly losses: GridLosses;
  /** [points] natural logarithms of the probabilities. */
  readonly logs: Float64Array;
  readonly steps: number;
}

/** Which part of a distribution must be exact. */
export interface Window {
  /** Factor of the loss in the exponent by which probabilities are multiplied. */
  readonly tilt: number;
  /** Least and largest loss; nearly all multiplied probabilities are between them. */
  readonly low: number;
  readonly high: number;
  /** Upper bound of the probability of larger losses. */
  readonly above: number;
}

/** Logarithm of the expectation of e^(rate · loss) of one step. */
function logMoment({ logs, losses: { first, spacing } }: Part, rate: number): number {
  let largest = -Infinity;
  for (let i = 0; i < logs.length; i++) {
    largest = Math.max(largest, logs[i] + rate * spacing * (first + i));
  }
  let sum = 0;
  for (let i = 0; i < logs.length; i++) {
    const log = logs[i] + rate * spacing * (first + i) - largest;
    if (log > -50) sum += Math.exp(log);
  }
  return largest + Math.log(sum);
}

/** Logarithm of the expectation of e^(rate · loss) of all steps. */
export function logMomentOfSum(parts: readonly Part[], rate: number): number {
  return parts.reduce((sum, part) => sum + part.steps * logMoment(part, rate), 0);
}

/** How many points a window has: a power of 2. */
export function pointsOf({ low, high }: Window, spacing: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(16, (high - low) / spacing + 2)));
}

/** Adds the logarithm of the spectrum of a part: [frequencies] modulus and angle. */
function addSpectrum(
  fft: FFT,
  part: Part,
  tilt: number,
  { logs, angles, size }: { logs: Float64Array; angles: Float64Array; size: number },
): void {
  const { losses: { first, spacing }, logs: logMasses, steps } = part;
  const log = logMoment(part, tilt);
  const wrapped = new Float64Array(size);
  for (let i = 0; i < logMasses.length; i++) {
    const at = ((first + i) % size + size) % size;
    wrapped[at] += Math.exp(logMasses[i] + tilt * spacing * (first + i) - log);
  }
  const spectrum = new Float64Array(2 * size);
  fft.realTransform(spectrum, wrapped);
  for (let k = 0; k <= size / 2; k++) {
    const [real, imaginary] = [spectrum[2 * k], spectrum[2 * k + 1]];
    logs[k] += steps * Math.log(Math.hypot(real, imaginary));
    angles[k] += steps * Math.atan2(imaginary, real);
  }
}

/** The sum of the losses of all steps, in a window. All parts have the same spacing. */
export function summed(parts: readonly Part[], window: Window): GridLosses {
  const { spacing } = parts[0].losses;
  const size = pointsOf(window, spacing);
  const fft = new FFT(size);
  const [logs, angles] = [new Float64Array(size / 2 + 1), new Float64Array(size / 2 + 1)];
  for (const part of parts) addSpectrum(fft, part, window.tilt, { logs, angles, size });
  const spectrum = new Float64Array(2 * size);
  for (let k = 0; k <= size / 2; k++) {
    const modulus = Math.exp(logs[k]);
    spectrum[2 * k] = modulus * Math.cos(angles[k]);
    spectrum[2 * k + 1] = modulus * Math.sin(angles[k]);
  }
  fft.completeSpectrum(spectrum);
  const sums = new Float64Array(2 * size);
  fft.inverseTransform(sums, spectrum);
  const first = Math.floor(window.low / spacing);
  const log = logMomentOfSum(parts, window.tilt);
  const masses = Float64Array.from({ length: size }, (_, i) => {
    const at = ((first + i) % size + size) % size;
    return sums[2 * at] * Math.exp(log - window.tilt * spacing * (first + i));
  });
  const lost = parts.reduce((sum, { losses, steps }) => sum + steps * losses.lost, window.above);
  return { spacing, first, masses, lost };
}
