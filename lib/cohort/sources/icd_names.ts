/**
 * Names of ICD codes as hospital tables write them, without dots: with the dots of the code books
 * put in, so that hierarchies and label definitions find them.
 *
 * @module
 */

/** A code in capitals without spaces and dots, and then with a dot behind its category. */
function dotted(written: string, categoryLength: (code: string) => number): string {
  const code = written.toUpperCase().replaceAll(/[\s.]/g, "");
  const length = categoryLength(code);
  return code.length > length ? `${code.slice(0, length)}.${code.slice(length)}` : code;
}

/** "25000" is "ICD9CM//250.00", "E8490" is "ICD9CM//E849.0"; "" for an empty code. */
export function icd9Diagnosis(written: string): string {
  const code = dotted(written, (code) => code.startsWith("E") ? 4 : 3);
  return code === "" ? "" : `ICD9CM//${code}`;
}

/** "3605" is "ICD9Proc//36.05"; "" for an empty code. */
export function icd9Procedure(written: string): string {
  const code = dotted(written, () => 2);
  return code === "" ? "" : `ICD9Proc//${code}`;
}

/** "E119" is "ICD10CM//E11.9"; "" for an empty code. */
export function icd10Diagnosis(written: string): string {
  const code = dotted(written, () => 3);
  return code === "" ? "" : `ICD10CM//${code}`;
}

/** ICD-10-PCS has no dots: "ICD10PCS//0DTJ4ZZ"; "" for an empty code. */
export function icd10Procedure(written: string): string {
  const code = dotted(written, () => Infinity);
  return code === "" ? "" : `ICD10PCS//${code}`;
}
