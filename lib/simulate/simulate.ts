/**
 * Simulated cohorts: in memory, or in parts of bounded memory for any number of patients.
 *
 * @module
 */
import { checkOptions } from "../arguments.ts";
import { breathe } from "../breathe.ts";
import { type Cohort, cohort, sexNames, splitNames } from "../cohort/cohort.ts";
import { growing } from "../cohort/growing.ts";
import { type Vocabulary, vocabulary } from "../cohort/vocabulary.ts";
import { type LongWorkOptions, stoppable } from "../long_work.ts";
import { Patients } from "./patient.ts";
import type { Truth, TruthOptions } from "./truth.ts";
import { truthDefaults, truthOf } from "./truth_of.ts";

/** What to simulate. */
export interface SimulateOptions extends TruthOptions {
  /** Number of patients; default 400. */
  readonly patients?: number | undefined;
  /** Number of the first patient, from 0, for cohorts made in parts; default 0. */
  readonly first?: number | undefined;
}

/** What is simulated where nothing else is asked for: a class can train on it within a minute. */
export const simulationDefaults: Readonly<Record<keyof TruthOptions | "patients", number>> = {
  ...truthDefaults,
  patients: 400,
};
/** A part has about this number of entries, at about 40 bytes each. */
const entriesPerPart = 1_500_000;

/** The vocabulary of a truth: the kinds of visits, then the other codes. */
function vocabularyOf({ model: { kinds, codes } }: Truth): Vocabulary {
  return vocabulary([...kinds, ...codes].map(({ code }) => code));
}

/**
 * The split of a patient: of each 25 patients one after the other, 18 are for training, 2 for
 * validation and 5 for test, as in HALO's paper. As patients are drawn independently of each other,
 * this is as good as a random split, and stays the same whatever the number of patients.
 */
function splitOfPatient(number: number): number {
  const at = number % 25;
  return splitNames.indexOf(at % 5 === 4 ? "test" : at === 3 || at === 13 ? "validation" : "train");
}

/** Patients `first` up to `first + count`. */
function drawnCohort(
  truth: Truth,
  patients: Patients,
  { words, first, count }: { words: Vocabulary; first: number; count: number },
): Cohort {
  const { model } = truth;
  const labelNames = model.labels.map(({ name }) => name);
  const visitOffsets = new Uint32Array(count + 1);
  const codeOffsets = growing((length) => new Uint32Array(length));
  const gapDays = growing((length) => new Float64Array(length));
  const codes = growing((length) => new Uint32Array(length));
  const values = growing((length) => new Float32Array(length));
  const labels = new Uint8Array(count * labelNames.length);
  const startDays = new Float64Array(count);
  const birthDays = new Float64Array(count);
  const sexes = new Uint8Array(count);
  for (let record = 0; record < count; record++) {
    const drawn = patients.draw(first + record, {
      visit(days) {
        codeOffsets.push(codes.length);
        gapDays.push(days);
      },
      code(code, value) {
        codes.push(code);
        values.push(value);
      },
    });
    visitOffsets[record + 1] = gapDays.length;
    labels.set(drawn.labels.map(Number), record * labelNames.length);
    startDays[record] = drawn.startDay;
    birthDays[record] = drawn.birthDay;
    sexes[record] = sexNames.indexOf(drawn.isFemale ? "female" : "male");
  }
  codeOffsets.push(codes.length);
  return cohort({
    vocabulary: words,
    labelNames,
    subjectIds: BigInt64Array.from({ length: count }, (_, i) => BigInt(first + i + 1)),
    visitOffsets,
    codeOffsets: codeOffsets.view().slice(),
    codes: codes.view().slice(),
    labels,
    startDays,
    gapDays: gapDays.view().slice(),
    values: values.view().slice(),
    demographics: { birthDays, sexes },
    splits: Uint8Array.from({ length: count }, (_, i) => splitOfPatient(first + i)),
  });
}

/** The numbers of patients, checked. */
function numbersOf({ patients = simulationDefaults.patients, first = 0 }: SimulateOptions) {
  if (!(Number.isSafeInteger(patients) && patients >= 1)) {
    throw new RangeError(
      `Cannot simulate: patients is ${patients}, must be a whole number, at least 1`,
    );
  }
  if (!(Number.isSafeInteger(first) && first >= 0)) {
    throw new RangeError(`Cannot simulate: first is ${first}, must be a whole number, at least 0`);
  }
  return { patients, first };
}

/**
 * A simulated cohort with known truth: `truthOf` gives the truth for the same options.
 *
 * Patients have sex, age, visits with days between them, codes, a measured value or two, labels and
 * splits. Patient i is the same whatever the number of patients.
 *
 * @example A cohort for each student
 * ```ts
 * import { simulate, truthOf } from "ehrloom";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const cohort = simulate({ seed: 17, patients: 2000 });
 * assertEquals(cohort.recordCount, 2000);
 * const { expected } = truthOf({ seed: 17 });
 * assertAlmostEquals(cohort.visitCount / 2000, expected.visits_per_record, 0.6);
 * ```
 *
 * @throws {RangeError} If there is no patient, or no truth of these sizes
 */
export function simulate(options: SimulateOptions = {}): Cohort {
  checkOptions("simulate", options, [...Object.keys(simulationDefaults), "first"]);
  const { patients, first, ...sizes } = options;
  const numbers = numbersOf({ patients, first });
  const truth = truthOf(sizes);
  const words = vocabularyOf(truth);
  return drawnCohort(truth, new Patients(truth), {
    words,
    first: numbers.first,
    count: numbers.patients,
  });
}

/**
 * The patients of a truth in parts, one after the other, so that only one is in memory at a time. All
 * parts together are the cohort that {@link simulate} gives.
 *
 * @example
 * ```ts
 * import { simulatedParts, truthOf } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * let patients = 0;
 * for await (const part of simulatedParts(truthOf({ seed: 17 }), { patients: 500 })) {
 *   patients += part.recordCount;
 * }
 * assertEquals(patients, 500);
 * ```
 *
 * @param truth as `truthOf` or `readTruth` gives it
 * @throws {RangeError} If there is no patient
 */
export async function* simulatedParts(
  truth: Truth,
  options: Pick<SimulateOptions, "patients" | "first"> & LongWorkOptions = {},
): AsyncGenerator<Cohort> {
  checkOptions("simulatedParts", options, ["patients", "first", "onProgress", "signal"]);
  const { patients, first } = numbersOf(options);
  const onProgress = stoppable(options);
  const { visits_per_record: visits, codes_per_visit: codes } = truth.expected;
  const size = Math.ceil(entriesPerPart / (visits * codes));
  const [words, source] = [vocabularyOf(truth), new Patients(truth)];
  for (let done = 0; done < patients; done += size) {
    const count = Math.min(size, patients - done);
    onProgress({ stage: "simulating patients", done, total: patients });
    await breathe();
    yield drawnCohort(truth, source, { words, first: first + done, count });
  }
  onProgress({ stage: "simulating patients", done: patients, total: patients });
}
