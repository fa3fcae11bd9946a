import type { Cohort } from "../../cohort/cohort.ts";

/** How two lists of names differ, as the end of a sentence; undefined when they are equal. */
function difference(real: readonly string[], synthetic: readonly string[]): string | undefined {
  const inReal = new Set(real);
  const inSynthetic = new Set(synthetic);
  const extra = synthetic.find((name) => !inReal.has(name));
  if (extra !== undefined) return `the real one has no "${extra}"`;
  const missing = real.find((name) => !inSynthetic.has(name));
  if (missing !== undefined) return `the synthetic one has no "${missing}"`;
  const at = real.findIndex((name, index) => name !== synthetic[index]);
  if (at >= 0) {
    return `number ${at} is "${real[at]}" in the real and "${synthetic[at]}" in the synthetic`;
  }
}

/**
 * Makes sure that two cohorts speak of the same codes and labels, in the same order.
 *
 * @throws {RangeError} If they do not; says which code or label differs
 */
export function checkVocabularies(real: Cohort, synthetic: Cohort): void {
  const codes = difference(real.vocabulary.codes, synthetic.vocabulary.codes);
  if (codes !== undefined) {
    throw new RangeError(`Cannot compare cohorts: their codes differ, ${codes}`);
  }
  const labels = difference(real.labelNames, synthetic.labelNames);
  if (labels !== undefined) {
    throw new RangeError(`Cannot compare cohorts: their labels differ, ${labels}`);
  }
}
