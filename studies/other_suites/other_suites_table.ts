/**
 * The table of the study in docs/results.md. Run as a program it joins what the suites wrote into a
 * folder, keeps that in `other_suites.json`, and prints the table; see `other_suites.ts`.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { alarms, figures } from "./figures.ts";
import { type Result, resultFile, resultSchema, type Row, suiteResultSchema } from "./result.ts";
import { type Candidate, candidates } from "./study_cohorts.ts";

/** What stands for a value that there is not. */
const missing = "–";

const heads = [
  "suite",
  "figure",
  "good",
  "copies",
  "same order",
  "independent",
  "other patients",
  "copies caught",
  "same order caught",
  "false alarms",
  "seconds",
];

/** The rows of one figure. */
class FigureRows {
  constructor(
    private readonly rows: readonly Row[],
    private readonly sizes: readonly number[],
  ) {}

  #find(candidate: Candidate, patients: number): Row | undefined {
    return this.rows.find((row) => row.candidate === candidate && row.patients === patients);
  }

  /** The values of a candidate, by size. */
  values(candidate: Candidate): string {
    return this.sizes.map((patients) => {
      const value = this.#find(candidate, patients)?.value;
      return typeof value === "number" ? value.toFixed(2).replace(/^-/, "−") : missing;
    }).join(" ");
  }

  /** "2 of 3" sizes, and candidates, at which an alarm is sounded, of those that have a value. */
  alarms(of: readonly Candidate[]): string {
    const outcomes = this.sizes.flatMap((patients) => {
      const other = this.#find("other_patients", patients);
      if (other === undefined) return [];
      return of.flatMap((candidate) => {
        const row = this.#find(candidate, patients);
        return row === undefined ? [] : alarms(row, other) ?? [];
      });
    });
    if (outcomes.length === 0) return missing;
    return `${outcomes.filter((alarmed) => alarmed).length} of ${outcomes.length}`;
  }

  /** Mean seconds for a candidate, by size. */
  seconds(): string {
    return this.sizes.map((patients) => {
      const all = candidates.flatMap((each) => this.#find(each, patients)?.seconds ?? []);
      if (all.length === 0) return missing;
      const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
      return mean < 10 ? mean.toFixed(1) : mean.toFixed(0);
    }).join(" ");
  }
}

/** The table as Markdown, without padding. */
export function resultTable({ rows, versions }: Result): string {
  const sizes = [...new Set(rows.map(({ patients }) => patients))].sort((a, b) => a - b);
  const lines = Object.entries(figures).flatMap(([suite, known]) =>
    Object.entries(known).map(([figure, { good }]) => {
      const own = rows.filter((row) => row.suite === suite && row.figure === figure);
      const found = new FigureRows(own, sizes);
      return [
        `${suite} ${versions[suite]}`,
        figure,
        good,
        ...candidates.map((candidate) => found.values(candidate)),
        found.alarms(["copies"]),
        found.alarms(["same_order"]),
        found.alarms(["independent", "other_patients"]),
        found.seconds(),
      ];
    })
  );
  return [heads, heads.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

const rounded = (_: string, value: unknown) =>
  typeof value === "number" ? Math.round(1e4 * value) / 1e4 : value;

/** The result as JSON with a line for each row, in four decimals. */
function resultText({ versions, rows }: Result): string {
  const lines = rows.map((row) => `    ${JSON.stringify(row, rounded)}`);
  return `{\n  "versions": ${JSON.stringify(versions)},\n  "rows": [\n${
    lines.join(",\n")
  }\n  ]\n}\n`;
}

/** Joins what the suites wrote. */
async function joined(folder: string): Promise<Result> {
  const versions: Record<string, string> = {};
  const rows: Row[] = [];
  for (const suite of Object.keys(figures)) {
    const text = await Deno.readTextFile(join(folder, `${suite}.json`));
    const found = v.parse(suiteResultSchema, JSON.parse(text.replaceAll("NaN", "null")));
    versions[suite] = found.version;
    rows.push(...found.rows);
  }
  return { versions, rows };
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) throw new Error("Name the folder that the suites wrote to");
  const text = resultText(await joined(folder));
  await Deno.writeTextFile(resultFile, text);
  const result = v.parse(resultSchema, JSON.parse(text)); // rounded once, as it is kept
  await Deno.stdout.write(new TextEncoder().encode(resultTable(result) + "\n"));
}
