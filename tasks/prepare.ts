import {
  type Cohort,
  labels,
  random,
  readPhenotypes,
  sourceFormats,
  splitNames,
  splitOf,
  trimmed,
  withLabels,
  withSplits,
  writeMeds,
} from "ehrloom";
import { type Arguments, type Command, runCommand, say, UsageError } from "./cli/command.ts";

const formatNames = Object.keys(sourceFormats);

const command: Command = {
  name: "prepare",
  summary: "Turn source files into a cohort folder, which train, generate and evaluate read.",
  options: {
    from: { value: "FORMAT", help: `Source format: ${formatNames.join(", ")}`, required: true },
    input: { value: "PATH", help: "The source: a folder or file", required: true, reads: true },
    out: { value: "DIR", help: "The cohort folder to write", required: true },
    tables: { value: "A,B", help: "Tables whose codes to take (all but observations)" },
    "visits-with": {
      value: "A,B",
      help: "Tables of which a visit needs a code (those taken but observations)",
    },
    "time-series": { help: "Each later time of measurement in an encounter is a visit of its own" },
    labels: {
      value: "FILE",
      help: "Phenotype definitions, JSON: label, code system, codes; rare codes give labels too",
      reads: true,
    },
    "max-visits": { value: "N", help: "Take only the first N visits of a patient (all)" },
    "min-count": { value: "N", help: "Leave out codes that fewer than N patients have (none)" },
    seed: { value: "N", help: "Splits patients by chance (4; or the source's own splits)" },
    "skip-bad-rows": { help: "Leave out malformed rows of CSV files and count them" },
    force: { help: "Replace an older result at --out" },
  },
  examples: [
    "deno task prepare --from synthea --input data-fixtures/synthea-ma-sample --out runs/cohort" +
    " --labels data-fixtures/synthea-ma-sample/phenotypes.json --visits-with conditions" +
    " --max-visits 46 --min-count 5",
    "deno task prepare --from synthea --input data-fixtures/synthea-ma-labs-sample" +
    " --out runs/measured --tables conditions,medications,observations" +
    " --visits-with observations --time-series --min-count 5",
  ],
};

function tableList(args: Arguments, option: string, known: readonly string[]) {
  const tables = args.maybe(option)?.split(",").map((table) => table.trim());
  for (const table of tables ?? []) {
    if (!known.includes(table)) {
      const choice = known.length === 0
        ? "this format has no choice"
        : `known are ${known.join(", ")}`;
      throw new UsageError(`--${option} names "${table}": ${choice}`);
    }
  }
  return tables;
}

function count(args: Arguments, option: string): number | undefined {
  return args.maybe(option) === undefined ? undefined : args.integer(option, { min: 1 });
}

function summarize(cohort: Cohort): void {
  const parts = splitNames.map((name) => `${splitOf(cohort, name).recordCount} ${name}`);
  say(`${cohort.recordCount} records (${parts.join(", ")})`);
  const values = cohort.values?.filter((value) => !Number.isNaN(value)).length;
  const measured = values === undefined ? "" : `, ${values} of them with a value`;
  say(`${cohort.visitCount} visits, ${cohort.codes.length} events${measured}`);
  say(`${cohort.vocabulary.codes.length} codes`);
  for (const [name, records, prevalence] of labels(cohort).rows()) {
    say(`label ${name}: ${records} records (${(100 * prevalence).toFixed(1)}%)`);
  }
}

await runCommand(command, async (args, onProgress) => {
  const format = sourceFormats[args.text("from")];
  if (!formatNames.includes(args.text("from"))) {
    throw new UsageError(
      `--from is "${args.text("from")}", known formats are ${formatNames.join(", ")}`,
    );
  }
  const force = args.has("force");
  const tables = tableList(args, "tables", format.tables);
  const visitTables = tableList(args, "visits-with", tables ?? format.defaultTables);
  if (args.has("time-series") && !tables?.includes("observations")) {
    throw new UsageError("--time-series needs observations among the --tables");
  }
  const maxVisits = count(args, "max-visits");
  const minCount = count(args, "min-count");
  const seed = args.maybe("seed") === undefined ? undefined : args.integer("seed", { min: 0 });
  await args.claim("out", async (out) => {
    const phenotypes = args.maybe("labels") === undefined
      ? []
      : await readPhenotypes(args.path("labels"));

    const badRows: string[] = [];
    const leftOut: string[] = [];
    const read = await format.read(args.path("input"), {
      tables,
      visitTables,
      timeSeries: args.has("time-series"),
      onBadRow: args.has("skip-bad-rows") ? (problem) => badRows.push(problem) : undefined,
      onLeftOut: (what) => leftOut.push(what),
      onProgress,
    });
    const kept = trimmed(read, { maxVisits });
    const within = maxVisits === undefined ? "" : ` within --max-visits ${maxVisits}`;
    const onUnmatched = (label: string, code: string) =>
      leftOut.push(`code ${code} of label ${label}: no record has it${within}`);
    const labelled = phenotypes.length === 0 ? kept : withLabels(kept, phenotypes, { onUnmatched });
    // behind the labels, which rare codes give too
    const frequent = trimmed(labelled, { minCount: minCount ?? (format.hasOwnVocabulary ? 0 : 1) });
    const cohort = seed === undefined && frequent.splits !== null
      ? frequent
      : withSplits(frequent, random(seed ?? 4));
    await writeMeds(out, cohort, { name: args.text("from"), force, onProgress });

    summarize(cohort);
    for (const what of leftOut) say(`left out: ${what}`);
    if (args.has("skip-bad-rows")) say(`${badRows.length} bad rows skipped`);
    for (const problem of badRows.slice(0, 3)) say(`  ${problem}`);
    say(`wrote ${args.text("out")}`);
  });
});
