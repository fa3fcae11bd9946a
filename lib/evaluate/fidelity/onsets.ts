/**
 * Do new conditions begin as often as in real records, and do known ones come back as often?
 *
 * A code of a visit is a repeat if an earlier visit of the record has it, and an onset otherwise; so
 * all codes of a first visit are onsets. Most codes of a visit are repeats. A figure over both, such as
 * the R² of codes, says little about onsets, and a model that only repeats scores well on it.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../cohort/cohort.ts";
import { object } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import type { Answer, Asked, Measure } from "../measure.ts";
import {
  rateAnswer,
  type RateFidelity,
  rateFigures,
  type Rates,
  rateSchema,
} from "./compared_rates.ts";
import { codesOfRecord } from "./length_distributions.ts";
import { type RecordRows, recordRows, resampledFigures, sumsOf } from "./resampled_sums.ts";

/** How often codes begin and come back. */
export interface OnsetFidelity {
  /** Onsets per visit. */
  onsets: RateFidelity;
  /** Repeats per visit. */
  repeats: RateFidelity;
}

/** [codes × 2 + 1] Occurrences of each code, the records that have it, and visits. */
function occurrences(cohort: Cohort): RecordRows {
  const codes = cohort.vocabulary.codes.length;
  return recordRows(cohort, 2 * codes + 1, (record, add) => {
    const own = codesOfRecord(cohort, record);
    for (const code of own) add(code);
    for (const code of new Set(own)) add(codes + code);
    add(2 * codes, cohort.visitOffsets[record + 1] - cohort.visitOffsets[record]);
  });
}

const kinds = ["onsets", "repeats"] as const;

/** Per visit: a record begins a code once, and repeats it in every other visit that has it. */
function ratesOf(sums: Float64Array): Record<(typeof kinds)[number], Rates> {
  const codes = (sums.length - 1) / 2;
  const visits = sums[2 * codes];
  const rates = (countOf: (code: number) => number): Rates => {
    const byCode = new Float64Array(codes);
    let overall = 0;
    for (let code = 0; code < codes; code++) {
      byCode[code] = countOf(code) / visits;
      overall += byCode[code];
    }
    return { overall, byCode };
  };
  return {
    onsets: rates((code) => sums[codes + code]),
    repeats: rates((code) => sums[code] - sums[codes + code]),
  };
}

/** Codes with a rate above 0 in either cohort. */
function inEither({ byCode: real }: Rates, { byCode: synthetic }: Rates): number[] {
  const codes: number[] = [];
  for (let code = 0; code < real.length; code++) {
    if (real[code] > 0 || synthetic[code] > 0) codes.push(code);
  }
  return codes;
}

async function ask(asked: Asked, onProgress?: OnProgress): Promise<Answer<OnsetFidelity | null>[]> {
  const rows = [asked.real, ...asked.others].map(({ cohort }) => occurrences(cohort));
  const found = await resampledFigures<string>(asked, [rows], ([real]) => ([other]) => {
    const [truth, judged] = [ratesOf(real), ratesOf(other)];
    return Object.fromEntries(
      kinds.flatMap((kind) =>
        rateFigures(kind, truth[kind], judged[kind], inEither(truth[kind], judged[kind]))
      ),
    );
  }, onProgress);
  const [truth, ...others] = rows.map((each) => ratesOf(sumsOf(each)));
  return found.map((columns, i) => {
    const [onsets, repeats] = kinds.map((kind) =>
      rateAnswer(kind, columns, inEither(truth[kind], others[i][kind]).length)
    );
    if (onsets.figures === null || repeats.figures === null) {
      return { figures: null, resampled: {} };
    }
    return {
      figures: { onsets: onsets.figures, repeats: repeats.figures },
      resampled: { ...onsets.resampled, ...repeats.resampled },
    };
  });
}

/** How often codes begin and come back; null for cohorts without visits. */
export const onsets: Measure<"onsets", OnsetFidelity | null> = {
  key: "onsets",
  question: "Do codes begin, and come back, as often as in real records?",
  schema: v.nullable(object({ onsets: rateSchema, repeats: rateSchema })),
  ask,
};
