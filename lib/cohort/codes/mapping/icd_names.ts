/**
 * Names of ICD diagnoses from the code books.
 *
 * @module
 */
import { type Vocabulary, vocabulary } from "../../vocabulary.ts";
import { icdCodes } from "./icd_code.ts";
import { icd10Table, icd9Table } from "./shipped_tables.ts";

/** The vocabulary with names for the ICD diagnoses that have none of their own. */
export async function withIcdNames(before: Vocabulary): Promise<Vocabulary> {
  const { codes, descriptions, parents } = before;
  const icdOf = icdCodes(codes);
  const nameless = codes.map((code, i) => descriptions[i] === code ? icdOf(code) : undefined);
  if (nameless.every((icd) => icd === undefined)) return before;
  const tables = { 9: await icd9Table(), 10: await icd10Table() };
  const names = nameless.map((icd, i) =>
    icd && tables[icd.version].get(icd.bare)?.description || descriptions[i]
  );
  return vocabulary(codes, names, parents);
}
