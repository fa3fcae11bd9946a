/**
 * All measures, by kind.
 *
 * @module
 */
import { fidelityMeasures } from "./fidelity/mod.ts";
import type { Measure } from "./measure.ts";
import { privacyMeasures } from "./privacy/mod.ts";
import { utilityMeasures } from "./utility/mod.ts";

/** The measures of each kind. */
export const measures = {
  fidelity: fidelityMeasures,
  utility: utilityMeasures,
  privacy: privacyMeasures,
} as const;

/** A kind of measures. */
export type MeasureKind = keyof typeof measures;

/** All kinds, in the order of the report. */
export const measureKinds: readonly MeasureKind[] = ["fidelity", "utility", "privacy"];

/** The same lists, without the types of their keys. */
const lists: Readonly<Record<MeasureKind, readonly Measure[]>> = measures;

/**
 * The measure of a key, which no two measures share.
 *
 * @throws {RangeError} If no measure has that key
 */
export function measureOf(key: string): Measure {
  const found = Object.values(lists).flat().find((measure) => measure.key === key);
  if (found === undefined) throw new RangeError(`Cannot ask a measure: none has the key "${key}"`);
  return found;
}

/**
 * What can be evaluated: each kind, followed by its measures, such as "fidelity.gap_days".
 *
 * @example
 * ```ts
 * import { measureNames } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(measureNames().slice(0, 2), ["fidelity", "fidelity.unigram"]);
 * ```
 */
export function measureNames(): string[] {
  return Object.entries(lists).flatMap(([kind, list]) => [
    kind,
    ...list.map(({ key }) => `${kind}.${key}`),
  ]);
}

/**
 * What is wrong with a choice of kinds and measures, to be added to "… names ".
 *
 * @example
 * ```ts
 * import { misnamed } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(misnamed(["fidelity.gap_days"]), undefined);
 * assertEquals(misnamed(["speed"])?.startsWith('"speed"; known: fidelity, '), true);
 * ```
 *
 * @returns undefined if each name is known
 */
export function misnamed(only: readonly string[]): string | undefined {
  const known = measureNames();
  const unknown = only.find((name) => !known.includes(name));
  return unknown === undefined ? undefined : `"${unknown}"; known: ${known.join(", ")}`;
}

/** Which measures are asked. */
export interface Selection {
  /**
   * Kinds and single measures, as in {@link misnamed}; default all measures. With a kind, records that
   * are identical to a training record are counted too.
   */
  readonly only?: readonly string[] | undefined;
  /** Whether thorough measures are left out unless `only` names them singly; default false. */
  readonly quick?: boolean | undefined;
}

/** Asked with every kind: whoever copies training records resembles them best. */
const always = "privacy.identical_records";

/** The measures of a kind that are asked, in the order of its list. */
export function measuresOf<Kind extends MeasureKind>(
  kind: Kind,
  { only, quick = false }: Selection = {},
): (typeof measures)[Kind][number][] {
  const list: readonly (typeof measures)[Kind][number][] = measures[kind];
  return list.filter(({ key, effort }: Measure) => {
    const isNamed = only?.includes(`${kind}.${key}`) ?? false;
    const isMeant = only === undefined || only.includes(kind) ||
      `${kind}.${key}` === always && measureKinds.some((each) => only.includes(each));
    return isNamed || isMeant && !(quick && effort === "thorough");
  });
}
