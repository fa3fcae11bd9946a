/**
 * What was probably meant by a name that does not exist.
 *
 * @module
 */
import { levenshteinDistance } from "@std/text";

/**
 * The known name that is closest to a mistyped one: at most two letters differ, and no more than
 * half of them. Upper and lower case count as the same.
 *
 * @example A typing error
 * ```ts
 * import { nearestName } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nearestName("widht", ["width", "heads"]), "width");
 * assertEquals(nearestName("speed", ["width", "heads"]), undefined);
 * ```
 *
 * @param name as it was typed
 * @param known names that exist
 * @returns undefined if none is close
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const most = Math.min(2, Math.floor(name.length / 2));
  const [nearest] = known
    .map((each) => ({
      each,
      distance: levenshteinDistance(name.toLowerCase(), each.toLowerCase()),
    }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.each;
}

/**
 * Ends a message about an unknown name: "did you mean width?", or "known: " and all names where
 * none is close.
 *
 * @param name as it was typed
 * @param known names that exist
 */
export function whatIsKnown(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `known: ${known.join(", ")}` : `did you mean ${nearest}?`;
}
