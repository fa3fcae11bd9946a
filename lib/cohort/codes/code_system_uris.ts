/**
 * URIs that FHIR knows code systems by, where codes are written with a name.
 *
 * @see https://terminology.hl7.org/external_terminologies.html
 * @module
 */

/** From URI, without "http://" and a slash at its end, or OID to name. */
const names: Readonly<Record<string, string>> = {
  "snomed.info/sct": "SNOMED-CT",
  "2.16.840.1.113883.6.96": "SNOMED-CT",
  "www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
  "2.16.840.1.113883.6.88": "RxNorm",
  "loinc.org": "LOINC",
  "2.16.840.1.113883.6.1": "LOINC",
  "hl7.org/fhir/sid/icd-10-cm": "ICD10CM",
  "2.16.840.1.113883.6.90": "ICD10CM",
  "hl7.org/fhir/sid/icd-10": "ICD10",
  "2.16.840.1.113883.6.3": "ICD10",
  "hl7.org/fhir/sid/icd-10-pcs": "ICD10PCS",
  "www.cms.gov/medicare/coding/icd10": "ICD10PCS",
  "2.16.840.1.113883.6.4": "ICD10PCS",
  "hl7.org/fhir/sid/icd-9-cm": "ICD9CM",
  "hl7.org/fhir/sid/icd-9-cm/diagnosis": "ICD9CM",
  "2.16.840.1.113883.6.103": "ICD9CM",
  "hl7.org/fhir/sid/icd-9-cm/procedure": "ICD9Proc",
  "2.16.840.1.113883.6.104": "ICD9Proc",
  "hl7.org/fhir/sid/ndc": "NDC",
  "2.16.840.1.113883.6.69": "NDC",
  "hl7.org/fhir/sid/cvx": "CVX",
  "2.16.840.1.113883.12.292": "CVX",
  "www.cms.gov/medicare/coding/hcpcsreleasecodesets": "HCPCS",
  "2.16.840.1.113883.6.285": "HCPCS",
  "mimic.mit.edu/fhir/mimic/codesystem/mimic-diagnosis-icd9": "ICD9CM",
  "mimic.mit.edu/fhir/mimic/codesystem/mimic-diagnosis-icd10": "ICD10CM",
  "mimic.mit.edu/fhir/mimic/codesystem/mimic-procedure-icd9": "ICD9Proc",
  "mimic.mit.edu/fhir/mimic/codesystem/mimic-procedure-icd10": "ICD10PCS",
  "www.ama-assn.org/go/cpt": "CPT4",
  "2.16.840.1.113883.6.12": "CPT4",
  "www.whocc.no/atc": "ATC",
  "2.16.840.1.113883.6.73": "ATC",
};

/**
 * The name of a code system that may be written as a URI; any other text stays as it is.
 *
 * @param system such as "http://snomed.info/sct"; what follows it for a country's edition or a version
 *   is passed over
 */
export function codeSystemName(system: string): string {
  const isUri = /^(https?:\/\/|urn:oid:)(.*?)\/*$/i.exec(system.replace(/\|.*$/, ""));
  if (isUri === null) return system;
  const uri = isUri[2].toLowerCase().replace(/^(snomed\.info\/sct)\/.*$/, "$1");
  return Object.hasOwn(names, uri) ? names[uri] : system;
}
