/**
 * Visits of a record while its tokens are read.
 *
 * @see docs/specs/synehrgy.md section 8
 * @module
 */

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

/** A stay as it is told: codes, then rows of measurements, each with its time. */
export class ToldStay {
  private own: number | undefined; // the stay's own visit
  private rows = 0; // as far as their times are told
  private row: { readonly visit: number; readonly from: number } | undefined; // being told

  constructor(private readonly timeline: Timeline, private readonly isPublished: boolean) {}

  /** Whether its visit may get more codes. */
  get isOpen(): boolean {
    return this.row !== undefined || this.own !== undefined && this.rows === 0;
  }

  addCode(code: number): void {
    this.timeline.add(this.own ??= this.timeline.newVisit(), code, NaN);
  }

  measure(code: number, value: number): void {
    const { timeline } = this;
    if (this.row === undefined) {
      const isApart = this.rows > 0 || this.isPublished;
      const visit = isApart ? timeline.newVisit() : this.own ??= timeline.newVisit();
      this.row = { visit, from: timeline.visits[visit].length };
    }
    timeline.add(this.row.visit, code, value);
  }

  /** Notes how many days after what was before it the row was. */
  endRow(days: number): void {
    if (this.row === undefined) return;
    const { visit, from } = this.row;
    this.row = undefined;
    this.rows++;
    if (days === 0) return;
    this.timeline.wait(days);
    if (visit === this.own && from > 0) this.timeline.split(visit, from); // later than the codes
    else this.timeline.delay(visit);
  }
}
