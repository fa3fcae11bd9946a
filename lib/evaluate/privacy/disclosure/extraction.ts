/**
 * Does the model give away the rest of a record if it is given its beginning? It continues training
 * patients from their first 1, 2 and 5 visits. Of the rare codes that are new in the next five real
 * visits, the share that also comes out is counted. The same is done with held-out patients, paired by
 * how many such codes they have: what comes out of their records is medicine, the rest is memory.
 *
 * @see Carlini et al. 2021, "Extracting Training Data from Large Language Models"
 * @module
 */
import * as v from "valibot";
import { breathe } from "../../../breathe.ts";
import { recordCounts } from "../../../cohort/code_counts.ts";
import { type Cohort, copiesOf } from "../../../cohort/cohort.ts";
import { recordLists } from "../../../cohort/records.ts";
import { trimmed } from "../../../cohort/trim.ts";
import { object, type Schema, whole } from "../../../files/checked_json.ts";
import { generateParts } from "../../../generate/generate.ts";
import { useDefaultBackend } from "../../../nn/backend.ts";
import type { OnProgress } from "../../../progress.ts";
import { modelOf, type Run } from "../../../train/run_folder.ts";
import { type Estimate, estimate, estimateSchema, resampledSums } from "../../bootstrap.ts";
import { inTurn } from "../../in_turn.ts";
import type { Answer, Asked, ThoroughMeasure } from "../../measure.ts";
import { type LeftOut, leftOutSchema } from "../../not_measured.ts";
import { wilson } from "../../wilson.ts";
import { fewestRecords } from "../left_out.ts";
import { asTheRunKnows } from "../membership_by_likelihood.ts";
import { heldOutOf, sampleOf } from "../samples.ts";

/** What comes out after so many visits. */
export interface Extracted {
  /** Pairs of a training and a held-out patient. */
  pairs: number;
  /** Share of the rare new codes of training patients that come out, in [0, 1]. */
  training: Estimate;
  /** The same of held-out patients. */
  held_out: Estimate;
  /** The former minus the latter: what is remembered. */
  difference: Estimate;
}

/** Extraction by prompting; null where there are too few patients. */
export interface Extraction {
  /** After the first visit. */
  one_visit: Extracted | null;
  /** After two visits. */
  two_visits: Extracted | null;
  /** After five visits. */
  five_visits: Extracted | null;
  /** What is not there, and why. */
  left_out: LeftOut[];
}

const beginnings = [["one_visit", 1], ["two_visits", 2], ["five_visits", 5]] as const;

/** Real visits after the beginning whose codes are looked for. */
const nextVisits = 5;
/** A code is rare if at most this share of training patients has it. */
const rareShare = 0.1;
/** Continuations of each patient, of which the mean is taken. */
const draws = 3;
/** Most pairs of patients. */
const mostPairs = 200;
const mostQuickly = 40;

/** A patient: the beginning, and the rare codes that are new after it. */
interface Patient {
  readonly record: number;
  readonly wanted: ReadonlySet<number>;
}

/** Which codes at most a share of the patients has. */
function rareCodes(training: Cohort): (code: number) => boolean {
  const holders = recordCounts(training);
  return (code) => holders[code] <= rareShare * training.recordCount;
}

/** Patients who have something to be found. */
function patientsOf(
  cohort: Cohort,
  visits: number,
  isRare: (code: number) => boolean,
): Patient[] {
  return [...cohort.subjectIds.keys()].map((record) => {
    const own = recordLists(cohort, record).visits;
    const known = new Set(own.slice(0, visits).flat());
    const next = own.slice(visits, visits + nextVisits).flat();
    return { record, wanted: new Set(next.filter((code) => isRare(code) && !known.has(code))) };
  }).filter(({ wanted }) => wanted.size > 0);
}

/** Each held-out patient with a training patient who has about as many wanted codes. */
function paired(training: readonly Patient[], heldOut: readonly Patient[], most: number) {
  const free = [...training];
  return heldOut.slice(0, most).flatMap((other) => {
    const gaps = free.map(({ wanted }) => Math.abs(wanted.size - other.wanted.size));
    const nearest = gaps.indexOf(Math.min(...gaps));
    return nearest < 0 ? [] : [{ own: free.splice(nearest, 1)[0], other }];
  });
}

/** The codes after the beginning in each continuation of each patient, one patient after another. */
async function continued(
  run: Run,
  cohort: Cohort,
  patients: readonly Patient[],
  { visits, seed, onProgress }: { visits: number; seed: number; onProgress: OnProgress },
): Promise<Set<number>[]> {
  const patientsOnly = copiesOf(cohort, patients.map(({ record }) => record));
  const prefixes = trimmed(patientsOnly, { maxVisits: visits });
  const count = patients.length * draws;
  const found: Set<number>[] = [];
  for await (const part of generateParts(run, { count, seed, prefixes, onProgress })) {
    for (let record = 0; record < part.cohort.recordCount; record++) {
      const own = recordLists(part.cohort, record).visits;
      found.push(new Set(own.slice(visits, visits + nextVisits).flat()));
    }
    await breathe();
  }
  return found;
}

/** Mean number of wanted codes that come out of each patient's continuations. */
function hitsOf(patients: readonly Patient[], found: readonly Set<number>[]): number[] {
  return patients.map(({ wanted }, i) => {
    const own = found.filter((_, record) => record % patients.length === i);
    return own.reduce((sum, codes) => sum + wanted.intersection(codes).size, 0) / draws;
  });
}

/** Patients of equal weight who would give as certain a share: Kish's effective sample size (1965). */
function effectivePatients(patients: readonly Patient[]): number {
  const total = patients.reduce((sum, { wanted }) => sum + wanted.size, 0);
  return total ** 2 / patients.reduce((sum, { wanted }) => sum + wanted.size ** 2, 0);
}

/** Patients of whom something must come out for a bootstrap: resamples of shares of 0 are all 0. */
const fewestFound = 5;

/**
 * A share of wanted codes, by resample of patients, with its interval. Where something comes out of few
 * patients it is Wilson's over patients, as if a patient's codes came out together or not at all.
 *
 * @param shares [resamples + 1]
 * @param hits [patients]
 */
function shareOf(
  shares: Float64Array,
  hits: readonly number[],
  patients: readonly Patient[],
): Estimate {
  if (hits.filter((found) => found > 0).length >= fewestFound) return estimate(shares);
  const count = effectivePatients(patients);
  return wilson(shares[0] * count, count);
}

/** The difference of two shares, with the interval that follows from theirs (Newcombe 1998). */
function differenceOf(of: Estimate, less: Estimate): Estimate {
  const value = of.value - less.value;
  return {
    value,
    low: value - Math.hypot(of.value - of.low, less.high - less.value),
    high: value + Math.hypot(of.high - of.value, less.value - less.low),
  };
}

/** Shares of all wanted codes; their difference also by resample of pairs. */
function sharesOf(
  pairs: readonly { own: Patient; other: Patient }[],
  [ours, theirs]: readonly (readonly number[])[],
  { seed, resamples }: Asked,
): { figures: Extracted; difference: Float64Array } {
  const features = Float64Array.from(
    pairs.flatMap(({ own, other }, i) => [ours[i], own.wanted.size, theirs[i], other.wanted.size]),
  );
  const sums = resampledSums({ role: "real", seed }, features, 4, resamples);
  const shares = (column: number) =>
    Float64Array.from(
      { length: resamples + 1 },
      (_, row) => sums[4 * row + column] / sums[4 * row + column + 1],
    );
  const [own, others] = [shares(0), shares(2)];
  const training = shareOf(own, ours, pairs.map((pair) => pair.own));
  const held_out = shareOf(others, theirs, pairs.map((pair) => pair.other));
  return {
    figures: {
      pairs: pairs.length,
      training,
      held_out,
      difference: differenceOf(training, held_out),
    },
    difference: own.map((share, i) => share - others[i]),
  };
}

const inWords = (visits: number) => `after ${visits} visit${visits === 1 ? "" : "s"}`;

/** What a run gives away after so many visits; a clause if it cannot be asked. */
async function extractedAfter(
  visits: number,
  run: Run,
  { training, heldOut }: { readonly training: Cohort; readonly heldOut: Cohort },
  asked: Asked,
  onProgress: OnProgress,
): Promise<{ figures: Extracted; difference: Float64Array } | string> {
  const isRare = rareCodes(training);
  const most = asked.quick ? mostQuickly : mostPairs;
  const [own, others] = [training, heldOut].map((each) => patientsOf(each, visits, isRare));
  const pairs = paired(own, others, most);
  if (pairs.length < fewestRecords) {
    return `fewer than ${fewestRecords} pairs of patients have rare codes then`;
  }
  const how = { visits, seed: asked.seed, onProgress };
  const hits: number[][] = [];
  for (const [cohort, side] of [[training, "own"], [heldOut, "other"]] as const) {
    const patients = pairs.map((pair) => pair[side]);
    hits.push(hitsOf(patients, await continued(run, cohort, patients, how)));
  }
  return sharesOf(pairs, hits, asked);
}

async function answerFor(
  run: Run,
  asked: Asked,
  onProgress: OnProgress = () => {},
): Promise<Answer<Extraction>> {
  const { real, seed } = asked;
  const known = (cohort: Cohort) => asTheRunKnows(cohort, real.cohort, run);
  const cohorts = {
    training: known(sampleOf(real.cohort, "training", 10 * mostPairs, seed)),
    heldOut: known(sampleOf(heldOutOf(asked), "held_out", 2 * mostPairs, seed)),
  };
  if (!("learn" in modelOf(run.runConfig))) await useDefaultBackend();
  const figures: Extraction = {
    one_visit: null,
    two_visits: null,
    five_visits: null,
    left_out: [],
  };
  const resampled: Record<string, Float64Array> = {};
  for (const [name, visits] of beginnings) {
    const label = `codes that come out ${inWords(visits)}`;
    const found = await extractedAfter(visits, run, cohorts, asked, onProgress)
      .catch((error: unknown) => {
        if (error instanceof RangeError) return error.message;
        throw error;
      });
    if (typeof found === "string") {
      figures.left_out.push({ label, reason: found });
      continue;
    }
    figures[name] = found.figures;
    resampled[`${name}.difference`] = found.difference;
  }
  return { figures, resampled };
}

const extractedSchema: Schema<Extracted | null> = v.nullable(object({
  pairs: whole(1),
  training: estimateSchema,
  held_out: estimateSchema,
  difference: estimateSchema,
}));

/** Extraction of records by their beginnings. */
export const extraction: ThoroughMeasure<"extraction", Extraction | null> = {
  key: "extraction",
  question: "Does the model give away the rest of a record if it is given its beginning?",
  needs: ["held_out", "run"],
  of: ["synthetic"],
  effort: "thorough",
  thread: "main",
  schema: v.nullable(object({
    one_visit: extractedSchema,
    two_visits: extractedSchema,
    five_visits: extractedSchema,
    left_out: leftOutSchema,
  })),
  ask(asked, onProgress) {
    const { run } = asked;
    return inTurn<Extraction | null>(
      asked,
      () =>
        run === undefined ? { figures: null, resampled: {} } : answerFor(run, asked, onProgress),
    );
  },
};
