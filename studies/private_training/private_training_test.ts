import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { writeMeds } from "ehrloom";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tinyCohort } from "../../tests/tiny.ts";
import { costCurve } from "./cost_curve.ts";
import { comparedFigures, resultTable, settingsTable, tables } from "./private_training_table.ts";
import {
  type FigureName,
  figureNames,
  readResult,
  resultsFolder,
  type Row,
  settingsFolder,
} from "./result.ts";

const none = Object.fromEntries(Object.keys(figureNames).map((name) => [name, null])) as Record<
  FigureName,
  null
>;

const row = (records: Row["records"], epsilon: number | null, codes: number): Row => ({
  cohort: "mine",
  patients: 1684,
  records,
  epsilon,
  noise: epsilon === null ? null : 1.5,
  figures: { ...none, codes: { value: codes, low: codes - 0.1, high: codes + 0.1 } },
  identical: 0,
});
const rows = [row("held out", null, 0.99), row("plain", null, 0.9), row("private", 8, 0.5)];

Deno.test("resultTable() goes from the floor over rising epsilons to held-out records", () => {
  const table = resultTable([...rows, row("private", 16, 0.7), row("independent", null, -0.25)], [
    "codes",
  ]);
  assertEquals(table.split("\n"), [
    "| records | R² codes |",
    "| --- | --- |",
    "| independent | −0.250 (−0.350 to −0.150) |",
    "| ε 8 | 0.500 (0.400 to 0.600) |",
    "| ε 16 | 0.700 (0.600 to 0.800) |",
    "| ε ∞ (plain) | 0.900 (0.800 to 1.000) |",
    "| held out | 0.990 (0.890 to 1.090) |",
  ]);
});

Deno.test("costCurve() has a point for each run, the plain one at ∞, and names cohorts", () => {
  const svg = costCurve([...rows, { ...row("plain", null, 0.8), cohort: "theirs", patients: 20 }]);
  const text = svg.outerHTML;
  assertEquals(text.match(/<circle/g)?.length, 3);
  assertEquals(costCurve(rows.toReversed()).outerHTML, costCurve(rows).outerHTML);
  assert(text.includes("mine, 1,684 patients") && text.includes("theirs, 20 patients"));
});

/** Markdown without the padding of its tables. */
function unpadded(text: string): string {
  const cells = (line: string) =>
    line.split("|").map((cell) => cell.trim().replace(/^-+$/, "---")).join("|");
  return text.split("\n").map(cells).join("\n");
}

/** docs/results.md, unpadded. */
async function resultsPage(): Promise<string> {
  return unpadded(await Deno.readTextFile(new URL("../../docs/results.md", import.meta.url)));
}

Deno.test("the tables in docs/results.md are those of the results that are kept", async () => {
  const written = await resultsPage();
  const kept = await Array.fromAsync(Deno.readDir(resultsFolder));
  assertGreater(kept.length, 0);
  for (const { name } of kept) {
    const result = await readResult(join(resultsFolder, name));
    for (const figures of tables) {
      const wanted = unpadded(resultTable(result?.rows ?? [], figures));
      assert(written.includes(wanted), `${name} is there as another table:\n${wanted}`);
    }
  }
});

Deno.test("docs/results.md compares the settings of Synthea as the results that are kept do", async () => {
  const written = await resultsPage();
  const paths = [
    join(settingsFolder, "synthea-rate-0.01.json"),
    join(settingsFolder, "synthea-last-weights.json"),
    join(resultsFolder, "synthea.json"),
  ];
  const results = await Promise.all(paths.map(readResult));
  const found = results.filter((result) => result !== undefined);
  assertEquals(found.length, 3);
  for (const figure of comparedFigures) {
    const wanted = unpadded(settingsTable(found, figure));
    assert(written.includes(wanted), `they are there as another table:\n${wanted}`);
  }
});

Deno.test("settingsTable() heads each result by what was not the same for all", () => {
  const result = (rate: string, rows: Row[]) => ({ training: `HALO, rate ${rate}, seed 1`, rows });
  const table = settingsTable([
    result("0.1", [row("independent", null, 1), ...rows]),
    result("0.2, averaged", [row("private", 2, 0.25)]),
  ], "codes");
  assertEquals(table.split("\n"), [
    "| R² codes | ε 2 | ε 8 | ε ∞ (plain) |",
    "| --- | --- | --- | --- |",
    "| rate 0.1 | – | 0.500 (0.400 to 0.600) | 0.900 (0.800 to 1.000) |",
    "| rate 0.2, averaged | 0.250 (0.150 to 0.350) | – | – |",
  ]);
});

Deno.test("the study judges each epsilon once, and stays within it", async () => {
  const folder = await Deno.makeTempDir();
  await writeMeds(`${folder}/cohort`, tinyCohort(160));
  const study = async (epsilons: string, epochs = "2") => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        fileURLToPath(new URL("private_training.ts", import.meta.url)),
        ...["--cohort", `${folder}/cohort`, "--runs", `${folder}/runs`],
        ...["--out", `${folder}/result.json`, "--epsilons", epsilons, "--epochs", epochs],
        ...["--batch", "20", "--resamples", "10", "--set", "width=8,layers=1,heads=2"],
        ...["--backend", "wasm"],
      ],
    }).output();
    return { code, text: new TextDecoder().decode(stderr) };
  };
  const first = await study("4");
  assertEquals(first.code, 0, first.text);
  const before = await readResult(`${folder}/result.json`);
  assertEquals(before?.rows.map(({ records }) => records), ["independent", "held out", "private"]);
  const second = await study("4,infinity");
  assertEquals(second.code, 0, second.text);
  const { rows = [] } = await readResult(`${folder}/result.json`) ?? {};
  assertEquals(rows.slice(0, 3), before?.rows, "what is known is not computed again");
  assertEquals(rows.map(({ epsilon }) => epsilon), [null, null, 4, null]);
  assertGreater(rows[2].noise ?? 0, 0);
  const loss = ({ figures }: Row) => figures.test_loss?.value ?? NaN;
  assertLess(loss(rows[3]), loss(rows[2]), "noise costs");
  const other = await study("4", "3");
  assert(other.code !== 0 && other.text.includes("was trained otherwise: HALO"), other.text);
});
