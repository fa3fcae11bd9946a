/**
 * Stays of a record while its tokens are read.
 *
 * @see docs/specs/synehrgy.md section 8
 * @module
 */
import type { Timeline } from "../numbers/timeline.ts";

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
