/**
 * What `hierarchy_study.ts` compares, by which measures, and their names.
 *
 * @module
 */

/** Forms of the model; the others are compared with the first. */
export const forms = {
  none: { semantic: false, hierarchy: false },
  graph: { semantic: false, hierarchy: true },
} as const;
/** Name of a form. */
export type Form = keyof typeof forms;

/** What is measured, lower is better. */
export const measures = {
  visit: "Nats per visit",
  rare: "Nats per rare code",
  after: "Nats per visit after a rare code",
  prevalence: "Prevalence error of rare codes",
} as const;
/** Name of a measure. */
export type Measure = keyof typeof measures;

/** A figure with a 95% interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The result for one form and measure. */
export interface Found {
  readonly form: Form;
  readonly measure: Measure;
  /** The figure itself, over all seeds. */
  readonly level: Interval;
  /** Minus that of the first form. */
  readonly difference: Interval;
  /** The same of each seed. */
  readonly differences: number[];
}
