/** An object with an entry for each name. */
export function recordOf<Name extends string, T>(
  names: readonly Name[],
  of: (name: Name) => T,
): Record<Name, T> {
  // `fromEntries` forgets which names there are
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, T>;
}
