/** The tutorials as their readers meet them: run by Jupyter, on the Deno kernel. */
import { assert, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { chromium as playwright } from "playwright-core";
import {
  type JupyterEnvironment,
  notebooksFolder,
  runNotebook,
} from "../../tasks/notebooks/jupyter.ts";
import { both, chromium, testWith } from "../wants.ts";
import { codeCells, jupyter, type Notebook, readNotebook, shown, whole } from "./notebook.ts";

const names = Array.from(Deno.readDirSync(notebooksFolder), ({ name }) => name)
  .filter((name) => name.endsWith(".ipynb")).sort();

const environment = await jupyter();

/** A notebook with the outputs that a fresh kernel gives. */
async function run(environment: JupyterEnvironment, path: string): Promise<Notebook> {
  const into = await Deno.makeTempFile({ suffix: ".ipynb" });
  try {
    await runNotebook(environment, path, into);
    return await readNotebook(into);
  } finally {
    await Deno.remove(into);
  }
}

/** A file beside the notebooks, where bare imports resolve, for as long as `use` takes. */
async function withFile<T>(
  suffix: string,
  text: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = await Deno.makeTempFile({ dir: notebooksFolder, prefix: "test.partial-", suffix });
  try {
    await Deno.writeTextFile(path, text);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

for (const name of names) {
  const path = join(notebooksFolder, name);

  Deno.test(`the cells of ${name} type-check together and import only ehrloom`, async () => {
    const code = codeCells(await readNotebook(path)).map(({ source }) => whole(source)).join("\n");
    const imported = Array.from(
      code.matchAll(/\bfrom\s+"([^"]*)"|\bimport\(/g),
      ([, from]) => from,
    );
    assertEquals([...new Set(imported)], ["ehrloom"]);
    const { success, stderr } = await withFile(
      ".ts",
      code,
      (file) => new Deno.Command(Deno.execPath(), { args: ["check", file] }).output(),
    );
    assert(success, new TextDecoder().decode(stderr));
  });

  Deno.test(`the cells of ${name} are formatted`, async () => {
    // cell by cell, since `deno fmt --check` of Deno 2.9.6 calls every notebook unformatted
    const problems: string[] = [];
    for (const { id, source } of codeCells(await readNotebook(path))) {
      const fmt = new Deno.Command(Deno.execPath(), {
        args: ["fmt", "--ext", "ts", "-"],
        cwd: join(notebooksFolder, ".."),
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      await new Blob([whole(source)]).stream().pipeTo(fmt.stdin);
      const formatted = new TextDecoder().decode((await fmt.output()).stdout).trimEnd();
      if (formatted !== whole(source)) problems.push(`${id} should be:\n${formatted}`);
    }
    assertEquals(problems, []);
  });

  Deno.test(`${name} is stored with its outputs, in less than 1 MB`, async () => {
    assertLess((await Deno.stat(path)).size, 1e6);
    const [imports, ...others] = codeCells(await readNotebook(path));
    assertEquals(imports.outputs, []);
    assertEquals(others.filter(({ outputs }) => outputs?.length !== 1).map(({ id }) => id), []);
  });
}

testWith(
  environment,
  "01-first-cohort.ipynb runs from top to bottom and shows what its text says",
  async (environment, t) => {
    const notebook = await run(environment, join(notebooksFolder, "01-first-cohort.ipynb"));
    const figures = codeCells(notebook).flatMap(({ outputs = [] }) => outputs);

    await t.step("no cell fails, each but the imports shows one table or figure", () => {
      assertEquals(figures.filter(({ output_type }) => output_type !== "execute_result"), []);
      assertEquals(figures.length, codeCells(notebook).length - 1);
    });

    await t.step("tables have rows of the cohort", () => {
      const html = shown(notebook, "summary", "text/html");
      assertStringIncludes(html, "<table>");
      assertEquals(html.match(/<tr>/g)?.length, 1 + 4); // the whole, and each split
      assertStringIncludes(shown(notebook, "events", "text/html"), "SNOMED-CT//");
    });

    await t.step("codes are about as frequent as among the real", () => {
      const svg = shown(notebook, "unigram", "image/svg+xml");
      const r2 = Number(svg.match(/R² = ([\d.]+)/)?.[1]);
      // 0.98 when written; giving each code the mean frequency makes 0
      assertGreater(r2, 0.93);
      assertEquals(svg.match(/<circle/g)?.length, 252);
    });

    await t.step("pairs lie between floor and ceiling, as the text says", () => {
      const svg = shown(notebook, "overview", "image/svg+xml");
      for (const kind of ["Pairs within a visit", "Pairs over consecutive visits"]) {
        const [synthetic, ceiling, floor] = Array.from(
          svg.match(new RegExp(`${kind}: synthetic (.*?), ceiling (.*?), floor (.*?)\\.(?!\\d)`))
            ?.slice(1) ?? [],
          Number,
        );
        assertGreater(synthetic, floor);
        assertLess(synthetic, ceiling);
      }
    });

    await t.step("validation loss is lowest ten epochs before training stops", () => {
      const svg = shown(notebook, "train", "image/svg+xml");
      assertStringIncludes(svg, "Validation");
      const [epochs, loss, best] =
        svg.match(/(\d+) epochs; the lowest validation loss, ([\d.]+), is at epoch (\d+)/)
          ?.slice(1).map(Number) ?? [];
      assertLess(loss, 8); // 6.1 when written
      assertLess(epochs, 30);
      assertEquals(epochs - best, 10);
    });

    await t.step("records are too long, visits of pregnancies too rare", () => {
      const [real, synthetic] = shown(notebook, "lengths", "image/svg+xml")
        .match(/Real: mean ([\d.]+?)\. Synthetic: mean ([\d.]+?)\./)?.slice(1).map(Number) ?? [];
      assertGreater(synthetic, real + 2); // 43.4 and 37.8 when written
      const rows = shown(notebook, "missed", "text/plain").split("\n").slice(1);
      assert(rows.every((row) => Number(row.split("\t")[3]) < 0));
      assertGreater(rows.filter((row) => /fetal|Rubella|Urine protein/.test(row)).length, 2);
    });
  },
);

testWith(
  environment,
  "02-compare-models.ipynb runs from top to bottom and shows what its text says",
  async (environment, t) => {
    const notebook = await run(environment, join(notebooksFolder, "02-compare-models.ipynb"));
    const outputs = codeCells(notebook).flatMap(({ outputs = [] }) => outputs);
    /** Rows of a cell's table, as texts by model. */
    const rows = (id: string) =>
      new Map(
        shown(notebook, id, "text/plain").split("\n").slice(1)
          .map((line) => line.split("\t")).map(([model, ...texts]) => [model, texts]),
      );
    const models = ["halo", "lstm", "markov", "independent"];

    await t.step("no cell fails, each but the imports shows one table or figure", () => {
      assertEquals(outputs.filter(({ output_type }) => output_type !== "execute_result"), []);
      assertEquals(outputs.length, codeCells(notebook).length - 1);
    });

    await t.step("HALO predicts best, the LSTM a little better than the Markov chain", () => {
      const loss = rows("loss");
      assertEquals([...loss.keys()], models);
      const [halo, lstm, markov] = models.map((model) => loss.get(model)?.map(Number) ?? []);
      assertLess(halo[0], 8); // 6.20 when written, the others 14.6 and 16.9
      assertLess(lstm[2], markov[1], "the LSTM's interval is below the chain's");
      assertLess(2 * halo[2], lstm[1]);
      assertEquals(loss.get("independent"), ["", "", ""]);
    });

    await t.step("pairs within a visit tell models apart, codes do not", () => {
      const described = shown(notebook, "overview", "image/svg+xml");
      const r2 = (kind: string) =>
        models.map((model) =>
          Number(described.match(new RegExp(`${kind}: ceiling[^:]*? ${model} (-?[\\d.]+\\d)`))?.[1])
        );
      assert(r2("Codes").every((each) => each > 0.9)); // 0.93 to 1.00 when written
      const [halo, ...others] = r2("Pairs within a visit");
      assertGreater(halo, 0.85); // 0.97 when written
      assert(others.every((each) => each < 0.65), `${others}`); // 0.29 to 0.53 when written
      const [ahead, ...behind] = r2("Pairs over consecutive visits");
      assertLess(ahead, 0.97); // 0.95 when written, the others 0.76 to 0.89
      assert(behind.every((each) => each < ahead), `${behind}`);
    });

    await t.step("scatters have a panel a model", () => {
      for (const id of ["pairs", "sequences"]) {
        const svg = shown(notebook, id, "image/svg+xml");
        assertEquals(svg.match(/>R² [−\d.]+</g)?.length, models.length);
        assertGreater(svg.match(/<circle/g)?.length ?? 0, 1000);
      }
    });

    await t.step("HALO's records are too long, the others' too short", () => {
      const visits = (model: string) => Number(rows("lengths").get(model)?.[0]);
      assertGreater(visits("halo"), visits("independent"));
      assertLess(visits("lstm"), visits("independent"));
      assertLess(visits("markov"), 0.7 * visits("independent")); // 20.9 and 37.8 when written
    });

    await t.step("differences have a row a model and figure that both have", () => {
      const lines = shown(notebook, "differences", "text/plain").split("\n");
      assertEquals(lines.length, 1 + 4 + 4 + 3);
      assertStringIncludes(lines[1], "lstm\thalo\tnll_per_visit");
    });
  },
);

const plainText = "markup in a code's description is plain text in a notebook's cell, in Chromium";
testWith(both(environment, chromium), plainText, async ([environment, executablePath]) => {
  const markup = `<b>bold</b><script>globalThis.broken = 1</script><img src="" onerror="broken=1">`;
  const cells = {
    imports: `import { codes, cohortOf, labelPrevalenceFigure, table, vocabulary } from "ehrloom";
      const markup = ${JSON.stringify(markup)};
      const half = { value: 0.5, low: 0.5, high: 0.5 };
      const cohort = cohortOf(vocabulary(["a"], [markup]), [], [{ visits: [[0]], labels: [] }]);`,
    table: "table(codes(cohort))",
    frame: "codes(cohort)",
    figure: `const labels = [{ label: "<b>bold</b><script>", real: half, synthetic: half }];
      labelPrevalenceFigure({ r2: null, r2_low: null, r2_high: null, labels })`,
  };
  const notebook = await withFile(
    ".ipynb",
    JSON.stringify({
      cells: Object.entries(cells).map(([id, source]) => (
        { id, cell_type: "code", source, outputs: [], metadata: {}, execution_count: null }
      )),
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    }),
    (path) => run(environment, path),
  );
  const browser = await playwright.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage();
    await page.setContent(
      shown(notebook, "table", "text/html") + shown(notebook, "frame", "text/html") +
        shown(notebook, "figure", "image/svg+xml"),
    );
    assertEquals(await page.locator("td", { hasText: markup }).count(), 2);
    assertEquals(await page.locator("svg text", { hasText: "<b>bold</b><script>" }).count(), 1);
    assertEquals(await page.locator("b, img, script").count(), 0);
    assertEquals(await page.evaluate("globalThis.broken"), undefined);
  } finally {
    await browser.close();
  }
});
