/**
 * The value that stays of each code in each encounter, of many that a table has: laboratory tables
 * have a hundred million rows, of which a visit keeps one a code.
 *
 * @module
 */
import { growing } from "../growing.ts";
import type { EventTable } from "./event_table.ts";
import { takesPlace } from "./which_value.ts";

/** Codes that a cohort may have; with encounters up to 2³¹, keys are exact in a float64. */
const mostCodes = 1 << 22;
/** Values that are held before they go into the table. */
const mostHeld = 1 << 19;

/** A measured value. */
export interface Measured {
  readonly encounter: number;
  readonly code: number;
  readonly time: number;
  readonly value: number;
}

/**
 * Values on their way into an event table, which gets those that no other one of the same code and
 * encounter takes the place of. The published tables are grouped by patient or stay; of one that is not, the
 * event table gets more values than it needs, and the cohort is the same.
 */
export class KeptValues {
  private places = new Map<number, number>();
  private held = held();

  constructor(private readonly table: EventTable) {}

  add({ encounter, code, time, value }: Measured): void {
    this.table.see(this.table.inEncounter(encounter, time));
    const key = encounter * mostCodes + code;
    const place = this.places.get(key);
    if (place === undefined) {
      if (this.places.size === mostHeld) this.flush();
      this.places.set(key, this.places.size);
      this.held.encounter.push(encounter);
      this.held.code.push(code);
      this.held.time.push(time);
      this.held.value.push(value);
      return;
    }
    this.table.replacedCount++;
    const [before, kept] = [this.held.time.at(place), this.held.value.at(place)];
    const isNow = time < before
      ? !takesPlace(this.table.keep, kept, value)
      : takesPlace(this.table.keep, value, kept);
    if (!isNow) return;
    this.held.time.set(place, time);
    this.held.value.set(place, value);
  }

  /** Adds what is held to the table; to be called after the last row. */
  flush(): void {
    const [encounter, code, time, value] = [
      this.held.encounter.view(),
      this.held.code.view(),
      this.held.time.view(),
      this.held.value.view(),
    ];
    const order = Uint32Array.from(time.keys())
      .sort((a, b) => encounter[a] - encounter[b] || time[a] - time[b] || a - b);
    for (const at of order) {
      const moment = this.table.inEncounter(encounter[at], time[at]);
      this.table.add({ ...moment, code: code[at], value: value[at] });
    }
    this.places = new Map();
    this.held = held();
  }
}

function held() {
  return {
    encounter: growing((length) => new Uint32Array(length)),
    code: growing((length) => new Uint32Array(length)),
    time: growing((length) => new Float64Array(length)),
    value: growing((length) => new Float32Array(length)),
  };
}
