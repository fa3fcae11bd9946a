/** Single-letter changes that make one text of another: letters added, left out or replaced. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 0; i < from.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = above[j] + (from[i] === to[j] ? 0 : 1);
      row.push(Math.min(replaced, above[j + 1] + 1, row[j] + 1));
    }
    above = row;
  }
  return above[to.length];
}

/** The known name that a misspelled one probably means; undefined if none is close. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const near = known.map((each) => ({
    each,
    distance: editDistance(name.toLowerCase(), each.toLowerCase()),
  })).filter(({ distance }) => distance <= Math.max(1, name.length / 3));
  return near.sort((a, b) => a.distance - b.distance)[0]?.each;
}
