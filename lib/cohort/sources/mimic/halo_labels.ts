/**
 * The 25 phenotypes of HALO's inpatient records (Theodorou, Xiao and Sun 2023), which are those of the
 * MIMIC-III benchmark (Harutyunyan et al. 2019): categories of AHRQ's Clinical Classifications
 * Software (CCS) for ICD-9-CM, 2015. A record has a label when one of its admissions has one of its
 * codes.
 *
 * @module
 */
import codes from "../../codes/phenotypes25-icd9.json" with { type: "json" };
import { icd9Diagnosis } from "../icd_names.ts";
import type { Patients } from "../patients.ts";

/** Their names in HALO's order, which is that of the alphabet. */
export const haloLabels: readonly string[] = Object.keys(codes);

const labelOf = new Map(
  Object.values(codes).flatMap((codes, label) => codes.map((code) => [icd9Diagnosis(code), label])),
);

/** Gives patients the labels of their diagnoses. */
export class HaloLabels {
  private readonly bits = new Map<number, Uint8Array>();

  /** @param patients whose label names are {@link haloLabels} */
  constructor(private readonly patients: Patients) {}

  /** Takes note of a diagnosis, such as "ICD9CM//250.00". */
  add(patient: number, code: string): void {
    const label = labelOf.get(code);
    if (label === undefined) return;
    const bits = this.bits.get(patient) ?? new Uint8Array(haloLabels.length);
    bits[label] = 1;
    this.bits.set(patient, bits);
    this.patients.setLabels(patient, bits);
  }
}
