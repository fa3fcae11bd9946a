/**
 * Searching the codes by their names.
 *
 * @module
 */

/** [codes] What each code means, with the code itself where the two differ. */
export function codeNames(
  { codes, descriptions }: { codes: readonly string[]; descriptions: readonly string[] },
): string[] {
  return codes.map((code, index) =>
    descriptions[index] === code ? code : `${descriptions[index]} (${code})`
  );
}

/** [codes] Names as {@link matchingCodes} searches them. */
export function searchable(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase());
}

/**
 * The codes whose names hold every word that was typed, whatever its case; null where nothing was.
 *
 * @param texts [codes] as of {@link searchable}
 */
export function matchingCodes(texts: readonly string[], typed: string): Set<number> | null {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  return new Set(
    texts.keys().filter((code) => words.every((word) => texts[code].includes(word))),
  );
}

/** How many codes were found; empty where nothing was searched. */
export function foundText(codes: ReadonlySet<number> | null): string {
  if (codes === null) return "";
  return codes.size === 1 ? "1 code" : `${codes.size.toLocaleString("en")} codes`;
}
