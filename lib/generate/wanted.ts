/**
 * What records must have: labels, a sex, a race, an age at the first visit. All else is drawn given these.
 *
 * @module
 */
import { daysPerYear, sexNames } from "../cohort/cohort.ts";
import type { RecordLists } from "../cohort/records.ts";
import { firstNames } from "../printable.ts";
import type { Run } from "../train/run_folder.ts";
import { wantedLabels } from "./given_labels.ts";
import type { GenerationOptions } from "./options.ts";

/** What every record of an order must have. */
export interface Wanted {
  /** Labels, by index. */
  readonly labels: ReadonlyMap<number, 0 | 1>;
  /** Index into `sexNames`. */
  readonly sex?: number;
  /** One of those that the model writes. */
  readonly race?: string;
  /** Years at the first visit, at least the first number and below the second. */
  readonly ages?: readonly [from: number, below: number];
}

/** Whether labels are as wanted. */
export function hasLabels({ labels: wanted }: Wanted, labels: ArrayLike<number>): boolean {
  return wanted.entries().every(([label, value]) => labels[label] === value);
}

/** Whether a sex, a race or an age is wanted, which a record's first visit tells. */
export function isOfPatients({ sex, race, ages }: Wanted): boolean {
  return sex !== undefined || race !== undefined || ages !== undefined;
}

/** Whether a record is as wanted. */
export function isAsWanted(wanted: Wanted, record: RecordLists): boolean {
  const { sex, race, ages } = wanted;
  if (!hasLabels(wanted, record.labels)) return false;
  if (sex !== undefined && record.sex !== sex) return false;
  if (race !== undefined && record.race !== race) return false;
  if (ages === undefined) return true;
  const age = ((record.startDay ?? NaN) - (record.birthDay ?? NaN)) / daysPerYear;
  return record.visits.length > 0 && age >= ages[0] && age < ages[1];
}

/** Checks that the model writes what is wanted of patients. */
function checkPatients({ runConfig: { model, coverage } }: Run, { sex, ages }: Wanted): void {
  const { demographics, times } = coverage ?? {};
  const writes = (learned: typeof times) =>
    learned === undefined || learned.isLearned && learned.count > 0;
  const missing = sex !== undefined && !writes(demographics)
    ? "sexes"
    : ages !== undefined && !(writes(demographics) && writes(times))
    ? "ages"
    : undefined;
  if (missing === undefined) return;
  throw new RangeError(
    `Cannot generate with a given ${missing === "ages" ? "age" : "sex"}: this run of "${model}" ` +
      `writes no ${missing}; train on a cohort that has them, with numbers=10 or synehrgy`,
  );
}

/** Races that an error names; it counts the others. */
const mostNamed = 20;

/** The race of that name, in upper or lower case, among those that the model writes. */
function wantedRace({ runConfig: { model, schema } }: Run, race: string): string {
  const known = schema?.races ?? [];
  if (known.length === 0) {
    throw new RangeError(
      `Cannot generate with a given race: this run of "${model}" writes no races; ` +
        "train on a cohort that has them, with numbers=10",
    );
  }
  const found = known.find((each) => each === race) ??
    known.find((each) => each.toLowerCase() === race.toLowerCase());
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot generate with the race "${race}": this run of "${model}" writes ${
      firstNames(known, mostNamed)
    }`,
  );
}

/**
 * What options require of every record.
 *
 * @throws {RangeError} If the model has no such label or writes no sexes, races or ages, if numbers are out of
 * range, or if something is given twice
 */
export function wantedOf(run: Run, options: GenerationOptions): Wanted {
  const { sex, race, ages, prefixes } = options;
  const labels = wantedLabels(run, options);
  const known: readonly string[] = sexNames.slice(1);
  if (sex !== undefined && !known.includes(sex)) {
    throw new RangeError(`Cannot generate with sex ${sex}: must be ${known.join(" or ")}`);
  }
  if (ages !== undefined && !(ages[0] >= 0 && ages[1] > ages[0])) {
    throw new RangeError(
      `Cannot generate with ages from ${ages[0]} to below ${
        ages[1]
      }: must be ascending, at least 0`,
    );
  }
  const wanted: Wanted = {
    labels,
    ...sex !== undefined && { sex: sexNames.indexOf(sex) },
    ...race !== undefined && { race: wantedRace(run, race) },
    ...ages !== undefined && { ages },
  };
  if (prefixes !== undefined && isOfPatients(wanted)) {
    throw new RangeError(
      "Cannot generate with both a sex, a race or ages and records to continue: these have their own",
    );
  }
  checkPatients(run, wanted);
  return wanted;
}
