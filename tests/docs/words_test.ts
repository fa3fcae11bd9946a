// The documents are written in plain English, with one word for each thing.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { evaluate } from "ehrloom/evaluate/evaluate.ts";
import { comparisonHtml } from "ehrloom/plot/comparison/comparison.ts";
import { dossierHtml } from "ehrloom/plot/dossier/dossier.ts";
import { reportHtml } from "ehrloom/plot/report/report.ts";
import { parseHTML } from "linkedom";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cell, readNotebook, whole } from "../notebooks/notebook.ts";
import { tutorialNames } from "../../tasks/notebooks/working_copy.ts";
import { run, sources as dossierSources } from "../plot/dossier/fixture.ts";
import { privacyRecord } from "../evaluate/run_of.ts";
import { measuredCohort, smallComparison, smallLikelihood, smallReport } from "../plot/fixture.ts";
import { taskArguments, taskCommands } from "../tiny.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What to write, and how to find what not to write; CONTRIBUTING.md has the same list. */
const words: readonly { use: string; not: string; found: RegExp }[] = [
  {
    use: "random seed",
    not: "names the draws, names all random draws",
    found: /\bnames (all|the) (random )?(draws|resamples)\b/,
  },
  {
    use: "continue, resume",
    not: "go on, goes on, gone on",
    found: /\b(go(es|ing|ne)?|went) on\b/,
  },
  { use: "predict", not: "foresee", found: /\bforesee(s|n|ing)?\b|\bforesaw\b/ },
  { use: "comma-separated", not: "parted by commas", found: /\bparted\b/ },
  { use: "called after every step", not: "told of, hears of", found: /\b(told|hears?) of\b/ },
  { use: "instead of", not: "in place of", found: /\bin place of\b/ },
  { use: "also, the same", not: "likewise", found: /\blikewise\b/ },
  { use: "start over, again", not: "anew", found: /\banew\b/ },
  { use: "must, should, will", not: "shall", found: /\bshall\b/ },
  {
    use: "at random",
    not: "by chance (for a random split)",
    found: /\b(split|divide)(s|d)? ([\w' ]+ )?by chance\b/,
  },
  { use: "N (the first N visits)", not: "so many", found: /\bso many\b/ },
];

/** A text for readers, under the name of where it stands. */
type Prose = readonly [where: string, text: string];

/** Markdown without code, lists of words not to use, and line breaks. */
function prose(markdown: string): string {
  return markdown
    .replace(/^ *```[^]*?^ *```/gm, " ")
    .replace(/`[^`]*`/g, " ")
    .replace(/_Not: .*?_/gs, " ")
    .replace(/^\| use .*(\n\|.*)*/m, " ")
    .replace(/\s+/g, " ");
}

/** Markdown files at some paths and below. */
function documents(paths: readonly string[]): Prose[] {
  return paths.flatMap((path): Prose[] => {
    const { isDirectory } = Deno.statSync(join(root, path));
    if (!isDirectory) return [[path, prose(Deno.readTextFileSync(join(root, path)))]];
    const below = Array.from(Deno.readDirSync(join(root, path)))
      .filter(({ name, isDirectory }) => isDirectory || name.endsWith(".md"));
    return documents(below.map(({ name }) => `${path}/${name}`).sort());
  });
}

/** Cells of text of all notebooks. */
async function notebooks(): Promise<Prose[]> {
  const cells = await Promise.all(
    tutorialNames().map(async (name) => {
      const { cells } = await readNotebook(join(root, "notebooks", name));
      return cells.filter(({ cell_type }) => cell_type === "markdown")
        .map(({ id, source }: Cell): Prose => [`${name}, ${id}`, prose(whole(source))]);
    }),
  );
  return cells.flat();
}

/** What each task says with `--help`. */
async function helpTexts(): Promise<Prose[]> {
  const names = Object.entries(taskCommands)
    .filter(([name, command]) => command.endsWith(` tasks/${name}.ts`)).map(([name]) => name);
  return await Promise.all(names.map(async (name): Promise<Prose> => {
    const help = new Deno.Command(Deno.execPath(), {
      args: [...taskArguments(name), "--help"],
      cwd: root,
      env: { NO_COLOR: "1" },
    });
    const { stdout } = await help.output();
    return [`deno task ${name} --help`, new TextDecoder().decode(stdout).replace(/\s+/g, " ")];
  }));
}

/** All texts of a page that a reader can see or hear. */
function visibleText(html: string): string {
  const { document } = parseHTML(html);
  for (const hidden of document.querySelectorAll("script, style")) hidden.remove();
  const attributes = ["aria-label", "placeholder", "title", "alt"].flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)].map((element) => element.getAttribute(name))
  );
  return [document.title, document.body.textContent, ...attributes].join(" ").replace(/\s+/g, " ");
}

/** A report with all of its sections, one that has measured values, a comparison, and dossiers. */
async function pages(): Promise<Prose[]> {
  const { report, sources } = await smallReport();
  const [real, synthetic] = [measuredCohort(1), measuredCohort(2)];
  const measured = await evaluate(real, synthetic, { resamples: 5 });
  return [
    ["a report", visibleText(reportHtml({ ...report, likelihood: smallLikelihood() }, sources))],
    ["a report with values", visibleText(reportHtml(measured, { real, synthetic }))],
    ["a comparison", visibleText(comparisonHtml(await smallComparison()))],
    ["a dossier", visibleText(dossierHtml(dossierSources()))],
    [
      "a private run's dossier",
      visibleText(dossierHtml(dossierSources({ run: run({ privacy: privacyRecord }) }))),
    ],
  ];
}

/** Words that are not to be used, each with what stands about it and what to write. */
function problems(texts: readonly Prose[]): string[] {
  return texts.flatMap(([where, text]) =>
    words.flatMap(({ use, found }) =>
      Array.from(text.matchAll(new RegExp(found, "gi")), ({ index, 0: word }) => {
        const around = text.slice(Math.max(0, index - 40), index + word.length + 30);
        return `${where}: "${word}" in "… ${around} …": write ${use}`;
      })
    )
  );
}

Deno.test("a word that is not to be used is found, in any case and across lines", () => {
  const text = prose(
    "Records that\ngo\non. `shall` Likewise. _Not: anew._\n```sh\nin place of\n```\n",
  );
  assertEquals(problems([["a page", text]]).map((line) => line.match(/"(.*?)"/)?.[1]), [
    "go on",
    "Likewise",
  ]);
});

Deno.test("documents use the words of CONTRIBUTING.md", () => {
  const texts = documents([
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs",
    "data-fixtures",
  ]);
  assert(texts.length > 15, `${texts.length} documents`);
  assertEquals(problems(texts), []);
});

Deno.test("the prose of notebooks uses the words of CONTRIBUTING.md", async () => {
  const texts = await notebooks();
  assert(texts.length > 25, `${texts.length} cells`);
  assertEquals(problems(texts), []);
});

Deno.test("reports, a comparison and dossiers use the words of CONTRIBUTING.md", async () => {
  const texts = await pages();
  const seen = [
    ...["predict real records", "times between visits", "exceed sampling variation"],
    ...["legal basis", "cryptographic generator"],
  ];
  for (const [i, said] of seen.entries()) assertStringIncludes(texts[i][1], said);
  assertEquals(problems(texts), []);
});

Deno.test("help texts of tasks use the words of CONTRIBUTING.md", async () => {
  const texts = await helpTexts();
  assert(texts.length > 15, `${texts.length} help texts`);
  assertEquals(problems(texts), []);
});

Deno.test("CONTRIBUTING.md lists the words that this test looks for", () => {
  const page = Deno.readTextFileSync(join(root, "CONTRIBUTING.md"));
  const [table] = page.match(/^\| use .*(\n\|.*)*/m) ?? [""];
  const rows = table.split("\n").slice(2).map((row) =>
    row.split("|").slice(1, 3).map((cell) => cell.trim())
  );
  assertEquals(rows, words.map(({ use, not }) => [use, not]));
});
