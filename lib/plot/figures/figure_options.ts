/**
 * What a caller can change of any figure: its title, its size and its words.
 *
 * @module
 */
import { whatIsKnown } from "../../nearest_name.ts";

/** How a figure looks where its default does not suit. */
export interface FigureOptions {
  /** A line above the figure. Default none. */
  readonly title?: string | undefined;
  /** Pixels, from 200 to 4000; narrow figures have their panels below each other. */
  readonly width?: number | undefined;
  /** Pixels, from 100 to 4000. */
  readonly height?: number | undefined;
  /** Words of the figure, and what to write instead of each: `{ Synthetic: "HALO" }`. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

const known: readonly string[] = ["title", "width", "height", "labels"];

const sizes = { width: [200, 4000], height: [100, 4000] } as const;

/**
 * Checks what a caller gave as options.
 *
 * @throws {TypeError} If there is no option of a name
 * @throws {RangeError} If a size is out of range
 */
export function checkFigureOptions(options: FigureOptions): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot draw: this figure has no option "${unknown}"; ${whatIsKnown(unknown, known)}`,
    );
  }
  for (const side of ["width", "height"] as const) {
    const value = options[side];
    const [least, most] = sizes[side];
    if (value !== undefined && !(value >= least && value <= most)) {
      throw new RangeError(`Cannot draw: ${side} is ${value}, must be ${least} to ${most} pixels`);
    }
  }
}

/** A text with some of its words replaced; only whole words are, the longest first. */
export function relabelled(text: string, labels: Readonly<Record<string, string>>): string {
  const words = Object.keys(labels).sort((a, b) => b.length - a.length).map(RegExp.escape);
  if (words.length === 0) return text;
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])(${words.join("|")})(?![\\p{L}\\p{N}])`, "gu");
  return text.replace(whole, (word) => labels[word]);
}

/**
 * Checks that each of the words to replace is in one of the figure's texts.
 *
 * @throws {RangeError} If one is not
 */
export function checkLabels(
  labels: Readonly<Record<string, string>>,
  texts: readonly string[],
): void {
  for (const word of Object.keys(labels)) {
    if (texts.some((text) => relabelled(text, { [word]: "" }) !== text)) continue;
    const shown = [...new Set(texts)].filter((text) => /\p{L}/u.test(text)).slice(0, 12);
    throw new RangeError(
      `Cannot draw: labels replaces "${word}", which this figure does not say; it says ` +
        shown.map((text) => `"${text}"`).join(", "),
    );
  }
}
