/**
 * How far figures move when a model is trained and generates again with another random seed. The
 * intervals over resamples of patients do not hold this.
 *
 * @module
 */

/** A figure with several random seeds. */
export interface SeedSpread {
  /** With each seed, in their order; null where it has no value. */
  readonly values: readonly (number | null)[];
  /** Mean over the seeds that have a value. */
  readonly mean: number;
  /** Standard deviation over them, of a sample (divided by n − 1). */
  readonly sd: number;
}

/** A model's figures with several random seeds. */
export interface Spreads {
  /** The random seeds of training and generation; the first one's figures are the model's own. */
  readonly seeds: readonly number[];
  /** Of `nll_per_visit` and every headline figure, by `measure.path`. */
  readonly figures: Readonly<Record<string, SeedSpread>>;
}

/** Figures by name, as one seed has them. */
type Figures = Readonly<Record<string, number | null>>;

/** Of the seeds that have a finite value; undefined for fewer than two. */
function spreadOf(values: readonly (number | null)[]): SeedSpread | undefined {
  const known = values.filter((value): value is number => Number.isFinite(value));
  if (known.length < 2) return undefined;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { values, mean, sd: Math.sqrt(squares / (known.length - 1)) };
}

/**
 * The spread of figures over random seeds; of those that at least two seeds have.
 *
 * @param runs [seeds] the figures with each seed
 */
export function spreadsOf(seeds: readonly number[], runs: readonly Figures[]): Spreads {
  const names = [...new Set(runs.flatMap((figures) => Object.keys(figures)))];
  const figures = names.flatMap((name): [string, SeedSpread][] => {
    const spread = spreadOf(runs.map((run) => run[name] ?? null));
    return spread === undefined ? [] : [[name, spread]];
  });
  return { seeds, figures: Object.fromEntries(figures) };
}
