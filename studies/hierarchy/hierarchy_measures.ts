/**
 * What `hierarchy_study.ts` compares, by what, and how it says so.
 *
 * @module
 */

/** Forms of the model, the first the one that others are held against. */
export const forms = {
  none: { semantic: false, hierarchy: false },
  graph: { semantic: false, hierarchy: true },
} as const;
/** Name of a form. */
export type Form = keyof typeof forms;

/** What is measured, lower is better. */
export const measures = {
  visit: "Nats of a visit",
  rare: "Nats of a rare code",
  after: "Nats of a visit after a rare code",
  prevalence: "Prevalence error of a rare code",
} as const;
/** Name of a measure. */
export type Measure = keyof typeof measures;

/** A figure with a 95% interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What comes out, for one form and measure. */
export interface Found {
  readonly form: Form;
  readonly measure: Measure;
  /** The figure itself, over all seeds. */
  readonly level: Interval;
  /** Less the first form's. */
  readonly difference: Interval;
  /** The same of each seed. */
  readonly differences: number[];
}
