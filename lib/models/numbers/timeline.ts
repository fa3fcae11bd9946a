import type { RecordLists } from "../../cohort/records.ts";
import type { Schema } from "./record_schema.ts";

/** Visits as they are told, with their values and the days between them. */
export class Timeline {
  readonly visits: number[][] = [];
  readonly values: number[][] = [];
  readonly gapDays: number[] = [];
  /** Days since the start. */
  day = 0;
  /** Day of the first visit, later than 0 where stays before it hold nothing. */
  firstDay = 0;
  /** Days since the last visit. */
  private since = 0;

  wait(days: number): void {
    this.since += days;
    this.day += days;
  }

  /** Begins a visit and gives its index. */
  newVisit(): number {
    if (this.visits.length === 0) this.firstDay = this.day;
    this.gapDays.push(this.visits.length === 0 ? 0 : this.since);
    this.since = 0;
    this.values.push([]);
    return this.visits.push([]) - 1;
  }

  add(visit: number, code: number, value: number): void {
    this.visits[visit].push(code);
    this.values[visit].push(value);
  }

  /** Moves the last visit to now. */
  delay(visit: number): void {
    if (visit > 0) this.gapDays[visit] += this.since;
    this.since = 0;
  }

  /** Moves what stands in the last visit from a place on to a visit of its own, now. */
  split(visit: number, from: number): void {
    const [codes, values] = [this.visits[visit].splice(from), this.values[visit].splice(from)];
    const later = this.newVisit();
    codes.forEach((code, i) => this.add(later, code, values[i]));
  }
}

/** A record of what is told so far; of values, births, sexes and races, what the schema has. */
export function toldRecord(
  schema: Schema,
  { visits, values, gapDays, firstDay }: Timeline,
  { labels, startDay, sex = 0, birthDay = NaN, race = "" }: {
    readonly labels: readonly number[];
    readonly startDay: number;
    readonly sex: number | undefined;
    readonly birthDay: number | undefined;
    readonly race?: string | undefined;
  },
): RecordLists {
  return {
    visits,
    labels,
    gapDays,
    startDay: startDay + firstDay,
    ...schema.series.length > 0 && { values },
    ...schema.sexes > 0 && { sex, birthDay },
    ...schema.races && { race },
  };
}
