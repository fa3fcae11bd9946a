/**
 * Lets a model of visits and codes learn and write measured values, times, ages, sexes and races: it sees and
 * writes records whose numbers are codes (`number_columns.ts`), and nobody else notices. With
 * `numbers=0`, the default, the model is as it is without.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { oncePerCohort } from "../../cohort/once_per_cohort.ts";
import type { GradientModel, ModelFamily, RecordLikelihood } from "../interface/model.ts";
import {
  chosen,
  type ConfigOf,
  count,
  flag,
  type ModelConfig,
  numbersOf,
} from "../interface/settings.ts";
import type { Codec, RecordSampling, StepSampling } from "../interface/writing.ts";
import { numberColumns, withNumberColumns, withNumberNames } from "./number_columns.ts";
import { binnedWaits } from "./binned_waits.ts";
import { evenDraws } from "./drawn_numbers.ts";
import { type NumberLayout, numberReaders } from "./number_reader.ts";
import { type Schema, valuesInWords } from "./record_schema.ts";
import { visitSchema, type VisitSchemaOptions } from "./visit_schema.ts";

const numberSettings = {
  numbers: count(
    0,
    "Measured values are learned in up to N bins a code; times, ages, sexes and races are learned too. 0: none of these",
    { min: 0, before: 0 },
  ),
  quantileBins: flag(false, "Bins of values have equal counts, instead of equal width", {
    before: false,
  }),
  evenDraws,
};

function schemaOf(
  cohort: Cohort,
  { numbers, quantileBins, evenDraws }: ConfigOf<typeof numberSettings>,
  how: Pick<VisitSchemaOptions, "isWithoutTimes" | "minCell" | "given">,
): Schema {
  const by = quantileBins ? "quantile" : "width";
  return visitSchema(cohort, { bins: { most: numbers, by }, evenDraws, ...how });
}

/** A cohort as the model of codes sees it. */
type Seen = (cohort: Cohort) => Cohort;

/** How steps spell records with numbers. Their columns mean other things, so it says no more of them. */
function codecWithNumbers(codec: Codec, layout: NumberLayout, seen: Seen): Codec {
  const { first, limit, labelSteps, beginning } = codec;
  const readerOf = numberReaders(layout);
  return {
    first,
    limit,
    ...labelSteps && { labelSteps },
    ...beginning && {
      beginning(cohort, record) {
        const { waits, ...told } = beginning(seen(cohort), record);
        // otherwise bins tell them
        return { ...told, ...layout.schema.waits && waits && { waits } };
      },
    },
    otherColumns: layout.schema.series.map(({ code }, i) => [code, layout.columns.values[i]]),
    reader: (draws) => readerOf(codec.reader(draws), draws),
  };
}

function samplingWithNumbers(
  sampling: StepSampling | RecordSampling,
  layout: NumberLayout,
  seen: Seen,
): StepSampling | RecordSampling {
  if (sampling.kind === "steps") {
    return { ...sampling, codec: codecWithNumbers(sampling.codec, layout, seen) };
  }
  const codec = sampling.codec && codecWithNumbers(sampling.codec, layout, seen);
  return { ...sampling, write: (randoms, labels) => sampling.write(randoms, labels, codec) };
}

/** A record's likelihood, with that of its waits from the bins of times that its model was asked for. */
function withBinnedWaits(
  { block, ...likelihood }: RecordLikelihood,
  { schema: { betweenStays: edges, timeStep: step }, columns }: NumberLayout,
  cohort: Cohort,
  record: number,
): RecordLikelihood {
  const hasTimes = step !== undefined && columns.times.count > 0;
  if (block === undefined || !hasTimes) return likelihood;
  return { ...likelihood, waits: binnedWaits(cohort, record, { edges, step, block }) };
}

/** A model of codes, told what it sees and writes in records with numbers. */
function modelWithNumbers(
  model: GradientModel,
  { config, schema }: { readonly config: GradientModel["config"]; readonly schema: Schema },
): GradientModel {
  const { codes } = numbersOf(config);
  const columns = numberColumns(codes, schema);
  const isExclusive = config.exclusiveBins === true;
  const layout = { codes, schema, columns, width: model.columns, isExclusive };
  const seen = oncePerCohort((cohort) => withNumberColumns(cohort, schema));
  const { tables, tokensOf, separateLoss, validationLoss, likelihoods, outputBiases, adversary } =
    model;
  return {
    ...model,
    config,
    schema,
    rowsOf: (cohort, record) => model.rowsOf(seen(cohort), record),
    ...tokensOf && { tokensOf: (cohort, record) => tokensOf(seen(cohort), record) },
    remarks: (cohort) => ({
      ...model.remarks?.(seen(cohort)),
      ...schema.series.length > 0 && { values: valuesInWords(schema) },
    }),
    ...tables && {
      tables: ({ vocabulary, labelNames }, ...how) =>
        tables({ vocabulary: withNumberNames(vocabulary, schema), labelNames }, ...how),
    },
    loss: (parameters, cohort, ...of) => model.loss(parameters, seen(cohort), ...of),
    ...separateLoss && {
      separateLoss: (parameters, cohort, ...of) => separateLoss(parameters, seen(cohort), ...of),
    },
    ...validationLoss && {
      validationLoss: (parameters, cohort, records) =>
        validationLoss(parameters, seen(cohort), records),
    },
    lossDivisor: (cohort, recordCount) => model.lossDivisor(seen(cohort), recordCount),
    ...likelihoods && {
      likelihoods: async (parameters, cohort, records) => {
        const found = await likelihoods(parameters, seen(cohort), records, columns.times);
        return found.map((each, i) => withBinnedWaits(each, layout, cohort, records[i]));
      },
    },
    ...outputBiases && {
      outputBiases: {
        ...outputBiases,
        tally: (parameters, cohort, ...of) => outputBiases.tally(parameters, seen(cohort), ...of),
      },
    },
    ...adversary && {
      adversary: {
        ...adversary,
        examples: (parameters, cohort) => adversary.examples(parameters, seen(cohort)),
      },
    },
    footprint: (cohort, records) => model.footprint(seen(cohort), records),
    sampling: (...of) => samplingWithNumbers(model.sampling(...of), layout, seen),
  };
}

/** A family whose models can learn and write numbers. */
export function withNumbers(family: ModelFamily<GradientModel>): ModelFamily<GradientModel> {
  const settings = { ...family.settings, ...numberSettings };
  const keepsTimes = (set: Partial<ModelConfig>) => family.keeps?.(set).includes("times") ?? false;
  return {
    ...family,
    settings,
    keeps: (set) =>
      set.numbers ? ["values", "times", "demographics", "races"] : family.keeps?.(set) ?? [],
    configFor(cohort, set, knowledge) {
      const own = chosen(numberSettings, set);
      const how = { isWithoutTimes: keepsTimes(set), minCell: 1, given: knowledge?.bins };
      const seen = own.numbers === 0
        ? cohort
        : withNumberColumns(cohort, schemaOf(cohort, own, how));
      const config = family.configFor(seen, set, knowledge);
      return { ...config, ...own, codes: cohort.vocabulary.codes.length };
    },
    schemaFor(cohort, config, { minCell = 1, bins } = {}) {
      const own = chosen(numberSettings, config);
      const ofFamily = family.schemaFor?.(cohort, config, { minCell });
      if (own.numbers === 0) return ofFamily;
      const how = { isWithoutTimes: keepsTimes(config), minCell, given: bins };
      return { ...schemaOf(cohort, own, how), ...ofFamily?.waits && { waits: ofFamily.waits } };
    },
    create(config, schema) {
      if (schema === undefined) return { ...family.create(config), config };
      const { codes } = numbersOf(config);
      const { count } = numberColumns(codes, schema);
      const model = family.create({ ...config, codes: count }, schema);
      return modelWithNumbers(model, { config, schema });
    },
  };
}
