/**
 * From ICD-9-CM to ICD-10-CM, by the General Equivalence Mappings of CMS.
 *
 * @module
 */
import type { CodeMap } from "./code_map.ts";
import { dottedIcd10, icdCodes } from "./icd_code.ts";
import { equivalents, icd10Table } from "./shipped_tables.ts";

/** The changes of a code system that are known. */
export const codeChanges = ["icd9-to-icd10cm"] as const;
/** Name of a change of a code system. */
export type CodeChange = typeof codeChanges[number];

/** The map of diagnoses of ICD-9-CM to the first ICD-10-CM code that the mappings give for each. */
export async function equivalentCodes(
  change: CodeChange,
  codes: readonly string[],
): Promise<CodeMap> {
  const [icdOf, table, names] = [icdCodes(codes), await equivalents(), await icd10Table()];
  return {
    by: `--codes ${change}`,
    of(code) {
      const icd = icdOf(code);
      if (icd?.version !== 9) return undefined;
      const to = table.get(icd.bare)?.to ?? "";
      if (to === "") return "unknown";
      return { code: dottedIcd10(to), description: names.get(to)?.description || undefined };
    },
  };
}
