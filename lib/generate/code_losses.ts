/**
 * What each code of one record costs a model: the parts of the record's negative log-likelihood.
 *
 * @module
 */
import { checkArguments, checkCohorts } from "../arguments.ts";
import type { Cohort } from "../cohort/cohort.ts";
import { recordLists } from "../cohort/records.ts";
import { checkRoom } from "../models/room/room_check.ts";
import { firstNames } from "../printable.ts";
import { modelOf, type Run } from "../train/run_folder.ts";
import { isPredicting } from "./next_probabilities.ts";
import { type ColumnLosses, rowLosses } from "./row_losses.ts";
import { samplingOf } from "./sampling_of.ts";

/** A code, label or sign that a row has. */
export interface PresentLoss {
  /** The code, the label, or "end". */
  readonly name: string;
  /** What it means. */
  readonly description: string;
  /** In [0, 1]: given the rows before and, in models that see them, the row's earlier columns. */
  readonly probability: number;
  /** Minus its natural logarithm, in nats. */
  readonly loss: number;
}

/** What one row of a record costs: its labels, or a visit. */
export interface RowLosses {
  /** What the row has, in the order in which the model predicts it. */
  readonly present: readonly PresentLoss[];
  /** Nats of everything that the row does not have. */
  readonly absent: number;
}

/** The first and the other columns of a row, by names of two lists. */
function columnsOf(names: readonly string[], among: readonly string[], first: number): number[] {
  const columns = names.map((name) => among.indexOf(name));
  const unknown = names.filter((_, i) => columns[i] < 0);
  if (unknown.length > 0) {
    throw new RangeError(
      `Cannot give losses: the model does not know ${firstNames([...new Set(unknown)], 5)}`,
    );
  }
  return columns.map((column) => first + column).sort((a, b) => a - b);
}

/** The rows to predict: labels, then visits with codes, of which the last also ends the record. */
function rowsToPredict(run: Run, record: Cohort, end: number): number[][] {
  const { vocabulary: { codes }, labelNames } = run;
  const { labels, visits } = recordLists(record, 0);
  const labelled = record.labelNames.filter((_, label) => labels[label] === 1);
  const filled = visits.filter((visit) => visit.length > 0);
  return [
    columnsOf(labelled, labelNames, codes.length),
    ...filled.map((visit, i) => [
      ...columnsOf(visit.map((code) => record.vocabulary.codes[code]), codes, 0),
      ...(i === filled.length - 1 ? [end] : []),
    ]),
  ];
}

/** The losses of a row by the names of its columns. */
function namedLosses(
  { row, probabilities, losses }: ColumnLosses,
  named: (column: number) => Pick<PresentLoss, "name" | "description">,
): RowLosses {
  const present = row.map((column) => ({
    ...named(column),
    probability: probabilities[column],
    loss: losses[column],
  }));
  const absent = losses.filter((_, column) => !row.includes(column));
  return { present, absent: absent.reduce((sum, loss) => sum + loss, 0) };
}

/**
 * What each code of one record costs a model that writes a row for each visit: minus the logarithm of
 * the probability that it gave to the code. What is expected costs nearly nothing; a surprise costs
 * much. {@link lossMap} draws it. The sum over all rows is the record's negative log-likelihood.
 *
 * @example Visits of I10 alone, then of I10 with E11; the second is a surprise to who counts the first
 * ```ts
 * import { codeLosses, cohortOf, train, vocabulary } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const lists = [0, 0, 1].map((split) => ({ visits: [[0], [0], [0, 1]], labels: [], split }));
 * const cohort = cohortOf(vocabulary(["I10", "E11"]), [], lists);
 * const folder = await Deno.makeTempDir();
 * const run = await train(cohort, `${folder}/run`, { model: "markov" });
 * const record = cohortOf(cohort.vocabulary, [], [lists[0]]);
 * const [labels, , , third] = await codeLosses(run, record);
 * assert(labels.present.length === 0);
 * const [hypertension, diabetes] = third.present;
 * assert(diabetes.loss > hypertension.loss);
 * ```
 *
 * @param run of a model whose rows hold labels and codes only: halo, halo-coarse, lstm and markov
 * @param record one record
 * @returns one entry for the labels and one for each visit with codes
 * @throws {RangeError} If the model gives rows no probability, does not know a code or label, or the
 *   record is too long for it
 */
export async function codeLosses(run: Run, record: Cohort): Promise<RowLosses[]> {
  checkArguments("codeLosses", [run, "run"]);
  checkCohorts("codeLosses", { "second argument": record });
  if (record.recordCount !== 1) {
    throw new RangeError(
      `Cannot give losses of ${record.recordCount} records: give one, as ` +
        "subset(cohort, [index]) does",
    );
  }
  const model = modelOf(run.runConfig);
  if (!("learn" in model)) checkRoom(model, { stage: "writing" });
  const { sampling, dispose } = samplingOf(run, model);
  try {
    if (sampling.kind === "records" || sampling.codec.step !== "row") throw hasNone(model.family);
    const { specials = [], first, limit } = sampling.codec;
    const { vocabulary: { codes, descriptions }, labelNames } = run;
    const names = [...codes, ...labelNames, ...specials];
    const meanings = [...descriptions, ...labelNames, ...specials];
    const rows = rowsToPredict(
      run,
      record,
      names.length - specials.length + specials.indexOf("end"),
    );
    if (rows.length + 1 > limit) {
      throw new RangeError(
        `Cannot give losses: the record takes ${rows.length + 1} steps, and the model reads at ` +
          `most ${limit}`,
      );
    }
    const writer = sampling.begin();
    try {
      if (!isPredicting(writer)) throw hasNone(model.family);
      const named = (column: number) => ({ name: names[column], description: meanings[column] });
      return (await rowLosses(writer, first, rows)).map((row) => namedLosses(row, named));
    } finally {
      writer.dispose();
    }
  } finally {
    dispose();
  }
}

function hasNone(family: string): RangeError {
  return new RangeError(
    `Cannot give losses of "${family}": it gives no rows of codes a probability; halo, ` +
      "halo-coarse, lstm and markov do",
  );
}
