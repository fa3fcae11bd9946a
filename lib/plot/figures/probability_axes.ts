/**
 * Axes for probabilities and probabilities as text, the same in figures for print and in the
 * report's page. The page carries the functions of this file as source, so they use nothing from
 * outside it, see `report/page_script/script.ts`.
 *
 * @module
 */

/**
 * A probability as text: "0.25", "0.0031", "2.1×10⁻⁵", "0"; two significant digits, or more on
 * request.
 */
export function probabilityText(probability: number, digits = 2): string {
  if (probability === 0) return "0";
  if (probability >= 0.00095) return String(Number(probability.toPrecision(digits)));
  const [mantissa, exponent] = probability.toExponential(digits - 1).split("e");
  const power = [...String(Math.abs(Number(exponent)))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]);
  const sign = Number(exponent) < 0 ? "⁻" : "";
  return `${Number(mantissa) === 1 ? "" : `${Number(mantissa)}×`}10${sign}${power.join("")}`;
}

/** How the axes of a plane of probabilities are divided. */
export type AxisType = "linear" | "log";

/** An axis of probabilities, the same along both sides of a plane. */
export interface ProbabilityScale {
  readonly type: AxisType;
  /** Ends of the axis, as probabilities. */
  readonly domain: [number, number];
  /** Where probability 0 stands: at 0, or in a strip of its own at the low end of a log axis. */
  readonly zero: number;
  /** Where positive probabilities begin, and with them the line y = x: above the strip for zero. */
  readonly start: number;
  /** Where a probability stands on the axis, as a probability: itself unless it is 0. */
  place(probability: number): number;
  /** Where it stands as a share of the axis's length: 0 at the low end, 1 at the high end. */
  share(probability: number): number;
}

/**
 * An axis for probabilities between the two given ones. A logarithmic axis has a strip below for
 * zero: a code that one cohort lacks is worth seeing too.
 *
 * @param lowest the smallest positive probability
 * @param highest the largest probability
 */
export function probabilityScale(
  [lowest, highest]: readonly [lowest: number, highest: number],
  type: AxisType,
): ProbabilityScale {
  if (type === "linear") {
    const end = highest * 1.05;
    const domain: [number, number] = [0, end];
    return { type, domain, zero: 0, start: 0, place: (value) => value, share: (p) => p / end };
  }
  const span = Math.max(Math.log10(highest / lowest), 0.5);
  const below = (share: number) => lowest * 10 ** (-share * span);
  const domain: [number, number] = [below(0.12), highest * 10 ** (0.03 * span)];
  const zero = below(0.08);
  const place = (probability: number) => probability || zero;
  const share = (probability: number) =>
    Math.log(place(probability) / domain[0]) / Math.log(domain[1] / domain[0]);
  return { type, domain, zero, start: below(0.04), place, share };
}

/** The powers of ten from the highest down to the lowest probability, not below 10⁻¹¹. */
export function powersOfTen(lowest: number, highest: number): number[] {
  return Array.from({ length: 12 }, (_, index) => 10 ** -index)
    .filter((power) => power >= lowest && power <= highest);
}

/** Probabilities of the same things in two cohorts. */
export interface Probabilities {
  readonly real: ArrayLike<number>;
  readonly synthetic: ArrayLike<number>;
}

/** The smallest positive and the largest probability of either cohort; 0.1 and 1 where none is. */
export function probabilityRange(
  { real, synthetic }: Probabilities,
): [lowest: number, highest: number] {
  let lowest = Infinity;
  let highest = 0;
  for (const values of [real, synthetic]) {
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (value > 0 && value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
  }
  return highest > 0 ? [lowest, highest] : [0.1, 1];
}
