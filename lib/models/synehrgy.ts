/**
 * SynEHRgy: a GPT over stays. Age, sex, codes, measured values in bins and the times between them
 * are all tokens of one sequence, whose grammar is enforced during generation; times are drawn evenly
 * from their bins, values as the training records' lie there.
 *
 * Karami, Atienza & Paraschiv-Ionescu 2024, "SynEHRgy: Synthesizing Mixed-Type Structured
 * Electronic Health Records using Decoder-Only Transformers". Differences from its code, in which
 * 28 of 100 sequences have no end: only valid records can be drawn (`grammar=false` draws freely),
 * from all tokens instead of the 50 most likely ones (`topK=50`); the time between stays is a
 * token; labels are those of the record and come first, so that they can be given; all bins, also
 * those of ages and times, are fitted on the training records alone (`published=true` for the
 * published layout and tables); codes are in ascending order and once per stay; no dropout. Records
 * longer than the context are learned up to the context, without an end. Its values are drawn evenly
 * from their bins (`evenDraws=true`).
 *
 * Its likelihood is that of everything that tokens tell, also times and values, and so a lower
 * bound of the probability of labels and codes of visits, which other models have. Records beyond
 * the context have none, and no record has one if tokens are not drawn by their softmax under the
 * grammar.
 *
 * `synehrgy/stays.ts` says what a stay is, `synehrgy/stay_tokens.ts` has its tokens,
 * `synehrgy/token_grammar.ts` what may follow what, and `synehrgy/record_writer.ts` how tokens
 * become a record again.
 *
 * @see docs/specs/synehrgy.md
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../cohort/cohort.ts";
import { oncePerCohort } from "../cohort/once_per_cohort.ts";
import { categoricalNll, categoricalRows, likeliestRows } from "../nn/categorical.ts";
import { gaussian, type Initials } from "../nn/initial.ts";
import { checkShapes, type NamedTensors } from "../nn/parameters.ts";
import { type Random, stream } from "../random.ts";
import { initialTransformer } from "../nn/transformer.ts";
import { sequenceRows, type TokenRows } from "./tokens/code_tokens.ts";
import { gptEmbedding, gptFootprints, gptHistories, gptLogits, gptMemory } from "./gpt.ts";
import type { GradientModel, ModelFamily } from "./interface/model.ts";
import { calibrationSettings } from "./interface/output_biases.ts";
import { chosen, type ConfigOf, count, derivedCount, flag, real } from "./interface/settings.ts";
import type { Beginning, Codec, RecordReader, StepSampling } from "./interface/writing.ts";
import { type Block, isIn } from "./numbers/blocks.ts";
import { evenDraws } from "./numbers/drawn_numbers.ts";
import type { GivenBins } from "./numbers/given_bins.ts";
import { type Schema, valuesInWords, variablesOf } from "./numbers/record_schema.ts";
import { staySchema } from "./synehrgy/stay_schema.ts";
import { softTargets } from "./synehrgy/soft_labels.ts";
import {
  endingTokens,
  labelTokens,
  type Layout,
  layoutOf,
  measurementOf,
  type SpelledRecord,
  spelledRecord,
} from "./synehrgy/stay_tokens.ts";
import { type StayRules, staysOf } from "./synehrgy/stays.ts";
import { recordWriter } from "./synehrgy/record_writer.ts";
import { drawnFrom, writer } from "./interface/writer.ts";
import { labelSettings } from "./rows/labels_in_head.ts";
import {
  type HeadInputs,
  memoryWithHeadInputs,
  withHeadInputs,
  withInitialHeadInputs,
} from "./tokens/head_inputs.ts";
import { withHead, withoutHead } from "./tokens/tied_head.ts";
import { type PositionKinds, spelledModel } from "./tokens/output_bias.ts";
import { grammar } from "./synehrgy/token_grammar.ts";
import {
  transformerConfigFor,
  transformerDerived,
  transformerSettings,
  withoutBuffers,
} from "./rows/visit_transformer.ts";
import { type RowSizes, sizesOf } from "./rows/visit_rows.ts";

/** Tokens of a record of one stay with one code, without those of labels. */
const leastContext = 12;

/** In the paper: width 384, 4 layers, 4 heads, context 1024. */
const settings = {
  ...transformerSettings,
  context: derivedCount(
    "Largest number of tokens in a record (default 1024, or less if no record is longer)",
    { min: leastContext },
  ),
  bins: count(10, "Largest number of bins of a measured code"),
  quantileBins: flag(false, "Bins with equal counts, instead of equal width (published)"),
  evenDraws,
  stayDays: real(7, "Largest gap in days between two measurement times within a stay"),
  outcomes: count(
    0,
    "The last N labels are always written, as 0 or 1; the others only if they are 1",
    { min: 0 },
  ),
  softLabels: flag(false, "Training targets are spread over neighbouring bins"),
  grammar: flag(true, "Only valid records can be generated; if false, any token may follow", {
    published: false,
  }),
  topK: count(0, "Draw each token from the K most likely ones; 0: from all", {
    min: 0,
    published: 50,
  }),
  ...labelSettings,
  ...calibrationSettings,
  published: flag(
    false,
    "Labels in every stay, fixed bins of age and time, no time between stays; if " +
      "false, labels once, bins fitted on the training records, time between stays",
    { published: true },
  ),
};

/** SynEHRgy's config. */
export type SynehrgyConfig = RowSizes & ConfigOf<typeof settings & typeof transformerDerived>;

/** Default of the context; the paper's. */
const usualContext = 1024;

/** An upper bound of the number of tokens in a cohort's longest record. */
function mostTokens({ visitOffsets, codeOffsets, recordCount }: Cohort, toStay: number): number {
  let most = 0;
  for (let record = 0; record < recordCount; record++) {
    const from = visitOffsets[record];
    const to = visitOffsets[record + 1];
    const events = codeOffsets[to] - codeOffsets[from];
    most = Math.max(most, toStay * (to - from) + events);
  }
  return most;
}

function configFor(cohort: Cohort, set: Partial<SynehrgyConfig>): SynehrgyConfig {
  const sizes = sizesOf(cohort);
  const own = chosen(settings, set);
  if (own.outcomes > sizes.labels) {
    throw new RangeError(
      `Cannot make "synehrgy" with outcomes ${own.outcomes}: there are ${sizes.labels} labels`,
    );
  }
  const least = leastContext + sizes.labels;
  const toStay = 8 + (own.published ? sizes.labels + 1 : 0);
  const longest = sizes.labels + 3 + mostTokens(cohort, toStay);
  const context = set.context ?? Math.max(least, Math.min(usualContext, longest));
  if (context < least) {
    throw new RangeError(
      `Cannot make "synehrgy" with context ${context}: a record with all labels needs ${least}`,
    );
  }
  return {
    ...sizes,
    ...own,
    ...transformerConfigFor("synehrgy", cohort, set),
    context,
    positions: context,
  };
}

function schemaFor(
  cohort: Cohort,
  config: SynehrgyConfig,
  { minCell, bins: given }: { readonly minCell?: number; readonly bins?: GivenBins | undefined } =
    {},
): Schema {
  return staySchema(cohort, {
    bins: { most: config.bins, by: config.quantileBins ? "quantile" : "width" },
    evenDraws: config.evenDraws || config.published,
    given,
    isPublished: config.published,
    stayDays: config.stayDays,
    losesTime: config.published,
    minCell,
  });
}

/**
 * Parameters to begin with: GPT-2's, whose blocks differ and whose residual branches begin smaller.
 */
function initialSynehrgy(
  config: SynehrgyConfig,
  layout: Layout,
  beside: HeadInputs,
): Initials {
  const residual = 0.02 / Math.sqrt(2 * config.layers);
  const blocks = Object.entries(initialTransformer(config)).map(([name, initial]) => [
    name,
    initial.shape.length === 1
      ? initial
      : gaussian(initial.shape, name.endsWith("c_proj.weight") ? residual : 0.02),
  ]);
  const parameters = {
    "transformer.code_embed_mat.weight": gaussian([layout.size, config.width], 0.02),
    "transformer.pos_embed_mat.weight": gaussian([config.positions, config.width], 0.02),
    ...Object.fromEntries(blocks),
  };
  return withInitialHeadInputs(parameters, layout.size, beside);
}

/** What the head sees beside histories. */
function headInputs(config: SynehrgyConfig, layout: Layout): HeadInputs {
  return {
    labels: labelsOf(config, layout),
    kinds: config.calibrate ? kindsOf(layout) : undefined,
  };
}

/**
 * Tokens of labels, if the head sees those that a record has said. In the published form each stay says
 * them.
 */
function labelsOf({ labelsInHead, published }: SynehrgyConfig, layout: Layout): Block | undefined {
  const { labels: { from, count }, outcomes } = layout;
  const all = count + outcomes.count;
  return labelsInHead && !published && all > 0 ? { from, count: all } : undefined;
}

/** Kinds of positions: after each block of tokens and each single one. */
function kindsOf(layout: Layout): PositionKinds {
  const { codes, measurements, ages, sexes, betweenRows, betweenStays, labels, outcomes } = layout;
  const blocks = [codes, measurements, ages, sexes, betweenRows, betweenStays, labels, outcomes];
  const { start, endCovariates, endLabels, endCodes, endRows, endStay } = layout;
  const singles = [start, endCovariates, endLabels, endCodes, endRows, endStay];
  const after = new Uint8Array(layout.size);
  blocks.forEach(({ from, count }, kind) => after.fill(kind, from, from + count));
  singles.forEach((token, i) => after[token] = blocks.length + i);
  return { count: blocks.length + singles.length, after };
}

/** Logits of the token after each: [records × steps, tokens]. */
function synehrgyLogits(
  config: SynehrgyConfig,
  beside: HeadInputs,
  parameters: NamedTensors,
  batch: TokenRows,
): tf.Tensor2D {
  const history = gptHistories(config, parameters, batch);
  return gptLogits(parameters, withHeadInputs(history, batch, beside));
}

/** Whether a token stands for a number's bin, and among which. */
function neighbours(schema: Schema, layout: Layout) {
  return (token: number) => {
    if (!isIn(layout.measurements, token)) return undefined;
    const [variable] = measurementOf(layout, token);
    return "categories" in schema.series[variable] ? undefined : layout.series[variable];
  };
}

function reader(
  schema: Schema,
  layout: Layout,
  config: SynehrgyConfig,
  draws: Random,
  numbers: readonly number[],
): RecordReader {
  let given = 0; // steps read of those that are given
  const told = recordWriter(schema, layout, draws);
  const rules = config.grammar ? grammar(layout, config.context, () => told.ageBin) : undefined;
  let part: RecordReader["part"] = "labels";
  return {
    get part() {
      return part;
    },
    labels: told.labels,
    visits: told.visits,
    get isOpen() {
      return told.isOpen;
    },
    get sex() {
      return told.sex;
    },
    get ageYears() {
      return told.ageYears;
    },
    get closing() {
      return rules?.closing;
    },
    forbidden: () => rules && { columns: rules.forbidden() },
    read({ 0: token }) {
      told.read(token, numbers[given]);
      rules?.read(token);
      if (++given === numbers.length) rules?.endVisit();
      if (token === layout.endRecord) part = "end";
      else if (token === layout.endLabels && part === "labels") part = "visits";
    },
    record: told.record,
  };
}

/** How a record begins that may go on within its last stay. */
function beginningOf({ tokens, numbers }: SpelledRecord, hasStay: boolean): Beginning {
  const toEnd = hasStay ? endingTokens : 1; // the end of the record alone
  return {
    steps: tokens.slice(1, -toEnd).map((token) => [token]),
    numbers: numbers.slice(1, -toEnd),
    toEnd,
  };
}

/** How tokens spell records. */
function codecOf(
  config: SynehrgyConfig,
  schema: Schema,
  layout: Layout,
  spelled: Speller,
): Codec {
  return {
    first: [layout.start],
    limit: config.context,
    ...!layout.isPublished && {
      labelSteps: (labels) => labelTokens(layout, labels).map((token) => [token]),
      beginning: (cohort, record) =>
        beginningOf(
          spelled(cohort, record),
          cohort.visitOffsets[record + 1] > cohort.visitOffsets[record],
        ),
    },
    knowsAges: layout.ages.count > 0,
    otherColumns: schema.series.map(({ code }, variable) => [code, layout.series[variable]]),
    reader: (draws = stream("readValues", 0), numbers = []) =>
      reader(schema, layout, config, draws, numbers),
  };
}

function sampling(
  config: SynehrgyConfig,
  beside: HeadInputs,
  codec: Codec,
  parameters: NamedTensors,
): StepSampling {
  const head = (history: tf.Tensor2D) => gptLogits(parameters, history);
  const draw = config.topK === 0
    ? drawnFrom(head, categoricalRows)
    : drawnFrom(head, (logits, ...given) => likeliestRows(logits, config.topK, ...given));
  return {
    kind: "steps",
    codec,
    uniforms: 1,
    begin() {
      return writer(memoryWithHeadInputs(gptMemory(config, parameters), beside), draw);
    },
    dispose() {},
  };
}

/**
 * A record's tokens with later ages as they follow from ages and times that are drawn again from
 * their bins, which while records are drawn takes no choice. Over such draws the mean of
 * log-probabilities bounds the log of their mean from below.
 */
function withAgesDrawn(codec: Codec, { ages }: Layout, tokens: readonly number[]): number[] {
  const reader = codec.reader();
  return tokens.map((token, i) => {
    if (i === 0) return token;
    const forbidden = reader.forbidden?.()?.columns;
    const isOther = isIn(ages, token) && forbidden?.[token] === 1;
    const said = isOther ? forbidden.indexOf(0, ages.from) : token;
    reader.read([said]);
    return said;
  });
}

/** Gives a record's tokens. */
type Speller = (cohort: Cohort, record: number) => SpelledRecord;

function speller(config: SynehrgyConfig, schema: Schema, layout: Layout): Speller {
  const rules: StayRules = {
    variableOf: variablesOf(schema.series, config.codes),
    stayDays: config.stayDays,
    losesTime: config.published,
  };
  return (cohort, record) => {
    const labels = cohort.labels.subarray(record * config.labels, (record + 1) * config.labels);
    return spelledRecord(schema, layout, labels, staysOf(rules, cohort, record));
  };
}

/** Negative log-likelihood of the next tokens, in nats. */
function tokenLoss(
  logits: tf.Tensor2D,
  { targets }: TokenRows,
  neighboursOf?: ReturnType<typeof neighbours>,
): tf.Scalar {
  if (neighboursOf === undefined) return categoricalNll(logits, targets);
  const soft = softTargets(targets, neighboursOf);
  return categoricalNll(logits, soft.targets, soft.weights);
}

/** SynEHRgy as `deno task train --model synehrgy` knows it. */
export const synehrgy: ModelFamily<GradientModel, SynehrgyConfig> = {
  name: "synehrgy",
  title: "SynEHRgy",
  summary: "Codes, values, times, age and sex as tokens of a grammar (Karami et al. 2024)",
  canBePrivate: true,
  settings,
  derived: transformerDerived,
  // the published form has no time between stays
  keeps: ({ published = false }) => [
    "values",
    ...published ? [] : ["times" as const],
    "demographics",
  ],
  configFor,
  schemaFor,
  create(config, schema) {
    if (schema === undefined) throw new TypeError("SynEHRgy needs the schema of its records");
    const layout = layoutOf(schema, config);
    const spelled = speller(config, schema, layout);
    const tokensOf = (cohort: Cohort, record: number) => spelled(cohort, record).tokens;
    const beside = headInputs(config, layout);
    const initial = initialSynehrgy(config, layout, beside);
    const codec = codecOf(config, schema, layout, spelled);
    const batchOf = (cohort: Cohort, records: Int32Array) =>
      sequenceRows(
        Array.from(records, (record) => tokensOf(cohort, record).slice(0, config.context)),
        1,
      );
    const countsOf = oncePerCohort((cohort) =>
      Int32Array.from(cohort.subjectIds, (_, record) => tokensOf(cohort, record).length)
    );
    const countOf = (cohort: Cohort, record: number) => countsOf(cohort)[record];
    const rowsOf: GradientModel["rowsOf"] = (cohort, record) =>
      Math.min(config.context, countOf(cohort, record)) - 1;
    const loss: GradientModel["loss"] = (parameters, cohort, records, moment) => {
      const batch = batchOf(cohort, records);
      const isSoft = config.softLabels && moment !== undefined;
      const logits = synehrgyLogits(config, beside, parameters, batch);
      return tokenLoss(logits, batch, isSoft ? neighbours(schema, layout) : undefined);
    };
    return {
      family: "synehrgy",
      config,
      schema,
      columns: layout.size,
      samplers: [],
      rowLimit: config.context - 1,
      rowsOf,
      tokensOf: countOf,
      remarks: () => ({ values: valuesInWords(schema) }),
      initial,
      fromOriginal(stateDict) {
        const parameters = withoutHead("synehrgy", withoutBuffers(stateDict), gptEmbedding);
        checkShapes("synehrgy", parameters, initial);
        return parameters;
      },
      toOriginal: (parameters) => withHead(parameters, gptEmbedding),
      loss,
      separateLoss: loss,
      lossDivisor(cohort, recordCount) {
        let tokens = 0;
        for (let record = 0; record < cohort.recordCount; record++) {
          tokens += rowsOf(cohort, record);
        }
        return recordCount * tokens / cohort.recordCount;
      },
      likelihoodIsBound: true,
      ...config.topK === 0 && config.grammar && spelledModel(
        beside.kinds,
        (parameters) => ({
          codec,
          tokensOf: (...asked) => withAgesDrawn(codec, layout, tokensOf(...asked)),
          logits: (batch) => synehrgyLogits(config, beside, parameters, batch),
        }),
      ),
      ...gptFootprints(config, layout.size, rowsOf),
      sampling: (parameters) => sampling(config, beside, codec, parameters),
    };
  },
};
