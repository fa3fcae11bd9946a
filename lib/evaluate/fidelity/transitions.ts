/**
 * Which chapters of codes follow which? The matrix of transitions holds, for each chapter that a visit
 * has, how the chapters of the next visit are distributed.
 *
 * @module
 */
import * as v from "valibot";
import { occurrenceCounts } from "../../cohort/code_counts.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { isShownCell } from "../../cohort/small_cells.ts";
import { list, object, text, whole } from "../../files/checked_json.ts";
import { FirstTimes } from "../../first_times.ts";
import type { OnProgress } from "../../progress.ts";
import { type Estimate, estimateSchema, figureSchema } from "../bootstrap.ts";
import type { Answer, Asked, Measure } from "../measure.ts";
import { type CodeChapters, codeChapters } from "./code_chapters.ts";
import { distanceEstimate, totalVariation } from "./distribution_distance.ts";
import { type RecordRows, recordRows, resampledFigures, sumsOf } from "./resampled_sums.ts";

/** How closely transitions between chapters are followed. */
export interface TransitionFidelity {
  /**
   * Total variation distance between the distributions of next chapters, averaged over chapters by how
   * often each has a next one in real records; in [0, 1], 0 is best. 1 for a chapter that the synthetic
   * records never have before another visit. Its interval is moved as that of an R² is.
   */
  total_variation: Estimate;
  /** Chapters without a row, since fewer than `min_cell` real patients have them; absent if none is. */
  rare_chapters?: number | undefined;
  /** One row per chapter of real records, the most common one first. */
  chapters: {
    /** Its name: "ICD10CM/I00-I99: Diseases of the circulatory system". */
    chapter: string;
    /** Its share of all real transitions, which is its weight. */
    share: number;
    /** Of its own row of the matrix. */
    total_variation: Estimate;
  }[];
}

/** [chapters × chapters] Pairs of consecutive visits with a chapter in the first, and one in the second. */
function transitionRows(cohort: Cohort, { names, chapterOf }: CodeChapters): RecordRows {
  const { visitOffsets, codeOffsets, codes } = cohort;
  const firstTimes = new FirstTimes(names.length);
  let [before, own] = [new Uint32Array(names.length), new Uint32Array(names.length)];
  /** Writes the chapters of a visit to `own`: how many they are. */
  const readChapters = (visit: number) => {
    let count = 0;
    firstTimes.begin();
    for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
      const chapter = chapterOf[codes[i]];
      if (firstTimes.isFirst(chapter)) own[count++] = chapter;
    }
    return count;
  };
  return recordRows(cohort, names.length ** 2, (record, add) => {
    let known = 0;
    for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
      const count = readChapters(visit);
      for (let i = 0; i < known; i++) {
        const row = before[i] * names.length;
        for (let k = 0; k < count; k++) add(row + own[k]);
      }
      [before, own] = [own, before];
      known = count;
    }
  });
}

/** A row of the matrix of each cohort, and its distance. */
function rowOf(chapter: number, chapters: number, real: Float64Array, other: Float64Array) {
  const [from, to] = [chapter * chapters, (chapter + 1) * chapters];
  const row = real.subarray(from, to);
  const weight = row.reduce((sum, count) => sum + count, 0);
  const distance = totalVariation(row, other.subarray(from, to));
  return { weight, distance: weight > 0 && Number.isNaN(distance) ? 1 : distance };
}

/** [chapters] The records with a transition from each chapter. */
function patientsOf(rows: RecordRows, chapters: number): Uint32Array {
  const patients = new Uint32Array(chapters);
  const firstTimes = new FirstTimes(chapters);
  for (let record = 0; record < rows.recordCount; record++) {
    firstTimes.begin();
    rows.read(record, (cell) => {
      const chapter = Math.floor(cell / chapters);
      if (firstTimes.isFirst(chapter)) patients[chapter]++;
    });
  }
  return patients;
}

async function ask(
  asked: Asked,
  onProgress?: OnProgress,
): Promise<Answer<TransitionFidelity | null>[]> {
  const { real, others, minCell = 1 } = asked;
  const chapters = codeChapters(real.cohort.vocabulary, occurrenceCounts(real.cohort));
  const count = chapters.names.length;
  const rows = [real, ...others].map(({ cohort }) => transitionRows(cohort, chapters));
  const truth = sumsOf(rows[0]);
  const total = truth.reduce((sum, each) => sum + each, 0);
  if (total === 0) return others.map(() => ({ figures: null, resampled: {} }));
  const found = await resampledFigures<string>(asked, [rows], ([real]) => ([other]) => {
    const all = chapters.names.map((_, chapter) => rowOf(chapter, count, real, other));
    const known = all.filter(({ weight }) => weight > 0);
    const weights = known.reduce((sum, { weight }) => sum + weight, 0);
    const weighted = known.reduce((sum, { weight, distance }) => sum + weight * distance, 0);
    return Object.fromEntries([
      ["overall", weighted / weights],
      ...all.map(({ distance }, chapter) => [String(chapter), distance]),
    ]);
  }, onProgress);
  const patients = patientsOf(rows[0], count);
  return found.map((columns, i) => {
    const ofPatients = others[i].role === "held_out"
      ? [patients, patientsOf(rows[i + 1], count)]
      : [patients];
    const isShown = (chapter: number) =>
      isShownCell(minCell, ...ofPatients.map((each) => each[chapter]));
    const listed = chapters.names.map((chapter, index) => ({
      chapter,
      index,
      share: rowOf(index, count, truth, truth).weight / total,
    })).filter(({ share }) => share > 0).sort((a, b) => b.share - a.share);
    const shown = listed.filter(({ index }) => isShown(index));
    const rare_chapters = listed.length - shown.length;
    return {
      figures: {
        total_variation: distanceEstimate(columns.overall, 1),
        ...rare_chapters > 0 && { rare_chapters },
        chapters: shown.map(({ chapter, index, share }) => ({
          chapter,
          share,
          total_variation: distanceEstimate(columns[index], 1),
        })),
      },
      resampled: { total_variation: columns.overall },
    };
  });
}

/** Transitions between chapters of consecutive visits; null where the real records have none. */
export const transitions: Measure<"transitions", TransitionFidelity | null> = {
  key: "transitions",
  question: "Do the right kinds of codes follow each other from visit to visit?",
  schema: v.nullable(object({
    total_variation: estimateSchema,
    rare_chapters: v.optional(whole(1)),
    chapters: list(object({
      chapter: text,
      share: figureSchema,
      total_variation: estimateSchema,
    })),
  })),
  ask,
};
