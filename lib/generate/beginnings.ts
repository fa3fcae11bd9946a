import type { Cohort } from "../cohort/cohort.ts";
import { type RecordLists, recordLists } from "../cohort/records.ts";
import type { RecordSampling, StepSampling } from "../models/interface/writing.ts";
import { firstNames } from "../printable.ts";
import type { Run } from "../train/run_folder.ts";

/** Unknown codes that an error names; it counts the others. */
const named = 5;

/** For each of the first names where it is among the second, -1 where it is not. */
function places(names: readonly string[], among: readonly string[]): Int32Array {
  const known = new Map(among.map((name, index) => [name, index]));
  return Int32Array.from(names, (name) => known.get(name) ?? -1);
}

/**
 * The beginnings of continued records, by number: the given records take turns. Codes and labels
 * are the model's indices; visits without codes are left out.
 *
 * @param first number of the first record that will be generated
 * @param count number of records that will be generated
 * @throws {RangeError} If there are none, if the model cannot continue records or does not know all
 * of their codes, if they lack one of its labels, or if one is so long that no step is left to draw
 */
export function beginningsFor(
  prefixes: Cohort,
  { vocabulary, labelNames, runConfig }: Run,
  sampling: StepSampling | RecordSampling,
  { first, count }: { readonly first: number; readonly count: number },
): (number: number) => RecordLists {
  const codec = sampling.kind === "steps" ? sampling.codec : undefined;
  const { limit = 0, labelSteps, visitSteps } = codec ?? {};
  if (labelSteps === undefined || visitSteps === undefined) {
    throw new RangeError(
      `Cannot continue records with "${runConfig.model}"; ` +
        "models that write only codes, step by step, can, such as halo and hisgt without numbers " +
        "and waits",
    );
  }
  const { recordCount } = prefixes;
  if (recordCount === 0) throw new RangeError("Cannot continue records: the cohort is empty");
  const codes = places(prefixes.vocabulary.codes, vocabulary.codes);
  const unknown = [...new Set(prefixes.codes)].filter((code) => codes[code] === -1);
  if (unknown.length > 0) {
    const names = unknown.map((code) => prefixes.vocabulary.codes[code]);
    throw new RangeError(
      `Cannot continue records: the model does not know code ${firstNames(names, named)}; ` +
        `remove ${unknown.length > 1 ? "these codes" : "this code"} from the records`,
    );
  }
  const labels = places(labelNames, prefixes.labelNames);
  const missing = labels.indexOf(-1);
  if (missing !== -1) {
    throw new RangeError(
      `Cannot continue records: they have no label "${labelNames[missing]}", ` +
        "which the model needs first",
    );
  }
  const beginning = (number: number): RecordLists => {
    const record = recordLists(prefixes, number % recordCount);
    return {
      visits: record.visits.filter(({ length }) => length > 0)
        .map((visit) => visit.map((code) => codes[code]).sort((a, b) => a - b)),
      labels: Array.from(labels, (label) => record.labels[label]),
    };
  };
  for (let number = first; number < first + Math.min(count, recordCount); number++) {
    const { visits, labels } = beginning(number);
    const steps = 1 + labelSteps(labels).length + visitSteps(visits).length;
    if (steps < limit) continue;
    throw new RangeError(
      `Cannot continue the record of subject ${prefixes.subjectIds[number % recordCount]}: ` +
        `its ${visits.length} visits take ${steps} steps, and the model writes at most ${limit}; ` +
        "keep fewer visits (--visits)",
    );
  }
  return beginning;
}
