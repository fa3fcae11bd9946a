/**
 * The chapters of codes, for figures over groups of codes: those of ICD, the kinds of SNOMED CT
 * concepts ("disorder", "procedure"), and elsewhere the first character behind the name of the system.
 *
 * @module
 */
import { codeSystems, splitCode, unnamedSystem } from "../../cohort/codes/code_systems.ts";
import type { Vocabulary } from "../../cohort/vocabulary.ts";

/** A chapter for each code. */
export interface CodeChapters {
  /** Names, such as "ICD10CM/I00-I99: Diseases of the circulatory system". */
  readonly names: readonly string[];
  /** [codes] Index of each code's chapter. */
  readonly chapterOf: Uint32Array;
}

/** What all chapters behind the most common ones are called together. */
const otherChapters = "other";

function chapterNames({ codes, descriptions }: Vocabulary): string[] {
  const unnamed = unnamedSystem(codes.filter((code) => splitCode(code).prefix === ""));
  return codes.map((text, index) => {
    const { prefix, code } = splitCode(text);
    const system = prefix === "" ? unnamed : codeSystems.find((each) => each.isNamed(prefix));
    if (system?.name === "RxNorm") return system.name; // its ingredients are no chapters
    const outermost = system?.path(code, descriptions[index])?.[0];
    if (outermost === undefined) {
      const [first, ...rest] = text.split(/\/+/);
      return rest.length === 0 ? first[0] : `${first}/${rest[0][0] ?? ""}`;
    }
    const { id, name } = outermost;
    return name === undefined || id.endsWith(name) ? id : `${id}: ${name}`;
  });
}

/**
 * The chapter of each code.
 *
 * @param occurrences [codes] of which the most common chapters follow
 * @param most chapters to tell apart; all others are one
 */
export function codeChapters(
  vocabulary: Vocabulary,
  occurrences: ArrayLike<number>,
  most = 100,
): CodeChapters {
  const ofCodes = chapterNames(vocabulary);
  const totals = new Map<string, number>();
  ofCodes.forEach((name, code) => totals.set(name, (totals.get(name) ?? 0) + occurrences[code]));
  const common = [...totals].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, most).map(([name]) => name);
  const names = common.length < totals.size ? [...common, otherChapters] : common;
  const indexOf = new Map(common.map((name, index) => [name, index]));
  const chapterOf = Uint32Array.from(ofCodes, (name) => indexOf.get(name) ?? common.length);
  return { names, chapterOf };
}
