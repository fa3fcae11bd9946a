/**
 * The cohort in memory: many records as compressed sparse rows in typed arrays
 * (record → visits → codes). 930,000 patients with 34 visits of 3.5 codes take about 1 GB.
 *
 * @module
 */
import { checkArguments, checkWord } from "../arguments.ts";
import { joined } from "./growing.ts";
import { raceNamesOf, type Races, racesOf, racesProblem } from "./races.ts";
import { namesProblem } from "./reserved_names.ts";
import { sameTexts, type Vocabulary } from "./vocabulary.ts";

/** The three disjoint parts of a cohort, in the order of their numbers in {@link Cohort.splits}. */
export const splitNames = ["train", "validation", "test"] as const;
/** Name of a part of a cohort. */
export type Split = typeof splitNames[number];

/** The sexes, in the order of their numbers in {@link Demographics.sexes}. */
export const sexNames = ["unknown", "female", "male"] as const;

/** Days in a year of age. */
export const daysPerYear = 365.25;

/** What is known of the patients that does not change. */
export interface Demographics {
  /** [records] Day of birth, in days since 1970-01-01 UTC; NaN where unknown. */
  readonly birthDays: Float64Array;
  /** [records] Index into {@link sexNames}. */
  readonly sexes: Uint8Array;
  /** Omitted where the race of nobody is known. */
  readonly races?: Races | undefined;
}

/** Age in years at a record's first visit; NaN where it is unknown. */
export function ageAtStart(
  { startDays, demographics }: Pick<Cohort, "startDays" | "demographics">,
  record: number,
): number {
  return (startDays[record] - (demographics?.birthDays[record] ?? NaN)) / daysPerYear;
}

/** The arrays of a {@link Cohort}; {@link cohort} checks them. */
export interface CohortParts {
  /** The codes that `codes` indexes. */
  readonly vocabulary: Vocabulary;
  /** [labels] Names of the phenotype labels, distinct. */
  readonly labelNames: readonly string[];
  /** [records] Identifiers, distinct; MEDS's `subject_id`. */
  readonly subjectIds: BigInt64Array;
  /** [records + 1] Record r's visits are `visitOffsets[r]` up to `visitOffsets[r + 1]`. */
  readonly visitOffsets: Uint32Array;
  /** [visits + 1] Visit v's codes are `codes[codeOffsets[v]]` up to `codes[codeOffsets[v + 1]]`. */
  readonly codeOffsets: Uint32Array;
  /** [events] Code indices, ascending and distinct within a visit. */
  readonly codes: Uint32Array;
  /** [records × labels] 1 where the record has the label, row by row. */
  readonly labels: Uint8Array;
  /** [records] Day of the first visit, in days since 1970-01-01 UTC; NaN where unknown. */
  readonly startDays: Float64Array;
  /**
   * [visits] Days since the record's previous visit, at least 0; 0 for a first visit. In float64, which
   * tells microseconds apart, so that times can be summed up again as they were.
   */
  readonly gapDays: Float64Array;
  /** [events] The value measured with a code, NaN if none; null for a cohort without values. */
  readonly values: Float32Array | null;
  /** Birth, sex and race of each record; null for a cohort without any of them. */
  readonly demographics: Demographics | null;
  /** [records] Index into {@link splitNames}; null for a cohort without splits. */
  readonly splits: Uint8Array | null;
}

/**
 * Longitudinal health records, real or synthetic. Immutable; see {@link CohortParts} for shapes.
 */
export interface Cohort extends CohortParts {
  /** Number of records (patients). */
  readonly recordCount: number;
  /** Number of visits over all records. */
  readonly visitCount: number;
}

function offsetsProblem(name: string, offsets: Uint32Array, end: number): string | undefined {
  if (offsets.length === 0 || offsets[0] !== 0) return `${name} must start with 0`;
  for (let i = 1; i < offsets.length; i++) {
    if (offsets[i] < offsets[i - 1]) return `${name} decreases at index ${i}`;
  }
  const last = offsets[offsets.length - 1];
  if (last !== end) return `${name} ends at ${last}, must end at ${end}`;
}

function problem(parts: CohortParts): string | undefined {
  const { vocabulary, labelNames, subjectIds, visitOffsets, codeOffsets, codes } = parts;
  const records = subjectIds.length;
  const visits = codeOffsets.length - 1;
  if (visitOffsets.length !== records + 1) {
    return `${records} subject ids but ${visitOffsets.length - 1} records of visits`;
  }
  const offsets = offsetsProblem("visitOffsets", visitOffsets, visits) ??
    offsetsProblem("codeOffsets", codeOffsets, codes.length);
  if (offsets !== undefined) return offsets;
  const lengths: [string, ArrayLike<number> | null, number][] = [
    ["labels", parts.labels, records * labelNames.length],
    ["startDays", parts.startDays, records],
    ["gapDays", parts.gapDays, visits],
    ["values", parts.values, codes.length],
    ["birthDays", parts.demographics?.birthDays ?? null, records],
    ["sexes", parts.demographics?.sexes ?? null, records],
    ["splits", parts.splits, records],
  ];
  for (const [name, array, wanted] of lengths) {
    if (array !== null && array.length !== wanted) {
      return `${name} has ${array.length} entries, must have ${wanted}`;
    }
  }
  const races = parts.demographics?.races && racesProblem(parts.demographics.races, records);
  if (races !== undefined) return races;
  const names = namesProblem(vocabulary.codes, vocabulary.descriptions, labelNames);
  if (names !== undefined) return names;
  if (new Set(subjectIds).size !== records) return "a subject id appears twice";
  for (let visit = 0; visit < visits; visit++) {
    for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
      if (codes[i] >= vocabulary.codes.length) {
        return `visit ${visit} has code ${
          codes[i]
        }, but the vocabulary has ${vocabulary.codes.length} codes`;
      }
      if (i > codeOffsets[visit] && codes[i] <= codes[i - 1]) {
        return `the codes of visit ${visit} are not ascending and distinct`;
      }
    }
    if (!(parts.gapDays[visit] >= 0)) {
      return `gapDays[${visit}] is ${parts.gapDays[visit]}, must be at least 0`;
    }
  }
  if (parts.labels.some((bit) => bit > 1)) return "labels must be 0 or 1";
  if (parts.splits?.some((split) => split >= splitNames.length)) {
    return "splits has an unknown split";
  }
  if (parts.demographics?.sexes.some((sex) => sex >= sexNames.length)) {
    return "sexes has an unknown sex";
  }
}

/**
 * A cohort of the given arrays, which it keeps without copying.
 *
 * @throws {RangeError} If the arrays contradict each other or break an invariant
 */
export function cohort(parts: CohortParts): Cohort {
  const found = problem(parts);
  if (found !== undefined) throw new RangeError(`Cannot make a cohort: ${found}`);
  return {
    ...parts,
    recordCount: parts.subjectIds.length,
    visitCount: parts.codeOffsets.length - 1,
  };
}

/** The visits of records. */
export type RecordVisits = Pick<
  CohortParts,
  "visitOffsets" | "codeOffsets" | "codes" | "gapDays" | "values"
>;

/** The visits of the given records, in that order. */
export function visitsOfRecords(source: RecordVisits, records: ArrayLike<number>): RecordVisits {
  const visitOffsets = new Uint32Array(records.length + 1);
  let events = 0;
  for (let i = 0; i < records.length; i++) {
    const from = source.visitOffsets[records[i]];
    const to = source.visitOffsets[records[i] + 1];
    visitOffsets[i + 1] = visitOffsets[i] + to - from;
    events += source.codeOffsets[to] - source.codeOffsets[from];
  }
  const visits = visitOffsets[records.length];
  const codeOffsets = new Uint32Array(visits + 1);
  const codes = new Uint32Array(events);
  const gapDays = new Float64Array(visits);
  const values = source.values && new Float32Array(events);
  let event = 0;
  for (let i = 0; i < records.length; i++) {
    const from = source.visitOffsets[records[i]];
    const to = source.visitOffsets[records[i] + 1];
    const firstEvent = source.codeOffsets[from];
    const lastEvent = source.codeOffsets[to];
    gapDays.set(source.gapDays.subarray(from, to), visitOffsets[i]);
    codes.set(source.codes.subarray(firstEvent, lastEvent), event);
    if (values !== null && source.values !== null) {
      values.set(source.values.subarray(firstEvent, lastEvent), event);
    }
    const shift = event - firstEvent;
    for (let visit = from; visit < to; visit++) {
      codeOffsets[visitOffsets[i] + visit - from + 1] = source.codeOffsets[visit + 1] + shift;
    }
    event += lastEvent - firstEvent;
  }
  return { visitOffsets, codeOffsets, codes, gapDays, values };
}

/** Everything about the given records except their visits. */
function factsOfRecords(
  { labels, labelNames, subjectIds, startDays, splits, demographics }: Cohort,
  records: ArrayLike<number>,
): Pick<CohortParts, "labels" | "subjectIds" | "startDays" | "splits" | "demographics"> {
  const count = labelNames.length;
  const taken = new Uint8Array(records.length * count);
  for (let i = 0; i < records.length; i++) {
    taken.set(labels.subarray(records[i] * count, (records[i] + 1) * count), i * count);
  }
  return {
    labels: taken,
    subjectIds: BigInt64Array.from(records, (record) => subjectIds[record]),
    startDays: Float64Array.from(records, (record) => startDays[record]),
    splits: splits && Uint8Array.from(records, (record) => splits[record]),
    demographics: demographics && {
      birthDays: Float64Array.from(records, (record) => demographics.birthDays[record]),
      sexes: Uint8Array.from(records, (record) => demographics.sexes[record]),
      ...demographics.races && {
        races: {
          names: demographics.races.names,
          indices: Int32Array.from(records, (record) => demographics.races?.indices[record] ?? -1),
        },
      },
    },
  };
}

/**
 * The records at the given indices, in that order; each index at most once.
 *
 * @throws {RangeError} If an index is out of range or given twice
 */
export function subset(source: Cohort, recordIndices: ArrayLike<number>): Cohort {
  checkArguments("subset", [source, "cohort"]);
  for (let i = 0; i < recordIndices.length; i++) {
    const record = recordIndices[i];
    if (!(record >= 0 && record < source.recordCount)) {
      throw new RangeError(
        `Cannot take record ${record}: the cohort has ${source.recordCount} records`,
      );
    }
  }
  return cohort({
    vocabulary: source.vocabulary,
    labelNames: source.labelNames,
    ...visitsOfRecords(source, recordIndices),
    ...factsOfRecords(source, recordIndices),
  });
}

/**
 * Copies of records, each as a patient of its own: subject ids are 1, 2, 3, …
 *
 * @param recordIndices of any number and order; a record may be copied several times
 * @internal
 */
export function copiesOf(source: Cohort, recordIndices: ArrayLike<number>): Cohort {
  return cohort({
    vocabulary: source.vocabulary,
    labelNames: source.labelNames,
    ...visitsOfRecords(source, recordIndices),
    ...factsOfRecords(source, recordIndices),
    subjectIds: BigInt64Array.from({ length: recordIndices.length }, (_, i) => BigInt(i + 1)),
    splits: null,
  });
}

/** Number of records of one split; 0 if the cohort has no splits. */
export function splitSize({ splits }: Cohort, split: Split): number {
  const wanted = splitNames.indexOf(split);
  return splits?.reduce((sum, each) => sum + Number(each === wanted), 0) ?? 0;
}

/**
 * The records of one split.
 *
 * @throws {RangeError} If the cohort has no splits
 */
export function splitOf(source: Cohort, split: Split): Cohort {
  checkArguments("splitOf", [source, "cohort"]);
  checkWord("splitOf", "split", split, splitNames);
  const { splits } = source;
  if (splits === null) {
    throw new RangeError(`Cannot take the ${split} split: the cohort has no splits`);
  }
  const wanted = splitNames.indexOf(split);
  const indices: number[] = [];
  for (let record = 0; record < splits.length; record++) {
    if (splits[record] === wanted) indices.push(record);
  }
  return subset(source, indices);
}

/** Offsets one after the other, each part's counted on from where the last one ended. */
function joinedOffsets(parts: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(1 + parts.reduce((sum, part) => sum + part.length - 1, 0));
  let at = 0;
  for (const part of parts) {
    const from = whole[at];
    for (let i = 1; i < part.length; i++) whole[++at] = from + part[i];
  }
  return whole;
}

/**
 * Several cohorts, one after the other, as one cohort. If only some have measured values, the others
 * have none at any code.
 *
 * @param parts with the same vocabulary and labels, and distinct subjects
 * @throws {RangeError} If there is none, or they do not fit together
 */
export function concatenated(parts: readonly Cohort[]): Cohort {
  if (parts.length === 0) throw new RangeError("Cannot join cohorts: none is given");
  const [{ vocabulary, labelNames, splits, demographics }] = parts;
  const isFitting = parts.every((part) =>
    (part.vocabulary === vocabulary ||
      sameTexts(part.vocabulary.codes, vocabulary.codes)) &&
    sameTexts(part.labelNames, labelNames) &&
    (part.splits === null) === (splits === null) &&
    (part.demographics === null) === (demographics === null)
  );
  if (!isFitting) {
    throw new RangeError(
      "Cannot join cohorts: they differ in codes or labels, or only some have splits or demographics",
    );
  }
  const known = parts.flatMap((part) => part.demographics ?? []);
  const races = racesOf(
    parts.flatMap((part) => raceNamesOf(part.demographics?.races, part.recordCount)),
  );
  return cohort({
    vocabulary,
    labelNames,
    subjectIds: joined(parts.map((part) => part.subjectIds), (n) => new BigInt64Array(n)),
    visitOffsets: joinedOffsets(parts.map((part) => part.visitOffsets)),
    codeOffsets: joinedOffsets(parts.map((part) => part.codeOffsets)),
    codes: joined(parts.map((part) => part.codes), (n) => new Uint32Array(n)),
    labels: joined(parts.map((part) => part.labels), (n) => new Uint8Array(n)),
    startDays: joined(parts.map((part) => part.startDays), (n) => new Float64Array(n)),
    gapDays: joined(parts.map((part) => part.gapDays), (n) => new Float64Array(n)),
    values: parts.some(({ values }) => values !== null)
      ? joined(
        parts.map(({ values, codes }) => values ?? new Float32Array(codes.length).fill(NaN)),
        (n) => new Float32Array(n),
      )
      : null,
    demographics: demographics && {
      birthDays: joined(known.map(({ birthDays }) => birthDays), (n) => new Float64Array(n)),
      sexes: joined(known.map(({ sexes }) => sexes), (n) => new Uint8Array(n)),
      ...races && { races },
    },
    splits: splits && joined(parts.flatMap((part) => part.splits ?? []), (n) => new Uint8Array(n)),
  });
}
