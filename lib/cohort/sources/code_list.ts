/**
 * The codes of an event table: those of its events, or the source's own list of codes.
 *
 * @module
 */
import type { UnitsOfCode } from "../quality/findings.ts";
import { codeProblem } from "../reserved_names.ts";
import { type Vocabulary, vocabulary } from "../vocabulary.ts";
import { detached } from "./detached.ts";

/** A vocabulary, and which of its codes each code of the events is. */
export interface RankedCodes {
  readonly vocabulary: Vocabulary;
  /** [codes of the events] Index in the vocabulary; below 0 for a code that is left out. */
  readonly rank: Int32Array;
}

/** Codes by name, in the order in which they were added. */
export class CodeList {
  /** The source's own list; null if the codes are those of the events. */
  readonly own: Vocabulary | null;
  private readonly names: string[] = [];
  private readonly descriptions: string[] = [];
  /** From name to unit to index. */
  private readonly indices = new Map<string, Map<string, number>>();
  private readonly leftOut = new Set<number>();
  /** Names of what is right above a code, where the source says so. */
  private readonly parents = new Map<number, readonly string[]>();

  /** @param own the source's own vocabulary: events index it, and it keeps its order */
  constructor(own: Vocabulary | null = null) {
    this.own = own;
  }

  /**
   * The index of a code, which is added when first seen, with the description that it has then.
   *
   * The same code in another unit is another code, since its numbers mean something else. The most
   * frequent unit of a code keeps its name; other units are appended ("LOINC//8310-5//[degF]").
   *
   * @param name as in MEDS, "SYSTEM//CODE"
   * @param description what it means; default the name itself
   * @param unit of its values, "" if they have none
   * @returns the index, or a sentence that says why a row with this code is a bad row
   */
  index(name: string, description = "", unit = ""): number | string {
    if (this.own !== null) {
      return this.own.indexOf.get(name) ?? `code "${name}" is not in the source's list of codes`;
    }
    let units = this.indices.get(name);
    const known = units?.get(unit);
    if (known !== undefined) return known;
    const problem = name === "" ? "is empty" : codeProblem(name);
    if (problem !== undefined) return `code "${name}" ${problem}`;
    const kept = detached(name);
    if (units === undefined) this.indices.set(kept, units = new Map());
    const index = this.names.length;
    units.set(detached(unit), index);
    this.names.push(kept);
    this.descriptions.push(description === "" ? kept : detached(description));
    return index;
  }

  /**
   * Says what a code means, and perhaps gives it a better name; passes over what is no code here.
   *
   * @param name as in {@link CodeList.index}
   * @param description replaces the one that the code was added with, unless it is ""
   * @param better its new name, unless another code has it already; default the old one
   * @returns its name from now on
   */
  describe(name: string, description: string, better: string = name): string {
    const units = this.indices.get(name);
    if (units === undefined) return name;
    const isNew = !this.indices.has(better) && codeProblem(better) === undefined;
    const kept = isNew ? detached(better) : name;
    this.indices.delete(name);
    this.indices.set(kept, units);
    for (const index of units.values()) {
      const wasOwnName = this.descriptions[index] === this.names[index];
      this.names[index] = kept;
      if (description !== "") this.descriptions[index] = detached(description);
      else if (wasOwnName) this.descriptions[index] = kept;
    }
    return kept;
  }

  /** Says what is right above a code: names of codes, or others; passes over what is no code here. */
  placeBelow(name: string, parents: readonly string[]): void {
    for (const index of this.indices.get(name)?.values() ?? []) this.parents.set(index, parents);
  }

  /**
   * The index of a code that the source's own vocabulary lacks, which is added after it: codes added
   * this way are identified by name, each its own description.
   */
  addUnlisted(name: string): number {
    return (this.own?.codes.length ?? 0) + this.names.push(detached(name)) - 1;
  }

  /** Number of codes, those of the source's own vocabulary and the others. */
  get count(): number {
    return (this.own?.codes.length ?? 0) + this.names.length;
  }

  /** Number of codes that the source's own vocabulary lacks. */
  get unlistedCount(): number {
    return this.own === null ? 0 : this.names.length;
  }

  /** Leaves the events of a code out. */
  leaveOut(index: number): void {
    this.leftOut.add(index);
  }

  /**
   * The codes with values in several units, by name.
   *
   * @param events index of each event's code
   */
  withSeveralUnits(events: Uint32Array): UnitsOfCode[] {
    const rows = new Uint32Array(this.names.length);
    for (const code of events) rows[code]++;
    return [...this.indices].filter(([, units]) => units.size > 1).map(([code, units]) => ({
      code,
      units: [...units].map(([unit, index]) => ({ unit, events: rows[index] }))
        .filter(({ events }) => events > 0).sort((a, b) => b.events - a.events),
    })).filter(({ units }) => units.length > 1).sort((a, b) => a.code < b.code ? -1 : 1);
  }

  /**
   * The vocabulary: the source's own, else the codes by name.
   *
   * @param events index of each event's code; decides which unit is the most frequent
   */
  ranked(events: Uint32Array): RankedCodes {
    if (this.own !== null) return this.withUnlisted(this.own);
    const [names, descriptions] = this.withUnits(events);
    const order = [...names.keys()].filter((code) => !this.leftOut.has(code))
      .sort((a, b) => names[a] < names[b] ? -1 : 1);
    const rank = new Int32Array(names.length).fill(-1);
    order.forEach((code, index) => rank[code] = index);
    return {
      vocabulary: vocabulary(
        order.map((code) => names[code]),
        order.map((code) => descriptions[code]),
        order.map((code) => this.parents.get(code) ?? []),
      ),
      rank,
    };
  }

  /** The source's own vocabulary, and behind it by name the codes that it lacks. */
  private withUnlisted(own: Vocabulary): RankedCodes {
    const listed = own.codes.length;
    const order = [...this.names.keys()].sort((a, b) => this.names[a] < this.names[b] ? -1 : 1);
    const rank = Int32Array.from({ length: listed + order.length }, (_, code) => code);
    order.forEach((code, index) => rank[listed + code] = listed + index);
    if (order.length === 0) return { vocabulary: own, rank };
    const names = order.map((code) => this.names[code]);
    return {
      vocabulary: vocabulary(
        [...own.codes, ...names],
        [...own.descriptions, ...names],
        own.parents && [...own.parents, ...names.map(() => [])],
      ),
      rank,
    };
  }

  /** Names and descriptions: units end descriptions, and the names of codes in a rarer unit. */
  private withUnits(events: Uint32Array): [names: string[], descriptions: string[]] {
    const names = [...this.names];
    const descriptions = [...this.descriptions];
    const rows = new Uint32Array(names.length);
    for (const code of events) rows[code]++;
    for (const units of this.indices.values()) {
      const ordered = [...units].sort(([a, codeA], [b, codeB]) =>
        rows[codeB] - rows[codeA] || (a < b ? -1 : 1)
      );
      for (const [place, [unit, code]] of ordered.entries()) {
        if (unit !== "") descriptions[code] += `, ${unit}`;
        if (place > 0) names[code] += `//${unit === "" ? "no unit" : unit}`;
      }
    }
    return [names, descriptions];
  }
}
