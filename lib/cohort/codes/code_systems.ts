/**
 * The place of a code in its code system, from the code itself: ICD-9-CM and ICD-10-CM diagnoses by
 * their characters and the tables of chapters and blocks; ATC by its characters; SNOMED CT and RxNorm, whose numbers have
 * no meaning, by what Synthea writes into descriptions.
 *
 * @see docs/specs/hierarchy-data.md sections 1 to 4
 * @module
 */
import icd10 from "./icd10cm-blocks.json" with { type: "json" };
import icd9 from "./icd9cm-blocks.json" with { type: "json" };

/** A place in a hierarchy of codes. */
export interface CodePlace {
  /** Names the place, with its system in front, such as "ICD10CM/E08-E13". */
  readonly id: string;
  /** What it means, if the tables say so. */
  readonly name?: string;
}

/** A code system that places codes. */
export interface CodeSystem {
  /** The prefix of its places. */
  readonly name: string;
  /** Whether a vocabulary's prefix before "//" means this system. */
  isNamed(prefix: string): boolean;
  /**
   * From the outermost place to the code's own; undefined if it is not a code of the system, or if the
   * system needs a description and that is "".
   */
  path(code: string, description: string): CodePlace[] | undefined;
}

/** Codes of up to this length have their own places; longer ones share them, as in HiSGT. */
const deepest = 5;

interface Range {
  readonly id: string;
  readonly name: string;
}

function isWithin(category: string, { id }: Range): boolean {
  const [first, last = first] = id.split("-");
  return first <= category && category <= last;
}

/** A block of one category is another place than the category. */
function rangePlace(system: string, { id, name }: Range): CodePlace {
  return { id: `${system}/${id.includes("-") ? id : `${id}-${id}`}`, name };
}

/** A chapter of a code system with its blocks. */
interface Chapter extends Range {
  readonly blocks: readonly Range[];
}

/** The places of a chapter or block that stands where a code does, as in "ICD10CM//E08-E13". */
function placesOfRange(
  system: string,
  chapters: readonly Chapter[],
  range: string,
): CodePlace[] | undefined {
  for (const chapter of chapters) {
    const places = [rangePlace(system, chapter)];
    const block = chapter.blocks.map((block) => rangePlace(system, block))
      .find(({ id }) => id === `${system}/${range}`);
    if (block !== undefined) return [...places, block];
    if (places[0].id === `${system}/${range}`) return places;
  }
}

/** The category and the places below it, a character each, with a dot behind the category. */
function placesByCharacter(system: string, code: string, category: string): CodePlace[] {
  const places = [{ id: `${system}/${category}` }];
  for (let length = category.length + 1; length <= Math.min(code.length, deepest); length++) {
    places.push({ id: `${system}/${category}.${code.slice(category.length, length)}` });
  }
  return places;
}

/** A code without the dot behind its category; undefined where the dot is elsewhere. */
function withoutDot(code: string, categoryLength: number): string | undefined {
  const dot = code.indexOf(".");
  if (dot === -1) return code;
  return dot === categoryLength ? code.slice(0, dot) + code.slice(dot + 1) : undefined;
}

/**
 * Codes of seven characters without a dot that are procedures of ICD-10-PCS: of diagnoses with these
 * first letters, only those of skin cancers (C44) are as long.
 */
const procedureOfIcd10 = /^(?!C44)[BCDF][^.]{6}$/;

const icd10cm: CodeSystem = {
  name: "ICD10CM",
  isNamed: (prefix) => /^(diagnosis\/\/)?icd(-?10(-?cm)?|\/\/10)$/i.test(prefix),
  path(text) {
    const written = text.trim().toUpperCase();
    if (written.includes("-")) return placesOfRange("ICD10CM", icd10.chapters, written);
    const code = withoutDot(written, 3) ?? "";
    if (!/^[A-Z][0-9A][0-9AB][0-9A-Z]{0,4}$/.test(code)) return undefined;
    if (procedureOfIcd10.test(written)) return undefined;
    const category = code.slice(0, 3);
    const exceptions: Readonly<Record<string, string>> = icd10.exceptions;
    const blocks = icd10.chapters.flatMap(({ id, name, blocks }) =>
      blocks.filter(({ container }) => !container).map((block) => ({
        chapter: { id, name },
        block,
      }))
    );
    const found = blocks.find(({ block }) => block.id === category) ??
      blocks.find(({ block }) => block.id === exceptions[category]) ??
      blocks.find(({ block }) => isWithin(category, block));
    if (found === undefined) return undefined;
    return [
      rangePlace("ICD10CM", found.chapter),
      rangePlace("ICD10CM", found.block),
      ...placesByCharacter("ICD10CM", code, category),
    ];
  },
};

const icd9cm: CodeSystem = {
  name: "ICD9CM",
  isNamed: (prefix) => /^(diagnosis\/\/)?icd(-?9(-?cm)?|\/\/9)$/i.test(prefix),
  path(text) {
    const written = text.trim().toUpperCase();
    if (written.includes("-")) return placesOfRange("ICD9CM", icd9.chapters, written);
    const code = withoutDot(written, written.startsWith("E") ? 4 : 3) ?? ""; // 00.29 is a procedure
    if (!/^(E[0-9]{3,4}|V[0-9]{2,4}|[0-9]{3,5})$/.test(code)) return undefined;
    const category = code.slice(0, code.startsWith("E") ? 4 : 3);
    const chapter = icd9.chapters.find((chapter) => isWithin(category, chapter));
    if (chapter === undefined) return undefined;
    const blocks = chapter.blocks.filter((block) => isWithin(category, block));
    return [chapter, ...blocks.slice(0, 1)].map((range) => rangePlace("ICD9CM", range))
      .concat(placesByCharacter("ICD9CM", code, category));
  },
};

const snomed: CodeSystem = {
  name: "SNOMED-CT",
  isNamed: (prefix) => /^snomed(-?ct)?$/i.test(prefix),
  path(code, description) {
    if (description === "") return undefined;
    const [, kind = "without a tag"] = description.match(/\(([^()]+)\)\s*$/) ?? [];
    return [{ id: `SNOMED-CT/${kind}`, name: kind }, { id: `SNOMED-CT/${code}` }];
  },
};

const rxnorm: CodeSystem = {
  name: "RxNorm",
  isNamed: (prefix) => /^rxnorm$/i.test(prefix),
  path(code, description) {
    const ingredient = description.toLowerCase()
      .replace(/^[{\s]*(abuse-deterrent\s+)?(\d[\d.]*\s+\(?(ml|mg|hr|actuat|unt|day)?\s*)*/, "")
      .replace(/\s+\d.*$/, "").trim();
    if (ingredient === "") return undefined;
    return [{ id: `RxNorm/${ingredient}`, name: ingredient }, { id: `RxNorm/${code}` }];
  },
};

const atc: CodeSystem = {
  name: "ATC",
  isNamed: (prefix) => /^atc$/i.test(prefix),
  path(text) {
    const code = text.trim().toUpperCase();
    if (!/^[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?$/.test(code)) return undefined;
    return [1, 3, 4, 5, 7].filter((length) => length <= code.length)
      .map((length) => ({ id: `ATC/${code.slice(0, length)}` }));
  },
};

/** Every system whose codes can be placed without files from the user. */
export const codeSystems: readonly CodeSystem[] = [icd10cm, icd9cm, snomed, rxnorm, atc];

/**
 * The part before the last "//" of a code, and the part after it. One slash stands for two in a code
 * without "//" ("ICD10CM/E11.9", as MEDS names OMOP's concepts) and in any prefix.
 */
export function splitCode(code: string): { prefix: string; code: string } {
  const slashes = code.includes("//") ? "//" : "/";
  const at = code.lastIndexOf(slashes);
  if (at === -1) return { prefix: "", code };
  return { prefix: code.slice(0, at).replace(/\/+/g, "//"), code: code.slice(at + slashes.length) };
}

/**
 * The system of codes without a prefix: the ICD edition that has most of them, if it has at least
 * nine in ten.
 */
export function unnamedSystem(codes: readonly string[]): CodeSystem | undefined {
  const known = [icd9cm, icd10cm].map((system) => ({
    system,
    count: codes.filter((code) => system.path(code, "") !== undefined).length,
  }));
  const [best] = known.sort((a, b) => b.count - a.count);
  return best.count > 0 && best.count >= 0.9 * codes.length ? best.system : undefined;
}
