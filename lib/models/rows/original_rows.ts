/** What models over rows see beyond their originals. */
interface Seen {
  readonly labels: number;
  readonly labelsInHead: boolean;
  readonly codesSoFar?: boolean;
}

/**
 * Checks that a model over rows sees no more than its original.
 *
 * @throws {RangeError} If it does, so that the original has no place for its parameters
 */
export function checkOriginalRows({ labels, labelsInHead, codesSoFar = false }: Seen): void {
  const beyond = [
    ...labelsInHead && labels > 0 ? ["labelsInHead=false"] : [],
    ...codesSoFar ? ["codesSoFar=false"] : [],
  ];
  if (beyond.length === 0) return;
  throw new RangeError(
    "Cannot write a state dict of the original code, which sees less of a record; train with " +
      beyond.join(" and "),
  );
}
