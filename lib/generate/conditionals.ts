/**
 * What a run's model expects next: the probabilities behind the draws of generation.
 *
 * @module
 */
import pl from "nodejs-polars";
import { checkArguments, checkCohorts, checkOptions } from "../arguments.ts";
import type { Cohort } from "../cohort/cohort.ts";
import type { Frame } from "../cohort/statistics.ts";
import type { Model } from "../models/interface/model.ts";
import type { Codec, StepSampling } from "../models/interface/writing.ts";
import { checkRoom } from "../models/room/room_check.ts";
import { firstNames } from "../printable.ts";
import { modelOf, type Run } from "../train/run_folder.ts";
import { beginningsFor } from "./beginnings.ts";
import { type ConditionalsOptions, isPredicting, nextProbabilities } from "./next_probabilities.ts";
import { samplingOf } from "./sampling_of.ts";

/** The columns of what is known of the next step, ascending: codes or, without a record, labels. */
function knownColumns(
  { vocabulary: { codes }, labelNames }: Run,
  record: Cohort | null,
  partial: readonly string[],
): number[] {
  const [names, first] = record === null ? [labelNames, codes.length] : [codes, 0];
  const columns = [...new Set(partial)].map((name) => first + names.indexOf(name));
  const unknown = partial.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    const what = record === null ? "label" : "code";
    throw new RangeError(
      `Cannot give conditionals: the model does not know ${what} ${firstNames(unknown, 5)}`,
    );
  }
  return columns.sort((a, b) => a - b);
}

/** The steps of a record so far, from the first. */
function stepsOf(run: Run, sampling: StepSampling, record: Cohort | null): number[][] {
  const { codec } = sampling;
  const steps = [[...codec.first]];
  if (record === null) return steps;
  if (record.recordCount !== 1) {
    throw new RangeError(
      `Cannot give conditionals of ${record.recordCount} records: give one, as ` +
        "subset(cohort, [index]) does",
    );
  }
  const given = beginningsFor(record, run, sampling, { first: 0, count: 1 })(0).steps;
  return [...steps, ...given.map((step) => [...step])];
}

const optionNames = Object.keys(
  { draws: 0, seed: 0 } satisfies Record<keyof ConditionalsOptions, 0>,
);

function checkDraws({ family }: Model, codec: Codec, { draws = 0, seed = 1 }: ConditionalsOptions) {
  for (const [name, value] of Object.entries({ draws, seed })) {
    if (Number.isSafeInteger(value) && value >= 0) continue;
    throw new RangeError(
      `Cannot give conditionals with ${name} ${value}: must be a whole number, at least 0`,
    );
  }
  if (draws > 0 && codec.step === "token") {
    throw new RangeError(
      `Cannot average conditionals of "${family}", which writes tokens: leave out draws`,
    );
  }
}

/** One row per column: its name, what it means and its probability. */
function frameOf(
  { vocabulary: { codes, descriptions }, labelNames }: Run,
  specials: readonly string[],
  probabilities: Float64Array,
): Frame {
  const kinds = [codes.map(() => "code"), labelNames.map(() => "label")].flat();
  return pl.DataFrame([
    pl.Series("name", [...codes, ...labelNames, ...specials], pl.String),
    pl.Series("description", [...descriptions, ...labelNames, ...specials], pl.String),
    pl.Series("kind", [...kinds, ...specials.map(() => "special")], pl.String),
    pl.Series("probability", probabilities),
  ]);
}

/**
 * What a model expects next of a patient: the probabilities from which generation draws. They answer
 * "what if": change the record or what is known of the next visit, and see what changes.
 *
 * - **HALO** draws the cells of the next visit's row one after another, in the order of the
 *   vocabulary. Each cell's probability is exact, given the history and given that, of the cells
 *   before it, exactly those in `partial` are on. So with the whole visit as `partial`, the product
 *   over all cells is the visit's likelihood. What a reader usually wants is a code's probability
 *   whatever the visit's other codes: with `draws`, the probabilities are averages over that number of
 *   rows, given that the codes in `partial` are on. 500 draws are accurate to about 0.02.
 * - **HALO-Coarse, LSTM, Markov**: each cell of the next visit's row given the history. The cells are
 *   independent, so that `partial` changes nothing.
 * - **GPT, HiSGT**: the next token, given that the visit so far has the codes in `partial`. Tokens
 *   that cannot follow have probability 0; all sum to 1.
 *
 * @example Both training records have I10 alone first and then both codes, and so it is expected
 * ```ts
 * import { cohortOf, conditionals, train, vocabulary } from "ehrloom";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const lists = [0, 0, 1].map((split) => ({ visits: [[0], [0, 1]], labels: [], split }));
 * const cohort = cohortOf(vocabulary(["I10", "E11"]), [], lists);
 * const folder = await Deno.makeTempDir();
 * const run = await train(cohort, `${folder}/run`, { model: "markov", settings: { smoothing: 0.001 } });
 * const record = cohortOf(cohort.vocabulary, [], [{ visits: [[0]], labels: [] }]);
 * const next = await conditionals(run, record);
 * assertAlmostEquals(Number(next.row(1)[3]), 1, 0.01); // E11
 * ```
 *
 * @param run a trained model
 * @param record one record: its labels and visits are the history. null: the record begins, and the
 *   labels come next
 * @param partial codes (labels, where `record` is null) that the next step is known to have
 * @returns one row per cell or token: `name`, `description`, `kind` ("code", "label" or "special",
 *   such as the end) and `probability`, in [0, 1]. It has all cells, also those that no record has at
 *   this place, such as a label in a visit: generation leaves them out
 * @throws {RangeError} If the model gives single steps no probability, does not know a code, or the
 *   record is too long for it; if an option is out of range
 */
export async function conditionals(
  run: Run,
  record: Cohort | null,
  partial: readonly string[] = [],
  options: ConditionalsOptions = {},
): Promise<Frame> {
  checkArguments("conditionals", [run, "run"]);
  if (record !== null) checkCohorts("conditionals", { "second argument": record });
  checkOptions("conditionals", options, optionNames);
  const known = knownColumns(run, record, partial);
  const model = modelOf(run.runConfig);
  if (!("learn" in model)) checkRoom(model, { stage: "writing" });
  const { sampling, dispose } = samplingOf(run, model);
  try {
    if (sampling.kind === "records") throw hasNone(model);
    const writer = sampling.begin();
    try {
      const { codec } = sampling;
      if (codec.specials === undefined || !isPredicting(writer)) throw hasNone(model);
      checkDraws(model, codec, options);
      const steps = stepsOf(run, sampling, record);
      const found = await nextProbabilities(codec, writer, { steps, known }, options);
      return frameOf(run, codec.specials, found);
    } finally {
      writer.dispose();
    }
  } finally {
    dispose();
  }
}

function hasNone({ family }: Model): RangeError {
  return new RangeError(
    `Cannot give conditionals of "${family}": it gives single steps no probability, or they hold ` +
      "more than codes; halo, halo-coarse, lstm, gpt, hisgt and markov can",
  );
}
