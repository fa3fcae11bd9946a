import {
  type Cohort,
  generateParts,
  notesJson,
  readMeds,
  readRules,
  readRun,
  trimmed,
  writeMeds,
} from "ehrloom";
import { backendOption, startBackend } from "./cli/backend_option.ts";
import { runCommand, say, shellPath, UsageError } from "./cli/command.ts";

await runCommand({
  name: "generate",
  summary: "Draw synthetic records from a trained run; write a cohort folder.",
  options: {
    run: { value: "RUN", help: "Run folder, as train writes it", required: true, reads: true },
    count: { value: "N", help: "Number of records", required: true },
    out: { value: "DIR", help: "Cohort folder to write", required: true },
    seed: { value: "N", help: "Names all random draws", default: "1" },
    label: {
      value: "NAME=0/1",
      help: "A label that every record shall have or lack; may repeat",
      many: true,
    },
    "labels-from": {
      value: "DIR",
      help: "Cohort whose records' labels to take, one after another",
      reads: true,
    },
    continue: {
      value: "DIR",
      help: "Cohort whose records to go on with, one after another: their labels and visits stay",
      reads: true,
    },
    visits: { value: "N", help: "Of records to go on with, give the first N visits (all)" },
    rules: {
      value: "FILE",
      help: "Clinical rules that no record may break, see deno task rules --help",
      reads: true,
    },
    shard: { value: "I/N", help: "Part I of N, such as 2/4; the parts make up the whole cohort" },
    sampler: { value: "NAME", help: "fixed-point or block-order; the records are the same" },
    batch: { value: "N", help: "Records written side by side", default: "256" },
    ...backendOption,
    force: { help: "Replace an older result at DIR" },
  },
  examples: [
    "deno task generate --run runs/halo --count 1000 --out runs/synthetic",
    "deno task generate --run runs/halo --count 200 --label diabetes=1 --out runs/diabetes",
    "deno task generate --run runs/halo --count 500 --continue runs/cohort --visits 2 --out runs/next",
    "deno task generate --run runs/halo --count 1000 --rules data/rules.json --out runs/ruled",
  ],
}, async (args, onProgress) => {
  const total = args.integer("count", { min: 1 });
  const { first, count } = shardOf(args.maybe("shard"), total);
  const from = args.maybe("labels-from");
  const labels = labelsOf(args.all("label"));
  if (from !== undefined && Object.keys(labels).length > 0) {
    throw new UsageError("--label and --labels-from exclude each other");
  }
  const given = args.maybe("continue");
  if (given !== undefined && (from !== undefined || Object.keys(labels).length > 0)) {
    throw new UsageError("--continue excludes --label and --labels-from: its records have labels");
  }
  if (given === undefined && args.maybe("visits") !== undefined) {
    throw new UsageError("--visits is of no use without --continue");
  }
  const maxVisits = args.maybe("visits") && args.integer("visits", { min: 1 });
  const seed = args.integer("seed", { min: 0 });
  const batch = args.integer("batch", { min: 1 });
  const sampler = args.choice("sampler", ["fixed-point", "block-order"]);
  await args.claim("out", async (out) => {
    await startBackend(args);
    const run = await readRun(args.path("run"));
    const labelRows = from === undefined
      ? undefined
      : repeatedLabels(await readMeds(args.path("labels-from")), run.labelNames, first, count);
    const prefixes = given === undefined
      ? undefined
      : trimmed(await readMeds(args.path("continue")), { maxVisits: maxVisits || undefined });
    const rules = args.maybe("rules") && await readRules(args.path("rules"), run);
    let cutOff = 0;
    let empty = 0;
    const ruled = { draws: 0, touched: 0 };
    async function* cohorts(): AsyncGenerator<Cohort> {
      const options = {
        count,
        first,
        seed,
        batch,
        sampler,
        labels,
        labelRows,
        prefixes,
        rules: rules || undefined,
        onProgress,
      };
      for await (const part of generateParts(run, options)) {
        cutOff += part.cutOff;
        ruled.draws += part.ruled?.draws ?? 0;
        ruled.touched += part.ruled?.touched ?? 0;
        empty += part.cohort.visitOffsets.subarray(1)
          .filter((end, record) => end === part.cohort.visitOffsets[record]).length;
        yield part.cohort;
      }
    }
    const notes = () => ({
      run: args.path("run"),
      seed,
      ...notesJson({ cutOff, ruled: rules ? ruled : undefined }),
      ...given !== undefined && {
        continues: { cohort: args.path("continue"), visits: maxVisits || "all" },
      },
      ...rules && { rules_file: args.path("rules") },
    });
    await writeMeds(out, cohorts(), {
      name: "ehrloom-synthetic",
      notes,
      force: args.has("force"),
    });
    say(`${count} records written to ${args.text("out")}`);
    if (cutOff > 0) say(`${cutOff} of them were cut off at the model's longest length`);
    if (rules) {
      const share = ruled.draws === 0 ? 0 : 100 * ruled.touched / ruled.draws;
      say(
        `Rules changed ${ruled.touched} of ${ruled.draws} draws, ${share.toFixed(2)} %`,
      );
    }
    if (empty > 0) say(`${empty} of them have no visits`);
    say(
      `Next: deno task evaluate --real COHORT --synthetic ${shellPath(args.text("out"))} ` +
        `--run ${shellPath(args.text("run"))} --out runs/report`,
    );
  });
});

/** Which records a shard holds: the whole is cut into nearly equal parts. */
function shardOf(text: string | undefined, total: number): { first: number; count: number } {
  const [, part, parts] = (text ?? "1/1").match(/^(\d+)\/(\d+)$/)?.map(Number) ?? [];
  if (!(part >= 1 && part <= parts)) {
    throw new UsageError(`--shard is ${text}, must be I/N with I between 1 and N`);
  }
  const first = Math.floor(total * (part - 1) / parts);
  const count = Math.floor(total * part / parts) - first;
  if (count === 0) throw new UsageError(`--shard ${text} of ${total} records holds none`);
  return { first, count };
}

function labelsOf(texts: readonly string[]): Record<string, 0 | 1> {
  return Object.fromEntries(texts.map((text) => {
    const [, name, value] = text.match(/^(.+)=([01])$/) ?? [];
    if (name === undefined) throw new UsageError(`--label is ${text}, must be NAME=0 or NAME=1`);
    return [name, value === "1" ? 1 : 0];
  }));
}

/** Label rows of records `first` to `first + count - 1`, beginning anew when the cohort ends. */
function repeatedLabels(
  source: Cohort,
  labelNames: readonly string[],
  first: number,
  count: number,
): Uint8Array {
  if (JSON.stringify(source.labelNames) !== JSON.stringify(labelNames)) {
    throw new RangeError(
      `Cannot take labels from a cohort with ${source.labelNames.join(", ") || "none"}: ` +
        `the model has ${labelNames.join(", ") || "none"}`,
    );
  }
  if (source.recordCount === 0) {
    throw new RangeError("Cannot take labels from a cohort without records");
  }
  const width = labelNames.length;
  const rows = new Uint8Array(count * width);
  for (let i = 0; i < count; i++) {
    const record = (first + i) % source.recordCount;
    rows.set(source.labels.subarray(record * width, (record + 1) * width), i * width);
  }
  return rows;
}
