/**
 * Do codes and patients belong together as in real records: how many distinct codes does a patient
 * have, and how many patients does a code have?
 *
 * After "distinct categories per sequence" and "sequences per distinct category" of mostlyai-qa (MOSTLY
 * AI 2025). There the nine most common categories are taken from each data set for itself, so swapped
 * ones may go unnoticed; here they are those of the real records, for both.
 *
 * @module
 */
import * as v from "valibot";
import { distinctCodeCounts, recordCounts } from "../../cohort/code_counts.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { quantile } from "../../cohort/quantile.ts";
import { object } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { type Estimate, estimateSchema } from "../bootstrap.ts";
import type { Answer, Asked, Measure } from "../measure.ts";
import { agreementEstimate, totalVariation } from "./distribution_distance.ts";
import { codesOfRecord } from "./length_distributions.ts";
import { type RecordRows, recordRows, resampledFigures } from "./resampled_sums.ts";

const bins = 10;

/** How coherent codes and patients are: 1 minus a total variation distance, in [0, 1]; 1 is best. */
export interface CoherenceFidelity {
  /** Of the distinct codes per patient, in bins between the deciles of the real ones. */
  codes_per_patient: Estimate;
  /** Of the patients per code: the nine codes that most real patients have, and all others as one. */
  patients_per_code: Estimate;
}

/** [bins − 1] Where bins end: the deciles of the real numbers. */
function binEnds(numbers: Float64Array): number[] {
  const sorted = numbers.toSorted();
  return Array.from({ length: bins - 1 }, (_, i) => quantile(sorted, (i + 1) / bins));
}

function binnedCodes(cohort: Cohort, ends: readonly number[]): RecordRows {
  const numbers = distinctCodeCounts(cohort);
  return recordRows(cohort, bins, (record, add) => {
    add(ends.filter((end) => numbers[record] > end).length);
  });
}

/** [codes] Bin of each code: one for each of the nine that most real records have, one for the rest. */
function binsOfCodes(cohort: Cohort): Uint8Array {
  const having = recordCounts(cohort);
  const ordered = [...having.keys()].sort((a, b) => having[b] - having[a]);
  const binOf = new Uint8Array(having.length).fill(bins - 1);
  ordered.slice(0, bins - 1).forEach((code, bin) => binOf[code] = bin);
  return binOf;
}

/** [bins] The records with a code of each bin. */
function patientsPerBin(cohort: Cohort, binOf: Uint8Array): RecordRows {
  return recordRows(cohort, bins, (record, add) => {
    const own = new Set(codesOfRecord(cohort, record).values().map((code) => binOf[code]));
    for (const bin of own) add(bin);
  });
}

async function ask(
  asked: Asked,
  onProgress?: OnProgress,
): Promise<Answer<CoherenceFidelity | null>[]> {
  const cohorts = [asked.real, ...asked.others].map(({ cohort }) => cohort);
  const ends = binEnds(distinctCodeCounts(asked.real.cohort));
  const binOf = binsOfCodes(asked.real.cohort);
  const kinds = [
    cohorts.map((cohort) => binnedCodes(cohort, ends)),
    cohorts.map((cohort) => patientsPerBin(cohort, binOf)),
  ];
  const found = await resampledFigures(asked, kinds, (real) => (other) => ({
    codes_per_patient: 1 - totalVariation(real[0], other[0]),
    patients_per_code: 1 - totalVariation(real[1], other[1]),
  }), onProgress);
  return found.map((resampled) => {
    if (Number.isNaN(resampled.patients_per_code[0])) return { figures: null, resampled: {} };
    return {
      figures: {
        codes_per_patient: agreementEstimate(resampled.codes_per_patient),
        patients_per_code: agreementEstimate(resampled.patients_per_code),
      },
      resampled,
    };
  });
}

/** Distinct codes per patient, and patients per code; null for a cohort without codes. */
export const coherence: Measure<"coherence", CoherenceFidelity | null> = {
  key: "coherence",
  question:
    "Does a patient have the right number of codes, and a code the right number of patients?",
  schema: v.nullable(
    object({ codes_per_patient: estimateSchema, patients_per_code: estimateSchema }),
  ),
  ask,
};
