/**
 * The colours of figures: of marks, of the words that name them, and of both on a dark page.
 *
 * @module
 */

/** Marks: colours that colour-blind readers and grey print can tell apart (Okabe and Ito 2008). */
export const colours = {
  real: "#0072b2",
  synthetic: "#d55e00",
  ceiling: "#009e73",
  floor: "#767676",
  train: "#009e73",
  validation: "#aa3377",
  memoriser: "#aa3377",
} as const;

/** What a figure gives a colour of its own. */
export type Coloured = keyof typeof colours;

/** Words in the same hues, at least 4.5 to 1 against white. */
export const wordColours: Readonly<Record<Coloured, string>> = {
  real: "#0072b2",
  synthetic: "#b34f00",
  ceiling: "#007a59",
  floor: "#666666",
  train: "#007a59",
  validation: "#aa3377",
  memoriser: "#aa3377",
};

/** Marks and words on a dark page. */
export const darkColours: Readonly<Record<Coloured, string>> = {
  real: "#5db5e8",
  synthetic: "#f0914a",
  ceiling: "#3cc79f",
  floor: "#a3a3a3",
  train: "#3cc79f",
  validation: "#e58fbd",
  memoriser: "#e58fbd",
};
