/** A hospital of three persons, in the layout of the OMOP Common Data Model. */
import type { Tables } from "../prepared.ts";

export const person = "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth," +
  "birth_datetime,gender_source_value\n" +
  "1,8532,1950,,,,F\n2,8507,1960,2,3,,M\n3,0,1970,,,1970-05-06 07:00:00,female\n";
export const visits = "visit_occurrence_id,person_id,visit_concept_id,visit_start_date," +
  "visit_start_datetime,visit_end_date,visit_end_datetime\n" +
  "-11,1,9201,2020-01-01,2020-01-01 12:00:00,2020-01-05,2020-01-05 12:00:00\n" +
  "-12,1,9202,2020-02-01,,2020-01-31,\n-21,2,9201,2020-01-01,,2020-01-05,\n";
export const conditions =
  "condition_occurrence_id,person_id,condition_concept_id,condition_start_date," +
  "condition_start_datetime,visit_occurrence_id,condition_source_value,condition_source_concept_id\n" +
  "1,1,201826,2020-01-02,2020-01-02 10:00:00,-11,E119  ,45533019\n" +
  "2,1,0,2020-02-01,,-12,odd text,\n3,1,0,2020-02-01,,-12,,0\n" +
  "4,2,201826,2020-03-01,2020-03-01 11:00:00,,E119,45533019\n" +
  "5,2,320128,2020-03-01,2020-03-01 14:00:00,,I10,45591453\n";
export const measurements = "measurement_id,person_id,measurement_concept_id,measurement_date," +
  "measurement_datetime,value_as_number,value_as_concept_id,unit_concept_id,visit_occurrence_id," +
  "measurement_source_value,measurement_source_concept_id,unit_source_value\n" +
  "1,1,3016723,2020-01-02,2020-01-02 10:00:00,1.5,,8840,-11,,,mg/dL\n" +
  "2,1,3016723,2020-01-02,2020-01-02 06:00:00,1.25,,8840,-11,,,mg/dL\n" +
  "3,1,3020891,2020-01-02,2020-01-02 06:00:00,37,,586323,-11,,,\n" +
  "4,1,40762506,2020-01-02,2020-01-02 06:00:00,,45877985,0,-11,,,\n";
/** Its tables, as CSV files. */
export const hospital: Tables = {
  "person.csv": person,
  "VISIT_OCCURRENCE.csv.gz": visits,
  "condition_occurrence.csv": conditions,
  "drug_exposure.csv.gz": "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date," +
    "visit_occurrence_id,drug_source_value,drug_source_concept_id\n1,2,1503297,2020-01-01,-21,x,\n",
  "measurement.csv": measurements,
  "death.csv":
    "person_id,death_date,death_datetime\n2,2020-01-04,\n1,2021-01-01,2021-01-01 12:00:00\n",
};
/** As Athena writes it: tabs, and quotes that are no quotes. */
export const concept = "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\t" +
  "standard_concept\tconcept_code\n" +
  "201826\tType 2 diabetes mellitus\tCondition\tSNOMED\tDisorder\tS\t44054006\n" +
  '320128\t"High" pressure, 5" more\tCondition\tSNOMED\tDisorder\tS\t59621000\n' +
  "1503297\tmetformin\tDrug\tRxNorm\tIngredient\tS\t6809\n" +
  "45533019\tType 2 diabetes, uncomplicated\tCondition\tICD10CM\tcode\t\tE11.9\n" +
  "99\tUnused\tCondition\tSNOMED\tDisorder\tS\t99\n";
