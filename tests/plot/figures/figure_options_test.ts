import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as ehrloom from "ehrloom";
import { relabelled } from "ehrloom/plot/figures/figure_options.ts";
import type { FigureOptions } from "ehrloom";
import { measuredCohort } from "../fixture.ts";

const estimate = { r2: 0.9, r2_low: 0.8, r2_high: 0.95, r2_median: 0.9, keys: 4 };
const r2s = { unigram: estimate, same_visit_bigram: estimate, sequential_bigram: estimate };
const share = { value: 0.2, low: 0.1, high: 0.3 };
const pairs = {
  kind: "unigram",
  first: Uint32Array.of(0, 1),
  second: null,
  real: Float64Array.of(0.2, 0.5),
  synthetic: Float64Array.of(0.25, 0.45),
} as const;
const counts = Uint32Array.of(1, 2, 2);
const lines = [{ epoch: 1, train_loss: 3, validation_loss: 2.5 }];
const measured = [measuredCohort(1), measuredCohort(2)] as const;

/** All figures of the public API, each with a text that it shows. */
const figures: Record<
  string,
  [draw: (look: FigureOptions) => SVGSVGElement | undefined, text: string]
> = {
  fidelityOverview: [
    (look) => ehrloom.fidelityOverview({ ...r2s, ceiling: r2s, floor: r2s }, look),
    "Pairs within a visit",
  ],
  probabilityScatter: [(look) => ehrloom.probabilityScatter(pairs, look), "Real"],
  countDistribution: [
    (look) =>
      ehrloom.countDistribution(counts, counts, { counted: "visits", holders: "records", ...look }),
    "Synthetic",
  ],
  labelPrevalenceFigure: [
    (look) =>
      ehrloom.labelPrevalenceFigure({
        r2: null,
        r2_low: null,
        r2_high: null,
        labels: [{ label: "asthma", real: share, synthetic: share }],
      }, look),
    "asthma",
  ],
  trainingCurve: [(look) => ehrloom.trainingCurve(lines, look), "Validation"],
  valueDistributions: [(look) => ehrloom.valueDistributions(...measured, look), "Real"],
  binnedValues: [
    (look) => ehrloom.binnedValues([1, 2, 4], { wide: [0, 2, 4] }, { quantity: "Dose", ...look }),
    "Measured",
  ],
  comparisonOverview: [
    (look) =>
      ehrloom.comparisonOverview(
        { models: [{ model: "halo", fidelity: r2s }], ceiling: r2s },
        look,
      ),
    "halo",
  ],
  scatterGrid: [(look) => ehrloom.scatterGrid([{ name: "halo", pairs }], look), "halo"],
};

for (const [name, [draw, text]] of Object.entries(figures)) {
  Deno.test(`${name}() has the size, the title and the words that its options say`, () => {
    const usual = draw({});
    const svg = draw({
      title: "As I want it",
      width: 333,
      height: 444,
      labels: { [text]: "Mine" },
    });
    assertEquals([svg?.getAttribute("width"), svg?.getAttribute("height")], ["333", "444"]);
    assertEquals(svg?.getAttribute("viewBox"), "0 0 333 444");
    assertEquals(svg?.querySelector("title")?.textContent, "As I want it");
    const texts = (of: typeof svg) =>
      [...of?.querySelectorAll("text") ?? []].map((t) => t.textContent);
    assert(texts(svg).includes("As I want it"));
    assert(texts(usual).some((each) => each?.includes(text)));
    assertEquals(texts(svg).filter((each) => each?.includes(text)), []);
    assert(texts(svg).some((each) => each?.includes("Mine")));
  });

  Deno.test(`${name}() refuses an option that there is not, and a word that it does not say`, () => {
    const misspelled: object = { widht: 300 };
    assertThrows(() => draw(misspelled), TypeError, 'no option "widht"; did you mean width?');
    assertThrows(() => draw({ labels: { Sinthetic: "x" } }), RangeError, 'replaces "Sinthetic"');
    assertThrows(() => draw({ width: 20 }), RangeError, "width is 20, must be 200 to 4000 pixels");
    assertThrows(() => draw({ height: NaN }), RangeError, "height is NaN");
  });
}

Deno.test("relabelled() replaces whole words only, the longest first", () => {
  const labels = { Real: "A", "Real, mean": "B", "R²": "C" };
  assertEquals(
    relabelled("Real, mean 2; Real; Realistic; R² (1)", labels),
    "B 2; A; Realistic; C (1)",
  );
  assertEquals(relabelled("Real", {}), "Real");
});

Deno.test("a narrow figure has its panels below each other", () => {
  const models = ["halo", "gpt", "eva"].map((model) => ({ model, fidelity: r2s }));
  const wide = ehrloom.comparisonOverview({ models, ceiling: r2s });
  const slim = ehrloom.comparisonOverview({ models, ceiling: r2s }, { width: 350 });
  const rowLabels = (svg: SVGSVGElement) =>
    [...svg.querySelectorAll("text")].filter(({ textContent }) => textContent === "gpt").length;
  assertEquals([rowLabels(wide), rowLabels(slim)], [1, 3]); // each panel has rows of its own
  assert(Number(slim.getAttribute("height")) > 2 * Number(wide.getAttribute("height")));
  const columns = ["a", "b", "c"].map((name) => ({ name, pairs }));
  const grid = ehrloom.scatterGrid(columns, { width: 350 }); // two panels a row, then one
  assertStringIncludes(grid.outerHTML, 'viewBox="0 0 350 382"'); // 26 + 44 + 2 × 156
});
