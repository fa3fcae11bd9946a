/**
 * Do records stay right far into a long history? HALO's paper has at most 150 visits in a record, and
 * its readers ask what happens beyond fifty. The first visits of all records and the later ones are
 * judged apart, each against those of the training records, with those of held-out records as ceiling.
 *
 * `deno run -A studies/long_histories.ts --real runs/cohort --synthetic runs/a,runs/b --out long.json`
 *
 * @module
 */
import {
  type Cohort,
  cohortOf,
  evaluate,
  type FidelityFigures,
  readMeds,
  type RecordLists,
  recordLists,
  writeWhole,
} from "ehrloom";
import { backendOption, startBackend } from "../tasks/cli/backend_option.ts";
import { runCommand, say } from "../tasks/cli/command.ts";

const figures = ["unigram", "same_visit_bigram", "sequential_bigram"] as const;

/** R² of codes, of pairs within a visit and of pairs over visits. */
type Agreement = Record<typeof figures[number], number | null>;

/** How well a part of the records agrees with the same part of the training records. */
interface Part {
  readonly part: "first" | "later";
  readonly synthetic: string;
  /** Records that have such visits, and how many they have on average. */
  readonly records: number;
  readonly visits: number;
  readonly agreement: Agreement;
  readonly held_out: Agreement;
}

/** Visits `from` up to `to` of each record that has some. */
function visitsBetween(source: Cohort, from: number, to: number): Cohort {
  const lists: RecordLists[] = [];
  for (let record = 0; record < source.recordCount; record++) {
    const { visits, gapDays: _, values: __, ...rest } = recordLists(source, record);
    if (visits.length > from) lists.push({ ...rest, visits: visits.slice(from, to) });
  }
  return cohortOf(source.vocabulary, source.labelNames, lists);
}

async function partOf(
  part: Part["part"],
  real: Cohort,
  [name, synthetic]: readonly [string, Cohort],
  [from, to]: readonly [number, number],
): Promise<Part> {
  const own = visitsBetween(synthetic, from, to);
  const { fidelity } = await evaluate(visitsBetween(real, from, to), own, {
    only: figures.map((figure) => `fidelity.${figure}`),
    resamples: 0,
  });
  const of = (found: Partial<FidelityFigures> | null | undefined): Agreement => ({
    unigram: found?.unigram?.r2 ?? null,
    same_visit_bigram: found?.same_visit_bigram?.r2 ?? null,
    sequential_bigram: found?.sequential_bigram?.r2 ?? null,
  });
  return {
    part,
    synthetic: name,
    records: own.recordCount,
    visits: own.visitCount / own.recordCount,
    agreement: of(fidelity),
    held_out: of(fidelity?.ceiling),
  };
}

const inWords = (agreement: Agreement) =>
  figures.map((figure) => agreement[figure]?.toFixed(3) ?? "–").join(" ");

await runCommand({
  name: "long_histories",
  summary: "Judge the first visits of records and the later ones apart.",
  options: {
    real: { value: "DIR", help: "Cohort that the models were trained on", required: true },
    synthetic: { value: "LIST", help: "Synthetic cohorts, comma-separated", required: true },
    out: { value: "FILE", help: "JSON file to write", required: true },
    first: { value: "N", help: "Visits that count as first", default: "50" },
    ...backendOption,
  },
  examples: [
    "deno run -A studies/long_histories.ts --real runs/cohort --synthetic runs/halo,runs/gpt --out long.json",
  ],
}, async (args) => {
  const out = args.path("out");
  const first = args.integer("first", { min: 1 });
  await startBackend(args);
  const real = await readMeds(args.path("real"));
  const found: Part[] = [];
  for (const name of args.text("synthetic").split(",")) {
    const synthetic = await readMeds(name);
    for (const [part, range] of [["first", [0, first]], ["later", [first, Infinity]]] as const) {
      const judged = await partOf(part, real, [name, synthetic], range);
      found.push(judged);
      say(
        `${name}, ${part} visits: ${inWords(judged.agreement)}; ` +
          `held out ${inWords(judged.held_out)}; ` +
          `${judged.records} records with ${judged.visits.toFixed(1)} visits`,
      );
    }
  }
  await writeWhole(out, (path) => Deno.writeTextFile(path, JSON.stringify(found, null, 2) + "\n"));
  return { out };
});
