/**
 * From the most common codes to the rarest: are they written, and how often? Figures over all codes,
 * such as R², are decided by the common ones.
 *
 * Codes are ordered by the training records that have them, and divided into ten rungs of equally many
 * codes (codes that equally many records have may fall on two rungs). Whether a rare code is there at
 * all in training records is chance, so held-out records, too, lack many of the last rung: the ceiling
 * says how many.
 *
 * @module
 */
import * as v from "valibot";
import { isShownCell } from "../../cohort/small_cells.ts";
import { list, object, text, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { type Estimate, estimate, estimateSchema, figureSchema, r2Estimate } from "../bootstrap.ts";
import type { Answer, Asked, Measure } from "../measure.ts";
import { type CodeOccurrences, codeOccurrences, occurrencesIn } from "./code_occurrences.ts";
import { agreementEstimate, distanceEstimate, totalVariation } from "./distribution_distance.ts";
import { r2 } from "./r2.ts";
import { resampledFigures, sumsOf } from "./resampled_sums.ts";

const rungCount = 10;

/** Codes that fewer training records have are called rare. */
const rareBelow = 10;

/** The codes of one decile. */
export interface LadderRung {
  /** "1st of 10 (most common)". */
  rung: string;
  /** Its number of codes. */
  codes: number;
  /** Training records with its most common code; null for fewer than `min_cell`. */
  most_records: number | null;
  /** Training records with its rarest code; null for fewer than `min_cell`. */
  fewest_records: number | null;
  /** Share of its codes that occur in synthetic records, in [0, 1]; moved as an R²'s interval is. */
  occurring: Estimate;
  /**
   * Mean prevalence of its codes in synthetic records, divided by that in training records: below 1,
   * they are too rare; above 1, too common.
   */
  prevalence_ratio: Estimate;
  /**
   * Mean absolute difference between the prevalences of its codes in synthetic and in training records,
   * divided by their mean prevalence: 0 is best. Its interval is moved too; absent in older reports.
   */
  relative_error?: Estimate | undefined;
  /** R² of the prevalence of its codes, at most 1; null if equally many records have each of them. */
  r2: Estimate | null;
  /** Share of all codes of training visits that are of this rung. */
  real_share: Estimate;
  /** Share of all codes of synthetic visits that are of this rung. */
  synthetic_share: Estimate;
}

/** Codes that fewer than 10 training records have. */
export interface RareCodes {
  /** How many they are. */
  codes: number;
  /** Share of them that occur in synthetic records, in [0, 1]; moved as an R²'s interval is. */
  recall: Estimate;
  /** The same as `prevalence_ratio` of a rung. */
  inflation: Estimate;
}

/** How closely codes are followed, from the most common ones to the rarest. */
export interface CodeLadder {
  /**
   * Share of the codes of visits that are on another rung than in real records (total variation of
   * shares of rungs, codes that training records lack as one more): in [0, 1], 0 is best.
   */
  misplaced_share: Estimate;
  /** Null if there is none. */
  rare: RareCodes | null;
  /** The most common codes first; fewer than 10 if there are fewer codes. */
  rungs: LadderRung[];
}

/** Codes of training records by falling prevalence, in rungs of equal size. */
function rungsOf({ recordsWith }: CodeOccurrences): number[][] {
  const ordered = [...recordsWith.keys()].filter((code) => recordsWith[code] > 0)
    .sort((a, b) => recordsWith[b] - recordsWith[a] || a - b);
  const count = Math.min(rungCount, ordered.length);
  const bound = (rung: number) => Math.round(rung * ordered.length / count);
  return Array.from({ length: count }, (_, rung) => ordered.slice(bound(rung), bound(rung + 1)));
}

function sumOver(codes: readonly number[], counts: Float64Array): number {
  let sum = 0;
  for (const code of codes) sum += counts[code];
  return sum;
}

/**
 * Share of codes that occur, and the ratio of their mean prevalence to the real one, NaN in a resample
 * whose real records have none of them.
 */
function presence(codes: readonly number[], real: CodeOccurrences, other: CodeOccurrences) {
  const [prevalence, judged] = [real, other].map((of) => sumOver(codes, of.recordsWith));
  let occurring = 0;
  for (const code of codes) if (other.recordsWith[code] > 0) occurring++;
  return {
    occurring: occurring / codes.length,
    ratio: prevalence === 0 ? NaN : (judged / other.records) / (prevalence / real.records),
  };
}

/** Mean absolute error of prevalence over mean prevalence; NaN if no real record has one of the codes. */
function relativeError(
  codes: readonly number[],
  real: CodeOccurrences,
  other: CodeOccurrences,
): number {
  let errors = 0;
  for (const code of codes) {
    errors += Math.abs(
      other.recordsWith[code] / other.records - real.recordsWith[code] / real.records,
    );
  }
  const prevalence = sumOver(codes, real.recordsWith) / real.records;
  return prevalence === 0 ? NaN : errors / prevalence;
}

/** R² of prevalence over the codes of a rung that occur in either; NaN if the real ones are all equal. */
function prevalenceR2(
  codes: readonly number[],
  real: CodeOccurrences,
  other: CodeOccurrences,
): number {
  const [truth, judged]: [number[], number[]] = [[], []];
  for (const code of codes) {
    if (real.recordsWith[code] === 0 && other.recordsWith[code] === 0) continue;
    truth.push(real.recordsWith[code] / real.records);
    judged.push(other.recordsWith[code] / other.records);
  }
  return truth.every((each) => each === truth[0]) ? NaN : r2(truth, judged);
}

/** [rungs + 1] Shares of the codes of visits that are of each rung, and of none. */
function eventShares(
  rungs: readonly (readonly number[])[],
  { visitsWith }: CodeOccurrences,
): number[] {
  const all = visitsWith.reduce((sum, count) => sum + count, 0);
  const shares = rungs.map((rung) => sumOver(rung, visitsWith) / all);
  return [...shares, Math.max(0, 1 - shares.reduce((sum, share) => sum + share, 0))];
}

/** The figures of one resample. */
function figuresOf(
  { rungs, rare }: { rungs: readonly number[][]; rare: readonly number[] },
  real: CodeOccurrences,
  realShares: readonly number[],
  other: CodeOccurrences,
): Record<string, number> {
  const otherShares = eventShares(rungs, other);
  const ofRare = presence(rare, real, other);
  const ofRungs = rungs.map((rung, i) => ({
    ...presence(rung, real, other),
    relative_error: relativeError(rung, real, other),
    r2: prevalenceR2(rung, real, other),
    real_share: realShares[i],
    synthetic_share: otherShares[i],
  }));
  return {
    misplaced_share: totalVariation(realShares, otherShares),
    "rare.recall": ofRare.occurring,
    "rare.inflation": ofRare.ratio,
    ...Object.fromEntries(
      ofRungs.flatMap((rung, i) =>
        Object.entries(rung).map(([name, figure]) => [`${i} ${name}`, figure])
      ),
    ),
  };
}

const ordinals = ["1st", "2nd", "3rd"];

function rungName(rung: number, count: number): string {
  const note = rung === 0 ? " (most common)" : rung === count - 1 ? " (rarest)" : "";
  return `${ordinals[rung] ?? `${rung + 1}th`} of ${count}${note}`;
}

type Columns = Readonly<Record<string, Float64Array>>;

function rungFigures(
  index: number,
  rungs: readonly number[][],
  { truth, columns, minCell }: { truth: CodeOccurrences; columns: Columns; minCell: number },
): LadderRung {
  const codes = rungs[index];
  const shown = (records: number) => isShownCell(minCell, records) ? records : null;
  const column = (name: string) => columns[`${index} ${name}`];
  const { value, low, high } = r2Estimate(column("r2"));
  return {
    rung: rungName(index, rungs.length),
    codes: codes.length,
    most_records: shown(truth.recordsWith[codes[0]]),
    fewest_records: shown(truth.recordsWith[codes[codes.length - 1]]),
    occurring: agreementEstimate(column("occurring")),
    prevalence_ratio: estimate(column("ratio")),
    relative_error: distanceEstimate(column("relative_error")),
    r2: Number.isNaN(value) ? null : { value, low, high },
    real_share: estimate(column("real_share")),
    synthetic_share: estimate(column("synthetic_share")),
  };
}

async function ask(asked: Asked, onProgress?: OnProgress): Promise<Answer<CodeLadder | null>[]> {
  const { real, others, minCell = 1 } = asked;
  const rows = [real, ...others].map(({ cohort }) => codeOccurrences(cohort));
  const truth = occurrencesIn(sumsOf(rows[0]));
  const rungs = rungsOf(truth);
  const rare = rungs.flat().filter((code) => truth.recordsWith[code] < rareBelow);
  const found = await resampledFigures<string>(
    asked,
    [rows],
    ([sums]) => {
      const real = occurrencesIn(sums);
      const shares = eventShares(rungs, real);
      return ([other]) => figuresOf({ rungs, rare }, real, shares, occurrencesIn(other));
    },
    onProgress,
  );
  return found.map((columns) => {
    const { misplaced_share, "rare.recall": recall, "rare.inflation": inflation } = columns;
    if (Number.isNaN(misplaced_share[0])) return { figures: null, resampled: {} };
    return {
      figures: {
        misplaced_share: distanceEstimate(misplaced_share, 1),
        rare: rare.length === 0 ? null : {
          codes: rare.length,
          recall: agreementEstimate(recall),
          inflation: estimate(inflation),
        },
        rungs: rungs.map((_, i) => rungFigures(i, rungs, { truth, columns, minCell })),
      },
      resampled: {
        misplaced_share,
        ...rare.length > 0 && { "rare.recall": recall, "rare.inflation": inflation },
      },
    };
  });
}

/** Codes from the most common ones to the rarest; null for a cohort without codes. */
export const codeLadder: Measure<"code_ladder", CodeLadder | null> = {
  key: "code_ladder",
  question: "Are rare codes written, and as often as in real records?",
  schema: v.nullable(object({
    misplaced_share: estimateSchema,
    rare: v.nullable(object({
      codes: whole(1),
      recall: estimateSchema,
      inflation: estimateSchema,
    })),
    rungs: list(object({
      rung: text,
      codes: whole(1),
      most_records: v.nullable(figureSchema),
      fewest_records: v.nullable(figureSchema),
      occurring: estimateSchema,
      prevalence_ratio: estimateSchema,
      relative_error: v.optional(estimateSchema),
      r2: v.nullable(estimateSchema),
      real_share: estimateSchema,
      synthetic_share: estimateSchema,
    })),
  })),
  ask,
};
