/**
 * Which effects are asked about: those of which the real records tell most.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import { type CodeMask, codeMask } from "../../../cohort/code_mask.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { visitsOf } from "../../../cohort/records.ts";
import { logOddsRatio, type Table } from "./odds_ratio.ts";

/** Pairs of an exposure and an outcome, both by index. */
export interface Pair {
  /** A code. */
  readonly exposure: number;
  /** A label, or another code. */
  readonly outcome: number;
}

/**
 * What one record adds to the tables of a kind of effects; undefined if it adds nothing. Codes that are not
 * `wanted` are left out; default all are.
 */
export type Reader = (
  cohort: Cohort,
  record: number,
  wanted?: CodeMask,
) =>
  | { readonly exposures: ReadonlySet<number>; readonly outcomes: ReadonlySet<number> }
  | undefined;

/** The distinct codes of some visits of a record, by global numbers of visits. */
function codesIn(
  { codeOffsets, codes }: Cohort,
  from: number,
  to: number,
  wanted?: CodeMask,
): Set<number> {
  const found = new Set<number>();
  for (let i = codeOffsets[from]; i < codeOffsets[to]; i++) {
    if (wanted === undefined || wanted[codes[i]] === 1) found.add(codes[i]);
  }
  return found;
}

/** Codes anywhere in the record, and its labels. */
export const codesAndLabels: Reader = (cohort, record, wanted) => {
  const { labels, labelNames: { length }, visitOffsets } = cohort;
  const outcomes = new Set<number>();
  for (let label = 0; label < length; label++) {
    if (labels[record * length + label] === 1) outcomes.add(label);
  }
  return {
    exposures: codesIn(cohort, visitOffsets[record], visitOffsets[record + 1], wanted),
    outcomes,
  };
};

/**
 * Codes of the first half of the visits, and of the second half; a visit in the middle belongs to the
 * first. No outcome is before its exposure, and all patients have the same chance to be exposed
 * (a landmark analysis, Anderson, Cain & Gelber 1983). Records of one visit add nothing.
 */
export const codesAndLaterCodes: Reader = (cohort, record, wanted) => {
  const visits = visitsOf(cohort, record);
  if (visits < 2) return undefined;
  const [first, end] = [cohort.visitOffsets[record], cohort.visitOffsets[record + 1]];
  const landmark = first + Math.ceil(visits / 2);
  return {
    exposures: codesIn(cohort, first, landmark, wanted),
    outcomes: codesIn(cohort, landmark, end, wanted),
  };
};

/** Exposures and outcomes of which pairs are made: most pairs of these are counted. */
const mostCandidates = 100;

/** Patients that each cell of a table must have. */
const leastCell = 5;

/** Indices whose counts are nearest to half of all, the best first. */
function mostInformative(counts: Float64Array, patients: number): number[] {
  const spread = (i: number) => counts[i] * (patients - counts[i]);
  return [...counts.keys()].filter((i) => spread(i) > 0)
    .sort((a, b) => spread(b) - spread(a)).slice(0, mostCandidates);
}

/** How many records have each exposure and each outcome, and how many are read. */
async function marginalCounts(cohort: Cohort, read: Reader, outcomes: number) {
  const exposed = new Float64Array(cohort.vocabulary.codes.length);
  const having = new Float64Array(outcomes);
  let patients = 0;
  for (let record = 0; record < cohort.recordCount; record++) {
    const own = read(cohort, record);
    if (own === undefined) continue;
    patients++;
    for (const code of own.exposures) exposed[code]++;
    for (const outcome of own.outcomes) having[outcome]++;
    if (record % 64 === 0) await breathe();
  }
  return { patients, exposed, having };
}

/** A pair with its table. */
interface Candidate extends Pair {
  readonly table: Table;
}

/** Effects of one outcome, at most, of each way of choosing. */
const mostOfOutcome = 5;

/** The first ones, at most five of each outcome. */
function varied(candidates: readonly Candidate[], count: number): Candidate[] {
  const taken = new Map<number, number>();
  const isTaken = ({ outcome }: Candidate) => {
    taken.set(outcome, (taken.get(outcome) ?? 0) + 1);
    return (taken.get(outcome) ?? 0) <= mostOfOutcome;
  };
  return candidates.filter(isTaken).slice(0, count);
}

/**
 * Half of the effects are those that are furthest from 0 for their standard errors; the others are of the
 * most informative exposures and outcomes, however large the effect is: those may be invented.
 */
function chosenOf(candidates: readonly Candidate[], most: number): Pair[] {
  const certainty = ({ table }: Candidate) => {
    const { value, error } = logOddsRatio(table);
    return Math.abs(value) / error;
  };
  const certain = varied(
    candidates.toSorted((a, b) => certainty(b) - certainty(a)),
    Math.floor(most / 2),
  );
  const others = candidates.filter((each) => !certain.includes(each));
  return [...certain, ...varied(others, most - certain.length)]
    .map(({ exposure, outcome }) => ({ exposure, outcome }));
}

/** Candidates with their tables, from the most informative exposures and outcomes to the least. */
async function candidatesOf(
  cohort: Cohort,
  read: Reader,
  outcomes: number,
): Promise<Candidate[]> {
  const { patients, exposed, having } = await marginalCounts(cohort, read, outcomes);
  const [causes, effects] = [mostInformative(exposed, patients), mostInformative(having, patients)];
  const [causeAt, effectAt] = [causes, effects].map((of) =>
    new Map(of.map((each, place) => [each, place]))
  );
  const both = new Float64Array(causes.length * effects.length);
  const wanted = codeMask(cohort, causes, read === codesAndLabels ? [] : effects);
  for (let record = 0; record < cohort.recordCount; record++) {
    const own = read(cohort, record, wanted);
    if (own === undefined) continue;
    const places = [...own.outcomes].flatMap((outcome) => effectAt.get(outcome) ?? []);
    for (const code of own.exposures) {
      const cause = causeAt.get(code);
      if (cause === undefined) continue;
      for (const place of places) both[cause * effects.length + place]++;
    }
    if (record % 64 === 0) await breathe();
  }
  return both.keys().map((i) => {
    const [cause, effect] = [Math.floor(i / effects.length), i % effects.length];
    const [exposure, outcome] = [causes[cause], effects[effect]];
    const table = tableOf(both[i], exposed[exposure], having[outcome], patients);
    return { exposure, outcome, table, rank: cause + effect };
  }).toArray().sort((a, b) => a.rank - b.rank);
}

/**
 * The pairs of different codes, or of a code and a label, of which the real records tell most: half of
 * them those that are furthest from 0 for their standard errors, half those of the most informative
 * exposures and outcomes. Each cell of their tables has at least five patients.
 *
 * @param outcomes number of labels, or of codes
 * @param most pairs
 */
export async function chosenPairs(
  cohort: Cohort,
  read: Reader,
  { outcomes, most }: { readonly outcomes: number; readonly most: number },
): Promise<Pair[]> {
  const isPossible = ({ exposure, outcome, table }: Candidate) =>
    Math.min(...Object.values(table)) >= leastCell &&
    (read === codesAndLabels || exposure !== outcome);
  return chosenOf((await candidatesOf(cohort, read, outcomes)).filter(isPossible), most);
}

/** A table from its margins. */
export function tableOf(both: number, exposed: number, having: number, patients: number): Table {
  return {
    both,
    exposed: exposed - both,
    outcome: having - both,
    neither: patients - exposed - having + both,
  };
}
