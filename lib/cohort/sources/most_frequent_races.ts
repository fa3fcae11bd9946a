/**
 * The race of each patient where rows tell several: the most frequent one.
 *
 * @module
 */
import { growing } from "../growing.ts";
import { type Races, racesOf } from "../races.ts";
import { detached } from "./detached.ts";

/** Counts the races that rows tell of each patient. */
export class MostFrequentRaces {
  private readonly names = new Map<string, number>();
  /** [patients] The race that was told first, by its number. */
  private readonly first = growing((length) => new Uint32Array(length));
  /** [patients] How often that was; 0 for patients without a race. */
  private readonly times = growing((length) => new Uint32Array(length));
  /** Of patients with several, how often each of the others was told, in the order of rows. */
  private readonly others = new Map<number, Map<number, number>>();

  add(patient: number, race: string): void {
    const known = this.names.get(race);
    const index = known ?? this.names.size;
    if (known === undefined) this.names.set(detached(race), index);
    while (this.times.length <= patient) {
      this.first.push(0);
      this.times.push(0);
    }
    const times = this.times.at(patient);
    if (times === 0) this.first.set(patient, index);
    if (times === 0 || this.first.at(patient) === index) this.times.set(patient, times + 1);
    else {
      const others = this.others.get(patient) ?? new Map<number, number>();
      this.others.set(patient, others.set(index, (others.get(index) ?? 0) + 1));
    }
  }

  /** Number of patients with several. */
  get severalCount(): number {
    return this.others.size;
  }

  /** The most frequent race of each patient, of equally frequent ones the first. */
  of(patients: ArrayLike<number>): Races | undefined {
    const names = [...this.names.keys()];
    const [first, timesOf] = [this.first.view(), this.times.view()];
    return racesOf(Array.from(patients, (patient) => {
      if (!timesOf[patient]) return ""; // none, or a patient after all who have one
      let [race, most] = [first[patient], timesOf[patient]];
      for (const [other, times] of this.others.get(patient) ?? []) {
        if (times > most) [race, most] = [other, times];
      }
      return names[race];
    }));
  }
}
