/**
 * Which value a visit keeps of a code that was measured several times in it.
 *
 * @module
 */

/** The first or the last in time, the lowest or the highest. */
export const whichValues = ["last", "first", "lowest", "highest"] as const;
/** One of them. */
export type WhichValue = typeof whichValues[number];

/**
 * Whether a value takes the place of another.
 *
 * @param value measured after `kept`, or at the same time and written after it
 */
export function takesPlace(which: WhichValue, value: number, kept: number): boolean {
  switch (which) {
    case "last":
      return true;
    case "first":
      return false;
    case "lowest":
      return value < kept;
    case "highest":
      return value > kept;
  }
}

/** Says what the values are that are left out. */
export const othersInWords: Readonly<Record<WhichValue, string>> = {
  last: "that a later value of the same code and visit replaced",
  first: "after the first value of the same code and visit",
  lowest: "that are not the lowest of their code and visit",
  highest: "that are not the highest of their code and visit",
};
