/**
 * What there is to say of a source as a whole, beyond the rows of its tables: its dates, codes,
 * units, values and records.
 *
 * @module
 */
import * as v from "valibot";
import { finite, list, object, type Schema, text, whole } from "../../files/checked_json.ts";
import { splitCode } from "../codes/code_systems.ts";
import type { Cohort } from "../cohort.ts";
import { longRecords } from "../long_records.ts";
import { valueCount } from "../measured_values.ts";
import { microsecondsPerDay } from "../time.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { type FarValues, farValues } from "./far_values.ts";

/** How often a code is measured in each unit. */
export interface UnitsOfCode {
  /** The code. */
  readonly code: string;
  /** The most frequent one first; "" for none. */
  readonly units: readonly { readonly unit: string; readonly events: number }[];
}

/** Some of a kind, of which the first are named. */
export interface Some<T> {
  /** How many there are. */
  readonly count: number;
  /** The first of them. */
  readonly first: readonly T[];
}

/** What there is to say of a source as a whole. */
export interface Findings {
  /** Values among the events of the visits. */
  readonly values: number;
  /** Patients without a visit. */
  readonly patients_without_visits: number;
  /** Events that were left out since their visit has the code already. */
  readonly repeated_events: number;
  /** Day of the first visit that has a date, year-month-day; null for none. */
  readonly first_day: string | null;
  /** Day of the last one. */
  readonly last_day: string | null;
  /** Visits after the day on which the source was read. */
  readonly visits_in_future: number;
  /** Visits that have a date. */
  readonly dated_visits: number;
  /** Codes without a description that are no words themselves, as "DRUG//Aspirin" is. */
  readonly codes_without_name: Some<string>;
  /** Groups of codes that differ in nothing but dots, spaces and capitals. */
  readonly spellings: Some<readonly string[]>;
  /** Codes with values in several units; those in a rarer unit are codes of their own. */
  readonly units: Some<UnitsOfCode>;
  /** Codes with values that are far from the others of the code. */
  readonly far_values: Some<FarValues>;
  /** The few records that are much longer than all others; null for none. */
  readonly long_records: {
    readonly count: number;
    readonly longest: number;
    /** As in `--max-visits`. */
    readonly max_visits: number;
    /** Share of visits that are left if each record keeps its first `max_visits`. */
    readonly kept: number;
  } | null;
}

/** Of each kind, so many are named. */
const shown = 10;

function some<T>(all: readonly T[]): Some<T> {
  return { count: all.length, first: all.slice(0, shown) };
}

const someOf = <T>(of: Schema<T>) => object({ count: whole(0), first: list(of) });

/** The schema of what there is to say of a source. */
export const findingsSchema: Schema<Findings> = object({
  values: whole(0),
  patients_without_visits: whole(0),
  repeated_events: whole(0),
  first_day: v.nullable(text),
  last_day: v.nullable(text),
  visits_in_future: whole(0),
  dated_visits: whole(0),
  codes_without_name: someOf(text),
  spellings: someOf(list(text)),
  units: someOf(object({ code: text, units: list(object({ unit: text, events: whole(1) })) })),
  far_values: someOf(object({
    code: text,
    description: text,
    values: whole(1),
    far: whole(1),
    lowest: finite(),
    median: finite(),
    highest: finite(),
    subject: text,
  })),
  long_records: v.nullable(object({
    count: whole(1),
    longest: whole(1),
    max_visits: whole(1),
    kept: finite(0, 1),
  })),
});

/** Whether a code says what it means. */
const isInWords = (code: string) => /\p{L}{4}/u.test(splitCode(code).code);

/** The codes without a name of their own, those of the systems with the most of them first. */
function withoutName({ codes, descriptions }: Vocabulary): string[] {
  const nameless = codes.filter((code, i) => descriptions[i] === code && !isInWords(code));
  const systems = Map.groupBy(nameless, (code) => splitCode(code).prefix);
  return [...systems.values()].sort((a, b) => b.length - a.length).flat();
}

/** Groups of codes that are written in several ways. */
function spellings(codes: readonly string[]): string[][] {
  const plain = (code: string) => code.toUpperCase().replaceAll(/[\s.]/g, "");
  return [...Map.groupBy(codes, plain).values()].filter((group) => group.length > 1);
}

/** The dates of a cohort's visits. */
function dates({ visitOffsets, startDays, gapDays, recordCount }: Cohort) {
  const today = Date.now() * 1000 / microsecondsPerDay;
  let [first, last, dated, future] = [Infinity, -Infinity, 0, 0];
  for (let record = 0; record < recordCount; record++) {
    if (Number.isNaN(startDays[record])) continue;
    let day = startDays[record];
    for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
      day += gapDays[visit];
      first = Math.min(first, day);
      last = Math.max(last, day);
      dated++;
      future += Number(day > today);
    }
  }
  const inWords = (day: number) =>
    dated === 0 ? null : new Date(Math.floor(day) * 86_400_000).toISOString().slice(0, 10);
  return {
    first_day: inWords(first),
    last_day: inWords(last),
    visits_in_future: future,
    dated_visits: dated,
  };
}

function longRecordsOf(cohort: Cohort): Findings["long_records"] {
  const long = longRecords(cohort);
  if (long === undefined) return null;
  const { count, longest, maxVisits, kept } = long;
  return { count, longest, max_visits: maxVisits, kept };
}

/**
 * What there is to say of a source as a whole.
 *
 * @param cohort of all its visits, before anything was cut
 * @param known what is known from its events alone
 */
export function findingsOf(
  cohort: Cohort,
  { units, repeated }: { readonly units: readonly UnitsOfCode[]; readonly repeated: number },
): Findings {
  const { vocabulary, visitOffsets, recordCount } = cohort;
  const lengths = Array.from(
    { length: recordCount },
    (_, record) => visitOffsets[record + 1] - visitOffsets[record],
  );
  return {
    values: valueCount(cohort),
    patients_without_visits: lengths.filter((visits) => visits === 0).length,
    repeated_events: repeated,
    ...dates(cohort),
    codes_without_name: some(withoutName(vocabulary)),
    spellings: some(spellings(vocabulary.codes)),
    units: some(units),
    far_values: some(farValues(cohort)),
    long_records: longRecordsOf(cohort),
  };
}
