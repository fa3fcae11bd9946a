/**
 * The cohorts of the study: training and held-out patients of one simulated population, and four
 * candidates that a suite is asked about as if they were synthetic.
 *
 * @module
 */
import { type Cohort, cohortOf, type RecordLists, recordLists, vocabulary } from "ehrloom";
import { recordCounts } from "ehrloom/cohort/code_counts.ts";
import { copiesOf } from "ehrloom/cohort/cohort.ts";
import { scaledCohorts } from "ehrloom/evaluate/scale.ts";
import { simulatedIcd10 } from "../hierarchy/simulated_icd10.ts";

/** What a suite is asked about. */
export const candidates = ["copies", "same_order", "independent", "other_patients"] as const;
/** See {@link candidates}. */
export type Candidate = typeof candidates[number];

/** The cohorts of the study for a number of training patients. */
export interface StudyCohorts {
  readonly training: Cohort;
  /** As many patients of the same population, whom no candidate knows. */
  readonly heldOut: Cohort;
  /**
   * As many records each: training records drawn with replacement; all of them, each once and in
   * their order; records from independent marginals of the training records; and patients of the
   * same population who are in neither set, which is the best that a generator can do.
   */
  readonly of: Readonly<Record<Candidate, Cohort>>;
}

/** Training patients who must have a code for it to be kept, as is usual before training. */
const fewestPatients = 5;
const seed = 1;

/** The visits of a record with the kept codes alone, which get their new numbers. */
function keptVisits({ visits }: RecordLists, kept: ReadonlyMap<number, number>): number[][] {
  return visits
    .map((codes) => codes.flatMap((code) => kept.get(code) ?? []))
    .filter((codes) => codes.length > 0);
}

/** The cohorts of the study for a number of training patients. */
export function studyCohorts(patients: number): StudyCohorts {
  const population = simulatedIcd10(seed);
  const drawn = [1, 2, 3].map((stream) => population.patients(2 * patients, stream));
  const first = copiesOf(drawn[0], Array.from({ length: patients }, (_, record) => record));
  const counts = recordCounts(first);
  const codes = [...counts.keys()].filter((code) => counts[code] >= fewestPatients);
  const kept = new Map(codes.map((code, number) => [code, number]));
  const names = vocabulary(codes.map((code) => first.vocabulary.codes[code]));
  const [training, heldOut, others] = drawn.map((source) => {
    const records = [...source.subjectIds.keys()]
      .map((record) => ({ visits: keptVisits(recordLists(source, record), kept), labels: [] }))
      .filter(({ visits }) => visits.length > 0);
    return cohortOf(names, [], records.slice(0, patients));
  });
  const scale = scaledCohorts({ train: training, heldOut, synthetic: others }, seed);
  const inRole = (wanted: "floor" | "memoriser") => {
    const found = scale.others.find(({ role }) => role === wanted);
    if (found === undefined) throw new Error(`No ${wanted} in the scale`);
    return found.cohort;
  };
  return {
    training,
    heldOut,
    of: {
      copies: inRole("memoriser"),
      same_order: copiesOf(training, [...training.subjectIds.keys()]),
      independent: inRole("floor"),
      other_patients: others,
    },
  };
}
