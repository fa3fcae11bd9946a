/**
 * Reads `records-json`: one JSON file `{vocab: string[], labels: string[], train: R[], val: R[],
 * test: R[]}` with `R = {id, visits: int[][], labels: (0|1)[]}`, the original HALO's data set in
 * JSON. The splits are kept; the file has neither days between visits nor descriptions of codes.
 *
 * @module
 */
import { isObject, parsedJson, readText } from "../../files/input.ts";
import { messageOf } from "../../in_words.ts";
import type { Cohort } from "../cohort.ts";
import { namesProblem } from "../reserved_names.ts";
import { subjectIdOf } from "../subject_id.ts";
import { type Vocabulary, vocabulary } from "../vocabulary.ts";
import { cohortOfEvents } from "./cohort_of_events.ts";
import { EventTable } from "./event_table.ts";
import type { Source } from "./source.ts";

/** The file's names for the splits, in the order of `splitNames`. */
const splitKeys = ["train", "val", "test"] as const;

interface JsonRecord {
  id: string | number;
  visits: number[][];
  labels: number[];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 40 ? text.slice(0, 40) + "…" : text;
}

/** The record, or a sentence that says what is wrong with it. */
function checkedRecord(
  value: unknown,
  codeCount: number,
  labelCount: number,
): JsonRecord | string {
  if (!isObject(value)) return `is ${shown(value)}, must be an object {id, visits, labels}`;
  const { id, visits, labels } = value;
  if (!(typeof id === "string" && id !== "" || Number.isSafeInteger(id))) {
    return `has the id ${shown(id)}, must be a text or a whole number`;
  }
  if (!Array.isArray(visits)) {
    return `has visits ${shown(visits)}, must be a list of lists of codes`;
  }
  for (const [index, visit] of visits.entries()) {
    if (!Array.isArray(visit)) return `visit ${index} is ${shown(visit)}, must be a list of codes`;
    for (const code of visit) {
      if (!(Number.isInteger(code) && code >= 0 && code < codeCount)) {
        return `visit ${index} has code ${
          shown(code)
        }, outside the vocabulary of ${codeCount} codes`;
      }
    }
  }
  if (
    !Array.isArray(labels) || labels.length !== labelCount ||
    !labels.every((bit) => bit === 0 || bit === 1)
  ) return `has labels ${shown(labels)}, must be a list of length ${labelCount}, each 0 or 1`;
  return { id: id as string | number, visits, labels };
}

function names(path: string, root: Record<string, unknown>, key: string): string[] {
  const list = root[key];
  if (!Array.isArray(list) || !list.every((name) => typeof name === "string")) {
    throw new SyntaxError(
      `Cannot read "${path}": "${key}" is ${shown(list)}, must be a list of texts`,
    );
  }
  return list;
}

function checkedVocabulary(path: string, codes: string[], labelNames: string[]): Vocabulary {
  try {
    const known = vocabulary(codes);
    const problem = namesProblem(codes, codes, labelNames);
    if (problem !== undefined) throw new RangeError(problem);
    return known;
  } catch (error) {
    throw new SyntaxError(`Cannot read "${path}": ${messageOf(error)}`, { cause: error });
  }
}

/** Adds the records of one split. */
function addRecords(
  table: EventTable,
  list: readonly unknown[],
  { split, codeCount, path }: {
    readonly split: number;
    readonly codeCount: number;
    readonly path: string;
  },
): void {
  const { patients } = table;
  const key = splitKeys[split];
  for (const [index, value] of list.entries()) {
    const record = checkedRecord(value, codeCount, patients.labelNames.length);
    if (typeof record === "string") {
      throw new SyntaxError(`Cannot read "${path}": ${key} record ${index} ${record}`);
    }
    const subject = subjectIdOf(String(record.id));
    if (patients.find(subject) !== undefined) {
      throw new SyntaxError(
        `Cannot read "${path}": ${key} record ${index} has the id ${shown(record.id)} ` +
          "of an earlier record",
      );
    }
    const patient = patients.index(subject);
    patients.setSplit(patient, split);
    patients.setLabels(patient, record.labels);
    patients.setUndated(patient);
    for (const [time, codes] of record.visits.entries()) {
      table.visit({ patient, time }); // a microsecond apart: at the same time, in this order
      for (const code of codes) table.event({ patient, time, code });
    }
  }
}

/** The events in a `records-json` text; throws what {@link parseRecordsJson} throws. */
function recordsJsonEvents(text: string, path: string): EventTable {
  const root = parsedJson(text, path);
  if (!isObject(root)) {
    throw new SyntaxError(
      `Cannot read "${path}": it is ${shown(root)}, ` +
        "must be an object {vocab, labels, train, val, test}",
    );
  }
  const labelNames = names(path, root, "labels");
  const vocabulary = checkedVocabulary(path, names(path, root, "vocab"), labelNames);
  const table = new EventTable({ vocabulary, labelNames });
  for (const [split, key] of splitKeys.entries()) {
    const list = root[key];
    if (!Array.isArray(list)) {
      throw new SyntaxError(
        `Cannot read "${path}": "${key}" is ${shown(list)}, must be a list of records`,
      );
    }
    addRecords(table, list, { split, codeCount: vocabulary.codes.length, path });
  }
  return table;
}

/**
 * The cohort in a `records-json` text; see {@link readRecordsJson}.
 *
 * @param text the JSON
 * @param path the file's name, for error messages
 * @throws {SyntaxError} If the text is not of this format; names the split and the record
 */
export function parseRecordsJson(text: string, path: string): Cohort {
  return cohortOfEvents(recordsJsonEvents(text, path));
}

/**
 * Reads a `records-json` file: vocabulary, labels, records and their splits, unchanged.
 *
 * @param path the JSON file
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If the file is not of this format; names the split and the record
 */
export async function readRecordsJson(path: string): Promise<Cohort> {
  return parseRecordsJson(await readText(path), path);
}

/** `records-json` as a source. */
export const recordsJson: Source = {
  name: "records-json",
  summary: "one JSON file with vocabulary, labels and split records",
  options: {},
  read: async (path) => recordsJsonEvents(await readText(path), path),
};
