/**
 * The codes of FHIR's concepts, which say the same thing by codes of several systems and in words.
 *
 * @module
 */
import { codeSystemName } from "../../codes/code_system_uris.ts";
import { icd10Diagnosis, icd10Procedure, icd9Diagnosis, icd9Procedure } from "../icd_names.ts";
import type { Concept } from "./schemas.ts";

/** A code's name as in MEDS, and what it means. */
export interface NamedConcept {
  readonly name: string;
  readonly description: string;
}

/** Systems whose codes may stand without their dots. */
const dotted: Readonly<Record<string, (code: string) => string>> = {
  ICD9CM: icd9Diagnosis,
  ICD9Proc: icd9Procedure,
  ICD10CM: icd10Diagnosis,
  ICD10PCS: icd10Procedure,
};

/**
 * The code of a concept: of its codings, the first one of a system that is known by name, else the
 * first one of any system; "SOURCE//…" for a concept in words only. Undefined for an empty concept.
 */
export function namedConcept({ coding = [], text = "" }: Concept): NamedConcept | undefined {
  const codings = coding.flatMap(({ system = "", code = "", display = "" }) =>
    system === "" || code === "" ? [] : [{ system, code, display }]
  );
  const isKnown = ({ system }: { readonly system: string }) => codeSystemName(system) !== system;
  const found = codings.find(isKnown) ?? codings.at(0);
  if (found === undefined) {
    const words = text || coding.find(({ display = "" }) => display !== "")?.display || "";
    return words === "" ? undefined : { name: `SOURCE//${words}`, description: words };
  }
  const system = codeSystemName(found.system);
  const name = Object.hasOwn(dotted, system)
    ? dotted[system](found.code)
    : `${system}//${found.code}`;
  return { name, description: found.display || text };
}

/** A concept in words: its text, or what its first coding shows, or its code. */
export function inWords({ coding = [], text = "" }: Concept): string {
  return text || coding.find(({ display = "" }) => display !== "")?.display ||
    coding.find(({ code = "" }) => code !== "")?.code || "";
}
