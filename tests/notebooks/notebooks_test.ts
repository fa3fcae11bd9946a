/** The tutorials as their readers meet them: run by Jupyter, on the Deno kernel. */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { syntheaSample } from "ehrloom";
import { join } from "node:path";
import { chromium as playwright } from "playwright-core";
import { notebooksFolder } from "../../tasks/notebooks/jupyter.ts";
import { tutorialNames } from "../../tasks/notebooks/working_copy.ts";
import { both, chromium, testWith } from "../wants.ts";
import {
  codeCells,
  dotPlaces,
  groups,
  jupyter,
  meanGap,
  readNotebook,
  run,
  said,
  shown,
  stillFigure,
  strip,
  whole,
} from "./notebook.ts";

const environment = await jupyter();

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

for (const name of tutorialNames()) {
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

Deno.test("running the cell of compare again continues, since another cell makes its folder", async () => {
  const notebook = await readNotebook(join(notebooksFolder, "02-compare-models.ipynb"));
  const making = codeCells(notebook).filter(({ source }) => whole(source).includes("makeTempDir"));
  assertEquals(making.map(({ id }) => id), ["cohort"]);
  assert(
    codeCells(notebook).some(({ id, source }) => {
      return id === "compare" && whole(source).includes("await compare(cohort, `${folder}/");
    }),
  );
});

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

    await t.step("a few codes are routine, most are rare", () => {
      const prevalences = shown(notebook, "codes", "text/plain").split("\n").slice(1)
        .map((row) => Number(row.split("\t")[4]));
      assert(prevalences.every((each) => each > 0.9), `${prevalences}`);
      const [median] = shown(notebook, "codes-median", "text/plain").split("\n")
        .filter((row) => row.startsWith("median")).map((row) => Number(row.split("\t")[3]));
      assertLess(median, 0.2); // 0.096 when written
    });

    await t.step("codes are about as frequent as among the real", () => {
      const svg = shown(notebook, "unigram", "image/svg+xml");
      const r2 = Number(svg.match(/R² = ([\d.]+)/)?.[1]);
      // 0.98 when written; giving each code the mean frequency makes 0
      assertGreater(r2, 0.93);
      assertEquals(svg.match(/<circle/g)?.length, 252);
    });

    await t.step("common codes and pairs lie close to the line, rare ones scatter", () => {
      const unigrams = shown(notebook, "unigram-log", "image/svg+xml");
      for (const svg of [unigrams, stillFigure(notebook, "bigram")]) {
        const dots = dotPlaces(svg).flat();
        const [rare, common] = [meanGap(dots, [0.1, 0.4]), meanGap(dots, [0.7, 1])];
        assertLess(2 * common, rare); // 0.011 and 0.073 for codes, when written
      }
    });

    await t.step("the strip holds pairs that only synthetic visits have", () => {
      const dots = dotPlaces(stillFigure(notebook, "bigram")).flat();
      const edge = strip(dots);
      assertGreater(edge.length, 10);
      assert(edge.every(({ x, y }) => y > x), JSON.stringify(edge));
    });

    await t.step("the sizes of visits have about the right shape", () => {
      const [real, synthetic] = groups(shown(notebook, "sizes", "image/svg+xml"), "rect", "height");
      const highest = Math.max(...real);
      real.slice(0, -1).forEach((height, bar) =>
        assertLess(Math.abs(height - synthetic[bar]), 0.25 * highest)
      );
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
        const isFarAbove = synthetic - floor > ceiling - synthetic;
        assert(isFarAbove, "it is nearer to the ceiling than to the floor");
      }
      const [codes, , top] = Array.from(
        svg.match(/Codes: synthetic (.*?), ceiling (.*?), floor (.*?)\.(?!\d)/)?.slice(1) ?? [],
        Number,
      );
      assertGreater(top, codes);
      const pairs = Number(svg.match(/Pairs within a visit: synthetic ([\d.]+\d)/)?.[1]);
      assertLess(pairs, codes, "R² is lower than for single codes");
    });

    await t.step("from the best epoch on, the model learns its training patients by heart", () => {
      const svg = shown(notebook, "train", "image/svg+xml");
      // the lower on the page, the lower the loss
      const [training, validation] = groups(svg, "dot", "cy");
      const best = validation.indexOf(Math.max(...validation));
      assertGreater(training.at(-1) ?? NaN, training[best], "training loss falls until the end");
      assertLess(validation.at(-1) ?? NaN, validation[best], "validation loss rises");
      assertGreater(validation[best], validation[0], "validation loss falls at first");
      const gap = (at: number) => (training.at(at) ?? NaN) - (validation.at(at) ?? NaN);
      assertGreater(gap(-1), gap(best), "the gap grows");
      assertGreater(gap(best), gap(0));
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

    await t.step("many real records have the greatest length, large visits are too rare", () => {
      const lengths = shown(notebook, "lengths", "image/svg+xml");
      assertMatch(lengths, /Real: mean [\d.]+\. Synthetic: mean [\d.]+\./);
      const [real] = groups(lengths, "rect", "height");
      assertEquals(real.at(-1), Math.max(...real));
      // the last bar counts all visits of more than 20 codes
      const [many, few] = groups(shown(notebook, "sizes", "image/svg+xml"), "rect", "height")
        .map((bars) => bars.at(-1) ?? NaN);
      assertLess(few, 0.75 * many);
    });

    await t.step("the largest real visits are those of pregnancies", async () => {
      const { vocabulary, visitCount, codeOffsets, codes } = await syntheaSample();
      const pregnancy = vocabulary.codes.indexOf("SNOMED-CT//72892002");
      const large = Array.from({ length: visitCount }, (_, visit) => visit)
        .map((visit) => codes.subarray(codeOffsets[visit], codeOffsets[visit + 1]))
        .filter(({ length }) => length > 20);
      const ofPregnancies = large.filter((visit) => visit.includes(pregnancy));
      assertGreater(ofPregnancies.length, 0.9 * large.length);
    });

    await t.step("routine codes are among those that differ most", () => {
      const rows = shown(notebook, "missed", "text/plain").split("\n").slice(1)
        .map((row) => row.split("\t").slice(1).map(Number));
      assert(rows.every(([, , difference]) => difference < 0));
      assert(rows.some(([real, synthetic]) => real > 0.1 && synthetic > 0.8 * real));
    });

    await t.step("the code of a pregnancy makes its tests many times more probable", () => {
      const [pregnancy, ...tests] = shown(notebook, "whatif", "text/plain").split("\n").slice(1)
        .map((row) => row.split("\t"));
      assertEquals([pregnancy[0], pregnancy[2]], ["Normal pregnancy", "1"]);
      for (const [test, before, after] of tests) {
        assertGreater(Number(after), 4 * Number(before), test); // 7 to 10 times when written
      }
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
    const figures = () => [
      stillFigure(notebook, "pairs"),
      shown(notebook, "sequences", "image/svg+xml"),
    ];

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

    await t.step(
      "HALO expects the codes of a large visit that belong together, the LSTM does not",
      () => {
        const text = said(notebook, "losses-read").replaceAll("**", "");
        const [codes, halo, lstm] =
          text.match(/has (\d+) codes. They cost HALO ([\d.]+) .* LSTM ([\d.]+)\./)
            ?.slice(1).map(Number) ?? [];
        assertGreater(codes, 9);
        assertLess(2 * halo, lstm);
        const [each, withoutSeeing] =
          text.match(/others cost HALO ([\d.]+) .* pays ([\d.]+) for each/)
            ?.slice(1).map(Number) ?? [];
        assertLess(2 * each, withoutSeeing);
        const map = shown(notebook, "losses", "text/html");
        assertEquals(map.match(/>visit \d</g)?.length, 6);
        assertStringIncludes(map, 'title="');
      },
    );

    await t.step("pairs within a visit tell models apart, codes do not", () => {
      const described = shown(notebook, "overview", "image/svg+xml");
      const r2 = (kind: string) =>
        models.map((model) =>
          Number(described.match(new RegExp(`${kind}: ceiling[^:]*? ${model} (-?[\\d.]+\\d)`))?.[1])
        );
      const ceiling = (kind: string) =>
        Number(described.match(new RegExp(`${kind}: ceiling (-?[\\d.]+\\d)`))?.[1]);
      assert(r2("Codes").every((each) => each > 0.9)); // 0.93 to 1.00 when written
      assertGreater(r2("Codes")[3], ceiling("Codes"), "independent draws reach it");
      const [halo, ...others] = r2("Pairs within a visit");
      assertGreater(halo, 0.85); // 0.97 when written
      assert(others.every((each) => each < 0.65), `${others}`); // 0.29 to 0.53 when written
      const [lstm, markov, independent] = others;
      assertGreater(lstm - markov, markov - independent, "the LSTM gets part of the way");
      const [ahead, ...behind] = r2("Pairs over consecutive visits");
      assertLess(ahead, ceiling("Pairs over consecutive visits"));
      assertLess(ahead, 0.97); // 0.95 when written, the others 0.76 to 0.89
      assert(behind.every((each) => each < ahead), `${behind}`);
    });

    await t.step(
      "frequent pairs follow the line with HALO, and lie below it with the others",
      () => {
        const [pairs, sequences] = figures();
        const gaps = (svg: string) => dotPlaces(svg).map((dots) => meanGap(dots, [0.6, 1]));
        const [halo, ...others] = gaps(pairs);
        assertLess(halo, 0.07); // 0.045 when written, the others 0.14 to 0.2
        assert(others.every((gap) => gap > 2 * halo), `${others}`);
        for (const dots of dotPlaces(pairs).slice(1)) {
          const frequent = dots.filter(({ x }) => x >= 0.6);
          assertGreater(frequent.filter(({ x, y }) => y < x).length, 0.9 * frequent.length);
        }
        const apart = (all: readonly number[]) => Math.max(...all) / Math.min(...all);
        assertLess(apart(gaps(sequences)), apart([halo, ...others]), "panels are more alike");
      },
    );

    await t.step("at the left edge of each panel are pairs that only synthetic visits have", () => {
      for (const dots of dotPlaces(stillFigure(notebook, "pairs"))) {
        const edge = strip(dots);
        assertGreater(edge.length, 10);
        assert(edge.every(({ x, y }) => y > x), JSON.stringify(edge));
      }
    });

    await t.step("scatters have a panel a model", () => {
      for (const svg of figures()) {
        assertEquals(svg.match(/>R² [−\d.]+</g)?.length, models.length);
        assertGreater(svg.match(/<circle/g)?.length ?? 0, 1000);
      }
    });

    await t.step(
      "independent draws have the right length, the Markov chain's are much too short",
      () => {
        const visits = (model: string) => Number(rows("lengths").get(model)?.[0]);
        const [records, all] = rows("cohort").get("train")?.map(Number) ?? [];
        assertAlmostEquals(visits("independent"), all / records, 0.1);
        assertLess(visits("markov"), 0.7 * visits("independent")); // 20.9 and 37.8 when written
      },
    );

    await t.step("differences have a row a model and figure that both have", () => {
      const lines = shown(notebook, "differences", "text/plain").split("\n");
      assertEquals(lines.length, 1 + 4 + 4 + 3);
      assertStringIncludes(lines[1], "lstm\thalo\tnll_per_visit");
      const [, codes, ...pairs] = lines.slice(1, 5).map((line) => Math.abs(+line.split("\t")[3]));
      assert(pairs.every((each) => each > codes), "the closest result is R² of codes");
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
