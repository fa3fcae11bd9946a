/**
 * Clinical rules: what no record may contain, by codes, sex, age and labels. They are in a JSON
 * file that a clinician can read and write:
 *
 * ```json
 * { "rules": [
 *   { "kind": "sex", "sex": "female", "codes": ["ICD10CM//O*"] },
 *   { "kind": "age", "min": 10, "max": 55, "codes": ["ICD10CM//Z34*"] },
 *   { "kind": "label", "label": "diabetes", "value": 1, "codes": ["RXNORM//860975"] },
 *   { "kind": "at-most-one", "within": "visit", "codes": ["BMI//1", "BMI//2", "BMI//3"] },
 *   { "kind": "never-together", "within": "record", "codes": ["A"], "with": ["B", "C*"] }
 * ] }
 * ```
 *
 * A code that ends in "*" stands for all codes with this beginning. Each rule may have a "note".
 *
 * @module
 */
import { version } from "../../version.ts";
import { type Cohort, sexNames } from "../cohort.ts";
import { isObject, parsedJson, readText } from "../../files/input.ts";
import type { Vocabulary } from "../vocabulary.ts";

/**
 * A rule as in its file:
 *
 * - `sex`: only patients of this sex have these codes. A record's sex is what the model writes or
 *   the cohort has, else a label called "female" or "male"; else codes of one sex never occur in a
 *   record with codes of the other.
 * - `age`: patients have these codes only at this age, in completed years, bounds included.
 * - `label`: only records whose label has this value have these codes.
 * - `at-most-one`: a visit, or a record, has at most one of the codes; a record may repeat it.
 * - `never-together`: a visit, or a record, that has one of `codes` has none of `with`.
 */
export type Rule =
  & {
    /** Its codes; one that ends in "*" stands for all codes with this beginning. */
    readonly codes: readonly string[];
    /** A remark for readers. */
    readonly note?: string;
  }
  & (
    | { readonly kind: "sex"; readonly sex: "female" | "male" }
    | { readonly kind: "age"; readonly min?: number; readonly max?: number }
    | { readonly kind: "label"; readonly label: string; readonly value: 0 | 1 }
    | { readonly kind: "at-most-one"; readonly within: "visit" | "record" }
    | {
      readonly kind: "never-together";
      readonly within: "visit" | "record";
      readonly with: readonly string[];
    }
  );

/** What is known about a patient before a code is written. */
export interface Patient {
  /** [labels] 0 or 1. */
  readonly labels: ArrayLike<number>;
  /** Index into `sexNames`; omitted if unknown. */
  readonly sex?: number | undefined;
  /** Age at the visit; omitted if unknown. */
  readonly ageYears?: number | undefined;
}

/** Codes that only some patients have. */
export interface Restriction {
  /** Indices of the rules, one. */
  readonly rules: readonly number[];
  /** Vocabulary indices, ascending. */
  readonly codes: readonly number[];
  /** Whether a patient may have them. */
  readonly isAllowed: (patient: Patient) => boolean;
}

/** Codes of one side that never occur with codes of the other side. */
export interface Exclusion {
  /** Indices of the rules. */
  readonly rules: readonly number[];
  /** Unit in which they never occur together. */
  readonly within: "visit" | "record";
  /**
   * Vocabulary indices of the two sides, ascending; the same list if any two exclude each other.
   */
  readonly sides: readonly [readonly number[], readonly number[]];
  /** Whether it holds only for patients of unknown sex. */
  readonly isForUnknownSex: boolean;
}

/** Rules for one vocabulary and set of labels. */
export interface Rules {
  /** As they were given. */
  readonly rules: readonly Rule[];
  /** Restrictions by patient. */
  readonly restrictions: readonly Restriction[];
  /** Exclusions between codes. */
  readonly exclusions: readonly Exclusion[];
  /** For each code, its exclusions, each with the side that it excludes. */
  readonly exclusionsOf: ReadonlyMap<number, readonly [Exclusion, side: 0 | 1][]>;
  /** The vocabulary of their codes. */
  readonly vocabulary: Vocabulary;
  /** [labels] Name of each label. */
  readonly labelNames: readonly string[];
}

/** A patient's sex: what is known, else what a label called "female" or "male" says. */
export function sexOf({ sex, labels }: Patient, labelNames: readonly string[]): number {
  if (sex !== undefined && sex > 0) return sex;
  const at = labelNames.findIndex((name) => /^(fe)?male$/i.test(name));
  if (at === -1) return 0;
  const named = sexNames.findIndex((name) => name === labelNames[at].toLowerCase());
  return labels[at] === 1 ? named : 3 - named;
}

const kinds = ["sex", "age", "label", "at-most-one", "never-together"] as const;
const keys: Readonly<Record<Rule["kind"], readonly string[]>> = {
  sex: ["sex"],
  age: ["min", "max"],
  label: ["label", "value"],
  "at-most-one": ["within"],
  "never-together": ["within", "with"],
};

function isCodes(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 &&
    value.every((code) => typeof code === "string" && code !== "");
}

/** What is wrong with a rule in JSON, or undefined. */
function ruleProblem(rule: unknown): string | undefined {
  if (!isObject(rule)) return `is ${JSON.stringify(rule)}, must be an object`;
  const kind = kinds.find((known) => known === rule.kind);
  if (kind === undefined) {
    return `has the kind ${JSON.stringify(rule.kind)}; known: ${kinds.join(", ")}`;
  }
  const known = ["kind", "codes", "note", ...keys[kind]];
  const odd = Object.keys(rule).find((key) => !known.includes(key));
  if (odd !== undefined) return `has "${odd}"; known for "${kind}": ${known.join(", ")}`;
  const wrong = (key: string, wanted: string) =>
    `has ${key} ${JSON.stringify(rule[key]) ?? "missing"}, must be ${wanted}`;
  for (const key of kind === "never-together" ? ["codes", "with"] : ["codes"]) {
    if (!isCodes(rule[key])) return wrong(key, 'a list of codes such as ["ICD10CM//O*"]');
  }
  if (kind === "sex" && rule.sex !== "female" && rule.sex !== "male") {
    return wrong("sex", '"female" or "male"');
  }
  if (kind === "age") {
    const { min, max } = rule;
    const isBound = (bound: unknown) => bound === undefined || typeof bound === "number";
    if (!isBound(min)) return wrong("min", "a number of years");
    if (!isBound(max)) return wrong("max", "a number of years");
    if (min === undefined && max === undefined) return "has neither min nor max";
    if (Number(min ?? -Infinity) > Number(max ?? Infinity)) return "has min above max";
  }
  if (kind === "label" && typeof rule.label !== "string") {
    return wrong("label", "the name of a label");
  }
  if (kind === "label" && rule.value !== 0 && rule.value !== 1) return wrong("value", "0 or 1");
  if (keys[kind].includes("within") && rule.within !== "visit" && rule.within !== "record") {
    return wrong("within", '"visit" or "record"');
  }
}

function isRule(rule: unknown): rule is Rule {
  return ruleProblem(rule) === undefined;
}

/** Unknown codes that an error names; it counts the others. */
const named = 5;

/** The vocabulary's codes that rules name. */
class NamedCodes {
  private readonly unknown = new Set<string>();

  constructor(private readonly vocabulary: Vocabulary) {}

  /** Indices of the codes that texts of a rule stand for, ascending. */
  indices(texts: readonly string[]): number[] {
    const { vocabulary, unknown } = this;
    const found = texts.flatMap((text) => {
      const exact = vocabulary.indexOf.get(text);
      if (exact !== undefined) return [exact];
      const matches = text.endsWith("*")
        ? vocabulary.codes.flatMap((code, i) => code.startsWith(text.slice(0, -1)) ? [i] : [])
        : [];
      if (matches.length === 0) unknown.add(text);
      return matches;
    });
    return [...new Set(found)].sort((a, b) => a - b);
  }

  /** Throws if a text stood for no code. */
  check(source: string): void {
    if (this.unknown.size === 0) return;
    const list = [...this.unknown];
    const more = list.length > named ? ` and ${list.length - named} more` : "";
    throw new RangeError(
      `Cannot use ${source}: the cohort has no code ${
        list.slice(0, named).map((code) => JSON.stringify(code)).join(", ")
      }${more}; remove ${list.length > 1 ? "them" : "it"} from the rules (its codes look like ${
        JSON.stringify(this.vocabulary.codes[0] ?? "")
      })`,
    );
  }
}

/** The codes that a rule restricts to one sex. */
interface SexCodes {
  readonly rule: number;
  readonly sex: number;
  readonly codes: readonly number[];
}

/** Codes of one sex never occur in a record with codes of the other, if the sex is unknown. */
function sexExclusions(bySex: readonly SexCodes[]): Exclusion[] {
  return bySex.flatMap(({ rule, sex, codes }) =>
    bySex.filter((other) => other.rule > rule && other.sex !== sex).map((other): Exclusion => ({
      rules: [rule, other.rule],
      within: "record",
      sides: [codes, other.codes],
      isForUnknownSex: true,
    }))
  );
}

/** For each code, its exclusions, each with the side that it excludes. */
function exclusionsByCode(
  exclusions: readonly Exclusion[],
): Map<number, [Exclusion, 0 | 1][]> {
  const byCode = new Map<number, [Exclusion, 0 | 1][]>();
  for (const exclusion of exclusions) {
    const [first, second] = exclusion.sides;
    const add = (codes: readonly number[], side: 0 | 1) => {
      for (const code of codes) {
        const list = byCode.get(code);
        if (list === undefined) byCode.set(code, [[exclusion, side]]);
        else list.push([exclusion, side]);
      }
    };
    add(first, 1);
    if (second !== first) add(second, 0);
  }
  return byCode;
}

/**
 * Rules for a vocabulary and its labels.
 *
 * @param source where they come from, for error messages
 * @throws {RangeError} If they name unknown codes or labels
 */
export function rulesFor(
  rules: readonly Rule[],
  { vocabulary, labelNames }: Pick<Cohort, "vocabulary" | "labelNames">,
  source = "the rules",
): Rules {
  const known = new NamedCodes(vocabulary);
  const restrictions: Restriction[] = [];
  const exclusions: Exclusion[] = [];
  const bySex: SexCodes[] = [];
  for (const [at, rule] of rules.entries()) {
    const codes = known.indices(rule.codes);
    const within = "within" in rule ? rule.within : "record";
    const exclude = (other: readonly number[]) =>
      exclusions.push({ rules: [at], within, sides: [codes, other], isForUnknownSex: false });
    const restrict = (isAllowed: Restriction["isAllowed"]) =>
      restrictions.push({ rules: [at], codes, isAllowed });
    if (rule.kind === "at-most-one") exclude(codes);
    else if (rule.kind === "never-together") exclude(known.indices(rule.with));
    else if (rule.kind === "age") {
      const { min = -Infinity, max = Infinity } = rule;
      restrict(({ ageYears }) =>
        ageYears === undefined || (ageYears >= min && Math.floor(ageYears) <= max)
      );
    } else if (rule.kind === "label") {
      const label = labelNames.indexOf(rule.label);
      if (label === -1) {
        throw new RangeError(
          `Cannot use ${source}: rule ${at + 1} has the unknown label "${rule.label}"; known: ` +
            (labelNames.join(", ") || "none"),
        );
      }
      restrict(({ labels }) => labels[label] === rule.value);
    } else {
      const sex = sexNames.indexOf(rule.sex);
      restrict((patient) => [0, sex].includes(sexOf(patient, labelNames)));
      bySex.push({ rule: at, sex, codes });
    }
  }
  known.check(source);
  exclusions.push(...sexExclusions(bySex));
  return {
    rules,
    restrictions,
    exclusions,
    exclusionsOf: exclusionsByCode(exclusions),
    vocabulary,
    labelNames,
  };
}

/**
 * Rules from the text of their file.
 *
 * @param path the file's name, for error messages
 * @throws {SyntaxError} If it is not JSON of rules; says which rule and what it must be
 * @throws {RangeError} As {@link rulesFor} does
 */
export function parseRules(
  text: string,
  known: Pick<Cohort, "vocabulary" | "labelNames">,
  path: string,
): Rules {
  const file = parsedJson(text, path);
  const wanted = 'must be { "rules": [{ "kind": …, "codes": […] }, …] }';
  if (!isObject(file) || !Array.isArray(file.rules)) {
    throw new SyntaxError(`Cannot read "${path}": it has no list of rules, ${wanted}`);
  }
  const rules = file.rules.map((rule: unknown, at) => {
    if (isRule(rule)) return rule;
    throw new SyntaxError(`Cannot read "${path}": rule ${at + 1} ${ruleProblem(rule)}`);
  });
  return rulesFor(rules, known, `the rules of "${path}"`);
}

/** Rules from their file; throws as {@link parseRules} does, and `Deno.errors.NotFound`. */
export async function readRules(
  path: string,
  known: Pick<Cohort, "vocabulary" | "labelNames">,
): Promise<Rules> {
  return parseRules(await readText(path), known, path);
}

/** The text of a rules file, one rule per line. */
export function rulesText(rules: readonly Rule[]): string {
  const lines = rules.map((rule) => `\n  ${JSON.stringify(rule)}`).join(",");
  return `{ "ehrloom": "${version}", "rules": [${lines}\n] }\n`;
}
