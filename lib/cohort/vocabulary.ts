/** The codes of a cohort, in the order in which models see them. */
export interface Vocabulary {
  /** [codes] Source codes, distinct and non-empty, such as "SNOMED-CT//44054006". */
  readonly codes: readonly string[];
  /** [codes] Description of each code; the code itself if the source has none. */
  readonly descriptions: readonly string[];
  /**
   * [codes] What the source says is right above each code: codes of the vocabulary or names beside it;
   * left out where it says nothing of any code.
   */
  readonly parents?: readonly (readonly string[])[] | undefined;
  /** From a source code to its index in `codes`. */
  readonly indexOf: ReadonlyMap<string, number>;
}

/**
 * A vocabulary of the given codes, in the given order.
 *
 * @param codes source codes, each once
 * @param descriptions one text per code; default the codes themselves
 * @param parents names of what is right above each code, as far as the source says
 * @throws {RangeError} If a code is empty or appears twice, or the two lengths differ
 */
export function vocabulary(
  codes: readonly string[],
  descriptions: readonly string[] = codes,
  parents?: readonly (readonly string[])[],
): Vocabulary {
  if (descriptions.length !== codes.length) {
    throw new RangeError(
      `Cannot make a vocabulary: ${codes.length} codes but ${descriptions.length} descriptions`,
    );
  }
  const indexOf = new Map<string, number>();
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index];
    if (code === "") throw new RangeError(`Cannot make a vocabulary: code ${index} is empty`);
    if (indexOf.has(code)) {
      throw new RangeError(`Cannot make a vocabulary: code "${code}" appears twice`);
    }
    indexOf.set(code, index);
  }
  const hasParents = parents?.some((names) => names.length > 0);
  return {
    codes: [...codes],
    descriptions: [...descriptions],
    ...parents !== undefined && hasParents && { parents },
    indexOf,
  };
}

/** Whether two lists have the same texts in the same order. */
export function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
