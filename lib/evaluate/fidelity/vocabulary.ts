/**
 * Which codes are written at all?
 *
 * Both figures of recall grow with the number of records: compare them with a ceiling of as many
 * records. What training records have is known to the model, so these are not resampled; held-out
 * records are a sample of what it should be able to write, so they are.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../cohort/cohort.ts";
import { object, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { type Estimate, estimate, estimateSchema } from "../bootstrap.ts";
import type { Answer, Asked, Measure } from "../measure.ts";
import { agreementEstimate } from "./distribution_distance.ts";
import { codesOfRecord } from "./length_distributions.ts";
import { type RecordRows, recordRows, resampledFigures, sumsOf } from "./resampled_sums.ts";

/** Which codes occur; all shares are in [0, 1], with intervals over patients. */
export interface VocabularyFidelity {
  /** Distinct codes of the training records. */
  training_codes: number;
  /** Distinct codes of the synthetic records. */
  synthetic_codes: number;
  /** Share of the training records' codes that are written; moved as the interval of an R² is. */
  training_recall: Estimate;
  /** Share of the training records' codes that are never written: 1 minus `training_recall`. */
  never_written: Estimate;
  /**
   * Share of the held-out records' codes that are written, moved too; null for held-out records
   * themselves, and without them.
   */
  held_out_recall: Estimate | null;
  /** The same, of each code as often as held-out visits have it. */
  held_out_event_recall: Estimate | null;
  /** Share of the synthetic codes, visit by visit, that no training record has; 0 for a model. */
  unknown_share: Estimate;
}

/** [codes] Visits with each code. */
function visitsWithCodes(cohort: Cohort): RecordRows {
  return recordRows(cohort, cohort.vocabulary.codes.length, (record, add) => {
    const codes = codesOfRecord(cohort, record);
    for (let i = 0; i < codes.length; i++) add(codes[i]);
  });
}

const isThere = (count: number) => count > 0;

/** Share of one cohort's codes that another one writes: of distinct codes, and of occurrences. */
function recall(wanted: Float64Array, written: Float64Array): { codes: number; events: number } {
  let [codes, found, events, covered] = [0, 0, 0, 0];
  for (let code = 0; code < wanted.length; code++) {
    if (wanted[code] === 0) continue;
    codes++;
    events += wanted[code];
    if (written[code] === 0) continue;
    found++;
    covered += wanted[code];
  }
  return { codes: found / codes, events: covered / events };
}

/** Share of occurrences whose code is not known. */
function unknownShare(known: Float64Array, written: Float64Array): number {
  let [events, unknown] = [0, 0];
  for (let code = 0; code < written.length; code++) {
    events += written[code];
    if (known[code] === 0) unknown += written[code];
  }
  return unknown / events;
}

/** Held-out records, if they have any code. */
function heldOutOf({ heldOut }: Asked): Cohort | undefined {
  return heldOut !== undefined && heldOut.codes.length > 0 ? heldOut : undefined;
}

/** Recall of training codes and of held-out ones, and the share of unknown codes, in each resample. */
async function recalls(
  asked: Asked,
  known: Float64Array,
  rows: readonly RecordRows[],
  onProgress?: OnProgress,
) {
  const heldOut = heldOutOf(asked);
  // training codes are not resampled, so held-out ones have their place
  const wanted = heldOut === undefined
    ? recordRows(asked.real.cohort, 0, () => {})
    : visitsWithCodes(heldOut);
  return await resampledFigures(
    heldOut === undefined ? asked : { ...asked, real: { role: "held_out", cohort: heldOut } },
    [[wanted, ...rows]],
    ([held]) => ([other]) => {
      const { codes, events } = recall(held, other);
      return {
        recall: recall(known, other).codes,
        unknown: unknownShare(known, other),
        held_out_codes: codes,
        held_out_events: events,
      };
    },
    onProgress,
  );
}

async function ask(
  asked: Asked,
  onProgress?: OnProgress,
): Promise<Answer<VocabularyFidelity | null>[]> {
  const known = sumsOf(visitsWithCodes(asked.real.cohort));
  const training_codes = known.filter(isThere).length;
  const rows = asked.others.map(({ cohort }) => visitsWithCodes(cohort));
  const found = await recalls(asked, known, rows, onProgress);
  return found.map(({ recall, unknown, held_out_codes, held_out_events }, i) => {
    const isHeld = heldOutOf(asked) !== undefined && asked.others[i].role !== "held_out";
    if (Number.isNaN(recall[0]) || Number.isNaN(unknown[0])) {
      return { figures: null, resampled: {} };
    }
    const training_recall = agreementEstimate(recall);
    return {
      figures: {
        training_codes,
        synthetic_codes: sumsOf(rows[i]).filter(isThere).length,
        training_recall,
        never_written: {
          value: 1 - training_recall.value,
          low: 1 - training_recall.high,
          high: 1 - training_recall.low,
        },
        held_out_recall: isHeld ? agreementEstimate(held_out_codes) : null,
        held_out_event_recall: isHeld ? agreementEstimate(held_out_events) : null,
        unknown_share: estimate(unknown),
      },
      resampled: {
        training_recall: recall,
        unknown_share: unknown,
        ...isHeld && {
          held_out_recall: held_out_codes,
          held_out_event_recall: held_out_events,
        },
      },
    };
  });
}

/** Which codes are written; null where the training records or the others have no codes. */
export const codeVocabulary: Measure<"vocabulary", VocabularyFidelity | null> = {
  key: "vocabulary",
  question: "Do all codes occur, and no others?",
  schema: v.nullable(object({
    training_codes: whole(0),
    synthetic_codes: whole(0),
    training_recall: estimateSchema,
    never_written: estimateSchema,
    held_out_recall: v.nullable(estimateSchema),
    held_out_event_recall: v.nullable(estimateSchema),
    unknown_share: estimateSchema,
  })),
  ask,
};
