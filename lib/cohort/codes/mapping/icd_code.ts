/**
 * Diagnosis codes of ICD-9-CM and ICD-10-CM, however they are written.
 *
 * @module
 */
import { codeSystems, splitCode, unnamedSystem } from "../code_systems.ts";

/** A diagnosis code. */
export interface IcdCode {
  readonly version: 9 | 10;
  /** In capitals without a dot, as in "E119". */
  readonly bare: string;
}

/**
 * Tells diagnosis codes of ICD from others.
 *
 * @param codes of the cohort: those without a code system are of the edition of ICD that has most of
 *   them, if it has at least nine in ten
 */
export function icdCodes(codes: readonly string[]): (code: string) => IcdCode | undefined {
  const unnamed = unnamedSystem(codes.filter((code) => splitCode(code).prefix === ""));
  return (written) => {
    const { prefix, code } = splitCode(written);
    const system = prefix === "" ? unnamed : codeSystems.find((each) => each.isNamed(prefix));
    if (system?.name !== "ICD9CM" && system?.name !== "ICD10CM") return undefined;
    const bare = code.toUpperCase().replaceAll(/[\s.]/g, "");
    return { version: system.name === "ICD9CM" ? 9 : 10, bare };
  };
}

/** A code of ICD-10-CM with its system and dot: "ICD10CM//E11.9". */
export function dottedIcd10(bare: string): string {
  return `ICD10CM//${bare.slice(0, 3)}${bare.length > 3 ? "." : ""}${bare.slice(3)}`;
}
