/**
 * The seam between measures and everything that is done with their figures. A measure is one
 * question about cohorts. Its answer gets a ceiling, a floor, intervals, paired differences
 * between models, `--only`, a place in `report.json` and a section of the report.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../cohort/cohort.ts";
import { object, type Schema } from "../files/checked_json.ts";
import type { OnProgress } from "../progress.ts";
import type { Run } from "../train/run_folder.ts";
import type { Role } from "./bootstrap.ts";

/** A cohort and its role in an evaluation. */
export interface Judged {
  /** Decides its resamples. */
  readonly role: Role;
  /** The records, each with at least one visit. */
  readonly cohort: Cohort;
  /** Whether they are a sample of another cohort that is asked about too, for equal numbers. */
  readonly isSample?: boolean | undefined;
}

/**
 * What a measure may need: measured values, days between visits or labels of every cohort,
 * the run that generated the records, canaries in its training, or real records that no model has seen.
 */
export type Need = "values" | "days" | "labels" | "run" | "canaries" | "held_out";

/** One GiB: the rows of a million patients fit in it, so that they are not read again for each block of resamples. */
export const usualKeptEntries = 2 ** 27;

/** What a measure is asked about. */
export interface Asked {
  /** The training records. */
  readonly real: Judged;
  /** The cohorts that are evaluated, all against the same resamples of the real one. */
  readonly others: readonly Judged[];
  /** Random seed of the resamples; a whole number, at least 0. */
  readonly seed: number;
  /** Resamples of patients behind each interval, at least 0. */
  readonly resamples: number;
  /**
   * What fewer real patients have is not listed in the figures; default 1: all is. Figures over
   * everything, such as R², are not changed by it.
   */
  readonly minCell?: number | undefined;
  /** Entries of sparse rows to keep in memory at 8 bytes each; default {@link usualKeptEntries}. */
  readonly keptEntries?: number | undefined;
  /** Whether measures that have smaller settings shall use them; default false. */
  readonly quick?: boolean | undefined;
  /** Codes that a user names sensitive: measures of privacy also judge each of them. */
  readonly sensitive?: readonly string[] | undefined;
  /** Real records that no model has seen, if known. */
  readonly heldOut?: Cohort | undefined;
  /** The run that generated the synthetic records, if known. */
  readonly run?: Run | undefined;
}

/** A measure's answer for one cohort. */
export interface Answer<F> {
  /** Its entry in `report.json`; null if the cohort has nothing to measure. */
  readonly figures: F;
  /**
   * [resamples + 1] of each headline figure: the figure itself, then that of each resample. Named by
   * its path in `figures`, with dots ("r2", "visits_per_record.synthetic_mean"); where an `Estimate`
   * is at that path, by its value. Comparisons take paired differences of these figures.
   */
  readonly resampled: Readonly<Record<string, Float64Array>>;
}

/**
 * One question about cohorts.
 *
 * A new measure is a file with an object of this kind, and a line in the list of its kind
 * (`fidelity/mod.ts`, `utility/mod.ts` or `privacy/mod.ts`). If it is a ratio of sums over records,
 * `ratio()` makes the object.
 */
export interface Measure<Key extends string = string, F = unknown> {
  /** Its name in `report.json` and in `--only`. */
  readonly key: Key;
  /** Its question, the heading of its section: "How much time passes between visits?" */
  readonly question: string;
  /** A cohort that lacks one of these gets null as its figures, and the measure is not asked. */
  readonly needs?: readonly Need[];
  /**
   * The roles of cohorts that it is asked about; default all. Others get null as their figures: what
   * was trained on held-out records cannot be tested on them.
   */
  readonly of?: readonly Role[];
  /**
   * "thorough" if it takes more than seconds. Such measures are left out by `quick`, and are not asked
   * about samples of equal numbers.
   */
  readonly effort?: "thorough";
  /**
   * Which thread asks it, where there are several; default any. `main` is the one that has the run and
   * the engine. Measures of `probabilities` are asked one after the other: they share passes, and
   * their tables are so large that there should be one at a time.
   */
  readonly thread?: "main" | "probabilities";
  /** The form of its figures, when they are read from a file; allows null if `needs` has an entry. */
  readonly schema: Schema<F>;
  /**
   * Its answers, one for each of `asked.others`, in their order.
   *
   * @param asked only cohorts that have what the measure needs
   * @param onProgress called from time to time, by measures that may take longer than two seconds
   */
  ask(asked: Asked, onProgress?: OnProgress): Promise<Answer<F>[]>;
}

/** A measure that takes more than seconds. */
export interface ThoroughMeasure<Key extends string = string, F = unknown> extends Measure<Key, F> {
  /** The same as in {@link Measure}. */
  readonly effort: "thorough";
}

/** The figures of a list of measures, by their keys; those of thorough ones may be left out. */
export type FiguresOf<Measures extends readonly Measure[]> =
  & {
    [M in Exclude<Measures[number], ThoroughMeasure> as M["key"]]: M extends
      Measure<string, infer F> ? F : never;
  }
  & {
    [M in Extract<Measures[number], ThoroughMeasure> as M["key"]]?: M extends
      Measure<string, infer F> ? F : never;
  };

/** The figures of a list of measures, when they are read from a file. */
export function figuresSchema<const Measures extends readonly Measure[]>(
  measures: Measures,
): Schema<FiguresOf<Measures>> {
  const schema: Schema<unknown> = object(
    Object.fromEntries(
      measures.map(({ key, schema, effort }) => [
        key,
        effort === "thorough" ? v.optional(schema) : schema,
      ]),
    ),
  );
  return schema as Schema<FiguresOf<Measures>>; // each key has the schema of its own measure
}

/**
 * A pass over the records that several measures share: it is made once for each judgement and thread,
 * for the first measure that asks for it.
 */
export function shared<T>(
  make: (asked: Asked, onProgress?: OnProgress) => T,
): (asked: Asked, onProgress?: OnProgress) => T {
  const made = new WeakMap<Asked, { readonly result: T }>();
  return (asked, onProgress) => {
    const known = made.get(asked) ?? { result: make(asked, onProgress) };
    made.set(asked, known);
    return known.result;
  };
}
