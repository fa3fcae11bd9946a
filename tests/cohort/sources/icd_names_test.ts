import { assertEquals } from "@std/assert";
import { codeGraph, vocabulary } from "ehrloom";
import {
  icd10Diagnosis,
  icd10Procedure,
  icd9Diagnosis,
  icd9Procedure,
} from "ehrloom/cohort/sources/icd_names.ts";

for (
  const [name, written, wanted] of [
    [icd9Diagnosis, "25000", "ICD9CM//250.00"],
    [icd9Diagnosis, "250.", "ICD9CM//250"],
    [icd9Diagnosis, " 2.5000", "ICD9CM//250.00"],
    [icd9Diagnosis, "V4501", "ICD9CM//V45.01"],
    [icd9Diagnosis, "e8490", "ICD9CM//E849.0"],
    [icd9Diagnosis, "E849", "ICD9CM//E849"],
    [icd9Diagnosis, "", ""],
    [icd9Procedure, "0066", "ICD9Proc//00.66"],
    [icd9Procedure, "36.05", "ICD9Proc//36.05"],
    [icd10Diagnosis, "E119", "ICD10CM//E11.9"],
    [icd10Diagnosis, "S06.5X9A", "ICD10CM//S06.5X9A"],
    [icd10Diagnosis, "I10", "ICD10CM//I10"],
    [icd10Procedure, "0DTJ4ZZ", "ICD10PCS//0DTJ4ZZ"],
  ] as const
) {
  Deno.test(`${name.name}("${written}") is "${wanted}"`, () => {
    assertEquals(name(written), wanted);
  });
}

Deno.test("names of ICD codes have a place in the hierarchy", () => {
  const { nodes } = codeGraph(vocabulary([icd9Diagnosis("E8490"), icd10Diagnosis("E119")]));
  assertEquals(["ICD9CM/E849", "ICD10CM/E11"].every((id) => nodes.includes(id)), true);
});
