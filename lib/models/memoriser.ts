/**
 * The memoriser: a "model" that keeps its training records and copies them. Its fidelity is as high
 * as possible and it protects nobody; a measure of privacy that does not show this is of no use.
 * Days are exact to within minutes, since they are stored as float32.
 *
 * @module
 */
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { placeOfRace, raceNamesOf, shownRaces } from "../cohort/races.ts";
import { type RecordArrays, recordLists } from "../cohort/records.ts";
import { listOf, type NamedArrays } from "../nn/parameters.ts";
import type { CountedModel, ModelFamily } from "./interface/model.ts";
import type { Schema } from "./numbers/record_schema.ts";
import { columnsOf, type RowSizes, rowsOf, sizesOf } from "./rows/visit_rows.ts";

/**
 * [offsets.length - 1] How long each run is. Lengths stay exact in float32 where offsets do not.
 */
function lengths(offsets: Uint32Array): Uint32Array {
  return Uint32Array.from(offsets.subarray(1), (end, i) => end - offsets[i]);
}

/** Where runs of these lengths begin, and where the last one ends. */
function offsets(lengths: Float32Array): Uint32Array {
  const begins = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, i) => begins[i + 1] = begins[i] + length);
  return begins;
}

/** The memoriser's schema: races by name, as no other names are among its parameters. */
function schemaFor(whole: Cohort, minCell: number): Schema | undefined {
  const cohort = whole.splits === null ? whole : splitOf(whole, "train");
  const races = shownRaces([cohort.demographics?.races], minCell);
  if (races.length === 0) return undefined;
  const none = { ages: [], betweenRows: [], betweenStays: [], startDays: [] };
  return { series: [], sexes: 0, ...none, races };
}

function learn(cohort: Cohort, shown: readonly string[]): NamedArrays {
  const races = raceNamesOf(cohort.demographics?.races, cohort.recordCount)
    .map((race) => placeOfRace(shown, race));
  return {
    visit_counts: listOf(lengths(cohort.visitOffsets)),
    code_counts: listOf(lengths(cohort.codeOffsets)),
    codes: listOf(cohort.codes),
    labels: listOf(cohort.labels),
    start_days: listOf(cohort.startDays),
    gap_days: listOf(cohort.gapDays),
    values: listOf(cohort.values ?? []),
    birth_days: listOf(cohort.demographics?.birthDays ?? []),
    sexes: listOf(cohort.demographics?.sexes ?? []),
    ...shown.length > 0 && { races: listOf(races) },
  };
}

/** The training records that {@link learn} kept. */
function records(parameters: NamedArrays, names: readonly string[]): RecordArrays {
  const numbersOf = (name: string) => parameters[name].numbers;
  const hasDemographics = numbersOf("sexes").length > 0;
  return {
    recordCount: numbersOf("visit_counts").length,
    visitOffsets: offsets(numbersOf("visit_counts")),
    codeOffsets: offsets(numbersOf("code_counts")),
    codes: Uint32Array.from(numbersOf("codes")),
    labels: Uint8Array.from(numbersOf("labels")),
    startDays: Float64Array.from(numbersOf("start_days")),
    gapDays: Float64Array.from(numbersOf("gap_days")),
    values: numbersOf("values").length > 0 ? numbersOf("values") : null,
    demographics: hasDemographics
      ? {
        birthDays: Float64Array.from(numbersOf("birth_days")),
        sexes: Uint8Array.from(numbersOf("sexes")),
        ...names.length > 0 && {
          races: { names, indices: Int32Array.from(numbersOf("races")) },
        },
      }
      : null,
    splits: null,
  };
}

/** What gives the numbers of the records with given labels. */
function byLabels({ recordCount, labels }: RecordArrays): (wanted: Uint8Array) => number[] {
  const width = labels.length / recordCount;
  const groups = new Map<string, number[]>();
  for (let record = 0; record < recordCount; record++) {
    const key = labels.subarray(record * width, (record + 1) * width).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return (wanted) => groups.get(wanted.join()) ?? [];
}

/** The memoriser as `deno task train --model memoriser` knows it. */
export const memoriser: ModelFamily<CountedModel, RowSizes> = {
  name: "memoriser",
  title: "Memoriser",
  summary: "Floor: copies of training records, drawn with replacement",
  floor:
    "It copies training records: its figures are the best there can be, and it protects nobody.",
  settings: {},
  isCompared: false,
  keeps: () => ["values", "times", "demographics", "races"],
  configFor: (cohort) => sizesOf(cohort),
  schemaFor: (cohort, _, { minCell = 1 } = {}) => schemaFor(cohort, minCell),
  create: (config, schema) => ({
    family: "memoriser",
    config,
    schema,
    columns: columnsOf(config),
    samplers: [],
    rowLimit: Infinity,
    rowsOf,
    learn: (cohort) => learn(cohort, schema?.races ?? []),
    holds: "training records",
    maybeUnknown: ["start_days", "values", "birth_days"],
    shapes: {
      visit_counts: [-1],
      code_counts: [-1],
      codes: [-1],
      labels: [-1],
      start_days: [-1],
      gap_days: [-1],
      values: [-1],
      birth_days: [-1],
      sexes: [-1],
      ...schema?.races && { races: [-1] },
    },
    sampling(parameters) {
      const kept = records(parameters, schema?.races ?? []);
      const withLabels = byLabels(kept);
      return {
        kind: "records",
        knowsAges: kept.demographics?.birthDays.some((day) => !Number.isNaN(day)),
        write: (randoms, labels) =>
          Promise.resolve(randoms.map((draws, i) => {
            if (labels === undefined) return recordLists(kept, draws.integer(kept.recordCount));
            const fitting = withLabels(labels[i]);
            if (fitting.length > 0) {
              return recordLists(kept, fitting[draws.integer(fitting.length)]);
            }
            throw new RangeError(
              `Cannot generate a record with labels ${labels[i].join()}: "memoriser" copies ` +
                "training records, and none has exactly these labels",
            );
          })),
        dispose() {},
      };
    },
  }),
};
