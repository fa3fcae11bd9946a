import {
  codeChanges,
  codeGroups,
  type Cohort,
  labels,
  longRecords,
  mappingInWords,
  type OnProgress,
  prepare,
  type Quality,
  qualityInWords,
  qualityPage,
  readPhenotypes,
  sources,
  type SourceSummary,
  splitNames,
  splitOf,
  whatIsKnown,
  whichValues,
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
    out: { value: "DIR", help: "Cohort folder to write; required without --check" },
    check: {
      help: "Read everything and show what there is to say of it on one page, but write nothing",
    },
    labels: {
      value: "FILE",
      help: "JSON file that defines labels: label, code system, codes (rare codes count too)",
      reads: true,
    },
    map: {
      value: "FILE",
      help: "Map codes by a CSV file with the columns from, to and perhaps name, before all else",
      reads: true,
    },
    codes: {
      value: "CHANGE",
      help: `Map codes to another code system: ${codeChanges.join(", ")}`,
    },
    group: {
      value: "GROUPS",
      help: `Map codes to groups, after labels are given: ${codeGroups.join(", ")}`,
    },
    "label-visits": {
      value: "WHICH",
      help:
        "Visits that give labels: kept, those that stay, or all, also those beyond --max-visits",
      default: "kept",
    },
    keep: {
      value: "WHICH",
      help: `Of several values of a code in a visit, keep the ${whichValues.join(", ")}`,
      default: "last",
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
    "deno task prepare --check --from synthea --input data-fixtures/synthea-ma-sample",
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
  quality.mappings?.map(mappingInWords).forEach(tell);
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

/** What the command line asks of `prepare()`. */
function optionsOf(args: Arguments, source: SourceSummary) {
  return {
    values: sourceValues(source, sources, args),
    labelVisits: args.choice("label-visits", ["kept", "all"]),
    keep: args.choice("keep", whichValues),
    maxVisits: count(args, "max-visits"),
    minCount: count(args, "min-count"),
    seed: args.maybeInteger("seed", { min: 0 }),
    map: args.maybe("map") === undefined ? undefined : args.path("map"),
    codes: args.choice("codes", codeChanges),
    group: args.choice("group", codeGroups),
  };
}

/** What was heard while a source was read. */
interface Heard {
  readonly badRows: string[];
  readonly leftOut: string[];
  readonly notes: string[];
  readonly qualities: Quality[];
}

/** The cohort that the command line asks for, and what was heard. */
async function prepared(
  args: Arguments,
  { options, isSkipping, onProgress }: {
    readonly options: ReturnType<typeof optionsOf>;
    readonly isSkipping: boolean;
    readonly onProgress: OnProgress;
  },
): Promise<Heard & { readonly cohort: Cohort }> {
  const heard: Heard = { badRows: [], leftOut: [], notes: [], qualities: [] };
  const cohort = await prepare(args.text("from"), args.path("input"), {
    ...options,
    phenotypes: args.maybe("labels") === undefined
      ? undefined
      : await readPhenotypes(args.path("labels")),
    onBadRow: isSkipping ? (problem) => heard.badRows.push(problem) : undefined,
    onLeftOut: (what) => heard.leftOut.push(what),
    onNote: (what) => heard.notes.push(what),
    onQuality: (quality) => heard.qualities.push(quality),
    onProgress,
  });
  return { cohort, ...heard };
}

/** Shows what there is to say of a source, and ends with 1 where `prepare` would fail. */
async function check(
  args: Arguments,
  how: Omit<Parameters<typeof prepared>[1], "isSkipping">,
): Promise<Result> {
  const { qualities: [quality] } = await prepared(args, { ...how, isSkipping: true });
  const areBadRowsSkipped = args.has("skip-bad-rows");
  qualityPage(quality, { areBadRowsSkipped }).forEach(tell);
  if (quality.bad_rows > 0 && !areBadRowsSkipped) Deno.exitCode = 1;
  return { ...quality };
}

await runCommand(command, async (args, onProgress) => {
  const name = args.text("from");
  const source = sources.find((one) => one.name === name);
  if (source === undefined) {
    throw new UsageError(`--from is ${name}; ${whatIsKnown(name, sourceNames)}`);
  }
  const options = optionsOf(args, source);
  if (args.has("check")) return await check(args, { options, onProgress });
  const isSkipping = args.has("skip-bad-rows");
  return await args.claim("out", async (out) => {
    const how = { options, isSkipping, onProgress };
    const { cohort, badRows, leftOut, notes, qualities: [quality] } = await prepared(args, how);
    await writeMeds(out, cohort, { name, force: args.has("force"), quality, onProgress });

    summarize(cohort, quality);
    for (const what of leftOut) say(`left out: ${what}`);
    for (const what of notes) say(`note: ${what}`);
    if (options.maxVisits === undefined) adviseOnLength(cohort);
    if (isSkipping) {
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
      mappings: quality.mappings,
      left_out: leftOut,
      notes,
      bad_rows: badRows.length,
    };
  });
});
