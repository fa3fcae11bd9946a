import {
  type Cohort,
  labels,
  longRecords,
  prepare,
  type Quality,
  qualityInWords,
  readPhenotypes,
  sources,
  splitNames,
  splitOf,
  writeMeds,
} from "ehrloom";
import {
  type Arguments,
  type Command,
  freePath,
  type Result,
  runCommand,
  say,
  shellPath,
  tell,
  UsageError,
} from "./cli/command.ts";
import { columns } from "./cli/help.ts";
import { sourceGroups, sourceValues } from "./cli/source_options.ts";

const sourceNames = sources.map(({ name }) => name);

const command: Command = {
  name: "prepare",
  summary: "Turn source files into a cohort folder, the input of train, generate and evaluate.",
  options: {
    from: { value: "FORMAT", help: `Source format: ${sourceNames.join(", ")}`, required: true },
    input: { value: "PATH", help: "Source: a folder or file", required: true, reads: true },
    out: { value: "DIR", help: "Cohort folder to write", required: true },
    labels: {
      value: "FILE",
      help: "JSON file that defines labels: label, code system, codes (rare codes count too)",
      reads: true,
    },
    "label-visits": {
      value: "WHICH",
      help:
        "Visits that give labels: kept, those that stay, or all, also those beyond --max-visits",
      default: "kept",
    },
    "max-visits": {
      value: "N",
      help: "Keep only the first N visits of each patient; what is cut is said (default: all)",
    },
    "min-count": {
      value: "N",
      help: "Drop codes that fewer than N patients have; what is cut is said (default: keep all)",
    },
    seed: {
      value: "N",
      help: "Random seed of the train/validation/test split (default: the source's own split, " +
        "else 4)",
    },
    "skip-bad-rows": {
      help: "Skip malformed rows of CSV files and resources of FHIR, and count them",
    },
    force: { help: "Replace an older result at --out" },
  },
  groups: sourceGroups(sources),
  details: [
    "Source formats:",
    ...columns(sources.map(({ name, summary }) => [`  ${name}`, summary])),
  ],
  examples: [
    "deno task prepare --from synthea --input data-fixtures/synthea-ma-sample --out runs/cohort" +
    " --labels data-fixtures/synthea-ma-sample/phenotypes.json",
    "deno task prepare --from synthea --input data-fixtures/synthea-ma-labs-sample" +
    " --out runs/measured --tables conditions,medications,observations" +
    " --visits-with observations --time-series",
  ],
};

function count(args: Arguments, option: string): number | undefined {
  return args.maybe(option) === undefined ? undefined : args.integer(option, { min: 1 });
}

/** A count with separators between thousands. */
const whole = (count: number): string => count.toLocaleString("en");

/** What the cohort has, and what was cut: the task's result, on stdout. */
function summarize(cohort: Cohort, quality: Quality): void {
  const parts = splitNames.map((name) => `${whole(splitOf(cohort, name).recordCount)} ${name}`);
  tell(`${whole(cohort.recordCount)} records (${parts.join(", ")})`);
  const values = cohort.values?.filter((value) => !Number.isNaN(value)).length;
  const measured = values === undefined ? "" : `, ${whole(values)} of them with a value`;
  tell(`${whole(cohort.visitCount)} visits, ${whole(cohort.codes.length)} events${measured}`);
  const learnable = new Set(splitOf(cohort, "train").codes).size;
  tell(
    `${whole(cohort.vocabulary.codes.length)} codes, ${
      whole(learnable)
    } of them in the training records, ` +
      "which are all that a model can learn",
  );
  const before = new Map(quality.labels.map(({ label, before }) => [label, before]));
  for (const [name, records, prevalence] of labels(cohort).rows()) {
    const uncut = before.get(name) ?? records;
    tell(
      `label ${name}: ${records} records (${(100 * prevalence).toFixed(1)}%)` +
        (uncut > records ? `; ${uncut} without the cuts` : ""),
    );
  }
  qualityInWords(quality).forEach(tell);
}

/** What `--json` shows of a cohort. */
function counts(cohort: Cohort): Result {
  const isMeasured = (value: number) => !Number.isNaN(value);
  return {
    records: cohort.recordCount,
    splits: Object.fromEntries(
      splitNames.map((name) => [name, splitOf(cohort, name).recordCount]),
    ),
    visits: cohort.visitCount,
    events: cohort.codes.length,
    values: cohort.values?.filter(isMeasured).length ?? 0,
    codes: cohort.vocabulary.codes.length,
    labels: Object.fromEntries(labels(cohort).rows().map(([name, records]) => [name, records])),
  };
}

/** Says what a few very long records cost, and what --max-visits would keep. */
function adviseOnLength(cohort: Cohort): void {
  const long = longRecords(cohort);
  if (long === undefined) return;
  const { count, maxVisits, longest, kept } = long;
  const percent = Math.floor(1000 * kept) / 10; // never 100, since some are left out
  say(
    `note: ${count} of ${whole(cohort.recordCount)} records have more than ${whole(maxVisits)} ` +
      `visits (longest ${whole(longest)}) and will decide the time and memory of training; ` +
      `--max-visits ${maxVisits} keeps ${percent}% of visits`,
  );
}

await runCommand(command, async (args, onProgress) => {
  const name = args.text("from");
  const source = sources.find((one) => one.name === name);
  if (source === undefined) {
    throw new UsageError(`--from is "${name}"; known: ${sourceNames.join(", ")}`);
  }
  const force = args.has("force");
  const values = sourceValues(source, sources, args);
  const maxVisits = count(args, "max-visits");
  const labelVisits = args.choice("label-visits", ["kept", "all"]);
  const minCount = count(args, "min-count");
  const seed = args.maybe("seed") === undefined ? undefined : args.integer("seed", { min: 0 });
  return await args.claim("out", async (out) => {
    const phenotypes = args.maybe("labels") === undefined
      ? undefined
      : await readPhenotypes(args.path("labels"));

    const badRows: string[] = [];
    const leftOut: string[] = [];
    const notes: string[] = [];
    const found: Quality[] = [];
    const cohort = await prepare(name, args.path("input"), {
      values,
      phenotypes,
      labelVisits,
      maxVisits,
      minCount,
      seed,
      onBadRow: args.has("skip-bad-rows") ? (problem) => badRows.push(problem) : undefined,
      onLeftOut: (what) => leftOut.push(what),
      onNote: (what) => notes.push(what),
      onQuality: (quality) => found.push(quality),
      onProgress,
    });
    const [quality] = found;
    await writeMeds(out, cohort, { name, force, quality, onProgress });

    summarize(cohort, quality);
    for (const what of leftOut) say(`left out: ${what}`);
    for (const what of notes) say(`note: ${what}`);
    if (maxVisits === undefined) adviseOnLength(cohort);
    if (args.has("skip-bad-rows")) {
      say(`${whole(badRows.length)} bad ${badRows.length === 1 ? "row" : "rows"} skipped`);
    }
    for (const problem of badRows.slice(0, 3)) say(`  ${problem}`);
    say(`wrote ${args.text("out")}`);
    say(
      `Next: deno task train --cohort ${shellPath(args.text("out"))} --model halo ` +
        `--out ${shellPath(freePath("runs/halo"))}`,
    );
    return {
      out,
      ...counts(cohort),
      read: quality.read,
      cuts: quality.cuts,
      left_out: leftOut,
      notes,
      bad_rows: badRows.length,
    };
  });
});
