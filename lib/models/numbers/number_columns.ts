/**
 * A cohort whose numbers are codes. As in HALO's paper (Theodorou, Xiao & Sun 2023), each bin of a
 * measured code is a code of its own, behind the others; so is each bin of the age, each sex and each race, which
 * stand in the first visit, and each bin of the time since the visit before, which stands in the later
 * ones. At most one bin of each quantity is on in a visit. Any model of visits and codes can learn such
 * a cohort.
 *
 * @see docs/specs/continuous.md
 * @module
 */
import { ageAtStart, type Cohort, cohort, sexNames } from "../../cohort/cohort.ts";
import { placeOfRace, raceOf } from "../../cohort/races.ts";
import { type Vocabulary, vocabulary } from "../../cohort/vocabulary.ts";
import type { Block } from "./blocks.ts";
import { binCount, binsOf, type Schema, seriesBin, variablesOf } from "./record_schema.ts";
import { binOf } from "./value_bins.ts";

/** Where the columns of numbers are, behind the codes. */
export interface NumberColumns {
  /** [variables] Bins of each measured code. */
  readonly values: readonly Block[];
  /** Bins of the age at the first visit. */
  readonly ages: Block;
  /** Sexes. */
  readonly sexes: Block;
  /** Races; a patient whose race is unknown has none of them. */
  readonly races: Block;
  /** Bins of the time since the visit before. */
  readonly times: Block;
  /** Columns of codes and numbers together. */
  readonly count: number;
}

/** Where they are behind a number of codes. */
export function numberColumns(codes: number, schema: Schema): NumberColumns {
  let next = codes;
  const block = (count: number): Block => ({ from: (next += count) - count, count });
  const values = schema.series.map((series) => block(binsOf(series)));
  const ages = block(binCount(schema.ages));
  const sexes = block(schema.sexes);
  const races = block(schema.races?.length ?? 0);
  const times = block(binCount(schema.betweenStays));
  return { values, ages, sexes, races, times, count: next };
}

/** Names for the columns of numbers, which no code of a source has. */
function namedBins(code: string, description: string, edges: readonly number[]) {
  return Array.from({ length: binCount(edges) }, (_, bin) => ({
    code: `${code}//bin ${bin}`,
    description: `${description}, ${edges[bin]} to ${edges[bin + 1]}`,
    parent: code,
  }));
}

/** Codes and columns of numbers; what is above a bin is what was measured. */
export function withNumberNames(names: Vocabulary, schema: Schema): Vocabulary {
  const more = [
    ...schema.series.flatMap((series) => {
      const [code, description] = [names.codes[series.code], names.descriptions[series.code]];
      return !("categories" in series)
        ? namedBins(code, description, series.edges)
        : series.categories.map((category, bin) => ({
          code: `${code}//bin ${bin}`,
          description: `${description}, ${category}`,
          parent: code,
        }));
    }),
    ...namedBins("EHRLOOM//age", "age in years", schema.ages),
    ...sexNames.slice(0, schema.sexes).map((sex) => ({
      code: `EHRLOOM//sex//${sex}`,
      description: `sex ${sex}`,
      parent: "EHRLOOM//sex",
    })),
    ...schema.races?.map((race) => ({
      code: `EHRLOOM//race//${race}`,
      description: `race ${race}`,
      parent: "EHRLOOM//race",
    })) ?? [],
    ...namedBins("EHRLOOM//days", "days since the visit before", schema.betweenStays),
  ];
  return vocabulary(
    [...names.codes, ...more.map(({ code }) => code)],
    [...names.descriptions, ...more.map(({ description }) => description)],
    [
      ...names.codes.map((_, code) => names.parents?.[code] ?? []),
      ...more.map(({ parent }) => [parent]),
    ],
  );
}

/** The columns of a record's first visit, or of a later one, that stand for age, sex, race or time. */
function momentColumns(
  { ages, sexes, races, times }: NumberColumns,
  schema: Schema,
  source: Cohort,
  record: number,
  visit: number,
): number[] {
  const { visitOffsets, gapDays, demographics } = source;
  if (visit > visitOffsets[record]) {
    return times.count === 0 ? [] : [times.from + binOf(schema.betweenStays, gapDays[visit])];
  }
  const age = ageAtStart(source, record);
  const race = placeOfRace(schema.races ?? [], raceOf(demographics?.races, record));
  return [
    ...ages.count === 0 || Number.isNaN(age) ? [] : [ages.from + binOf(schema.ages, age)],
    ...sexes.count === 0 || demographics === null ? [] : [sexes.from + demographics.sexes[record]],
    ...race < 0 ? [] : [races.from + race],
  ];
}

/** The same records with their numbers as codes; values, births, sexes and races are codes then. */
export function withNumberColumns(source: Cohort, schema: Schema): Cohort {
  const columns = numberColumns(source.vocabulary.codes.length, schema);
  const { visitOffsets, codeOffsets, codes, values, recordCount, visitCount } = source;
  const variableOf = variablesOf(schema.series, source.vocabulary.codes.length);
  const all = new Uint32Array(codes.length + visitCount + 2 * recordCount); // at most
  const offsets = new Uint32Array(visitCount + 1);
  let count = 0;
  for (let record = 0; record < recordCount; record++) {
    for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
      const measured: number[] = [];
      for (let event = codeOffsets[visit]; event < codeOffsets[visit + 1]; event++) {
        const variable = variableOf[codes[event]];
        const value = values?.[event] ?? NaN;
        if (variable < 0 || !Number.isFinite(value)) all[count++] = codes[event];
        else {
          const bin = seriesBin(schema.series[variable], value);
          measured.push(columns.values[variable].from + bin);
        }
      }
      for (const column of measured) all[count++] = column; // they rise as the codes do
      for (const column of momentColumns(columns, schema, source, record, visit)) {
        all[count++] = column;
      }
      offsets[visit + 1] = count;
    }
  }
  return cohort({
    ...source,
    vocabulary: withNumberNames(source.vocabulary, schema),
    codeOffsets: offsets,
    codes: all.slice(0, count),
    values: null,
    demographics: null,
  });
}
