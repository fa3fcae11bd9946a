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
import { codeOccurrences, occurrencesIn } from "./code_occurrences.ts";
import { resampledFigures } from "./resampled_sums.ts";

/** How often codes begin and come back. */
export interface OnsetFidelity {
  /** Onsets per visit. */
  onsets: RateFidelity;
  /** Repeats per visit. */
  repeats: RateFidelity;
}

const kinds = ["onsets", "repeats"] as const;

/** Per visit: a record begins a code once, and repeats it in every other visit that has it. */
function ratesOf(sums: Float64Array): Record<(typeof kinds)[number], Rates> {
  const { visitsWith, recordsWith, visits } = occurrencesIn(sums);
  const codes = visitsWith.length;
  const [onsets, repeats] = [new Float64Array(codes), new Float64Array(codes)];
  let [allOnsets, allRepeats] = [0, 0];
  for (let code = 0; code < codes; code++) {
    onsets[code] = recordsWith[code] / visits;
    repeats[code] = (visitsWith[code] - recordsWith[code]) / visits;
    allOnsets += onsets[code];
    allRepeats += repeats[code];
  }
  return {
    onsets: { overall: allOnsets, byCode: onsets },
    repeats: { overall: allRepeats, byCode: repeats },
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
  const rows = [asked.real, ...asked.others].map(({ cohort }) => codeOccurrences(cohort));
  const found = await resampledFigures<string>(asked, [rows], ([real]) => {
    const truth = ratesOf(real);
    return ([other]) => {
      const judged = ratesOf(other);
      return Object.fromEntries(
        kinds.flatMap((kind) => {
          const codes = inEither(truth[kind], judged[kind]);
          return [
            ...rateFigures(kind, truth[kind], judged[kind], codes),
            [`${kind}.codes`, codes.length],
          ];
        }),
      );
    };
  }, onProgress);
  return found.map((columns) => {
    const [onsets, repeats] = kinds.map((kind) =>
      rateAnswer(kind, columns, columns[`${kind}.codes`][0])
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
