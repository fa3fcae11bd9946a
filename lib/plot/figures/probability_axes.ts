/**
 * Axes for probabilities and probabilities as text, the same in figures for print and in the
 * report's page: the functions are also sent to the page as source, so they use nothing from outside
 * this file.
 *
 * @module
 */

/**
 * A probability for people: "0.25", "0.0031", "2.1×10⁻⁵", "0"; two significant digits, or more on
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

/** Where things stand on a logarithmic axis that also has a place for zero. */
export interface LogAxis {
  /** Ends of the axis, as probabilities. */
  domain: [number, number];
  /** The place that stands for zero, below every positive probability. */
  zero: number;
  /** Where positive probabilities begin: the edge of the strip kept for zero. */
  edge: number;
}

/**
 * A logarithmic axis for probabilities between the two given ones, with a strip below for zero:
 * a code that one cohort lacks is worth seeing too.
 *
 * @param lowest the smallest positive probability
 * @param highest the largest probability
 */
export function logAxis(lowest: number, highest: number): LogAxis {
  const span = Math.max(Math.log10(highest / lowest), 0.5);
  const below = (share: number) => lowest * 10 ** (-share * span);
  return {
    domain: [below(0.12), highest * 10 ** (0.03 * span)],
    zero: below(0.08),
    edge: below(0.04),
  };
}

/** The powers of ten from the highest down to the lowest probability, not below 10⁻¹¹. */
export function powersOfTen(lowest: number, highest: number): number[] {
  return Array.from({ length: 12 }, (_, index) => 10 ** -index)
    .filter((power) => power >= lowest && power <= highest);
}

/**
 * How Plot shall label an axis of probabilities.
 *
 * @param label the axis's title, in its middle
 * @param labelOffset of the title from the figure's edge, in pixels
 * @param log where a logarithmic axis has its place for zero
 */
export function probabilityLabels(label: string, labelOffset: number, log?: LogAxis) {
  return {
    label,
    labelAnchor: "center",
    labelArrow: "none",
    labelOffset,
    // Plot leaves out labels between the powers of a log axis, unless they are given as text
    ...(log === undefined
      ? { tickFormat: (value: number) => probabilityText(value) }
      : { text: (value: number) => value === log.zero ? "0" : probabilityText(value) }),
  } as const;
}

/** Probabilities of the same things in two cohorts. */
export interface Probabilities {
  readonly real: ArrayLike<number>;
  readonly synthetic: ArrayLike<number>;
}

/** The smallest positive and the largest probability of either cohort; 0.1 and 1 where none is. */
export function probabilityRange({ real, synthetic }: Probabilities): [number, number] {
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
