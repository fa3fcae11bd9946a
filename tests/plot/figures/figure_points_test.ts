import { assertEquals, assertThrows } from "@std/assert";
import { csvText } from "ehrloom/plot/figures/csv_text.ts";
import { figureCsv } from "ehrloom/plot/figures/figure_points.ts";
import { countDistribution } from "ehrloom/plot/figures/count_distribution.ts";
import { fidelityOverview } from "ehrloom/plot/figures/fidelity_overview.ts";
import { probabilityScatter } from "ehrloom/plot/figures/probability_scatter.ts";

Deno.test("csvText() quotes what needs it, rounds numbers to six digits, and leaves gaps empty", () => {
  assertEquals(
    csvText([{ name: 'a "b", c', x: 1 / 3 }, { name: "line\nbreak", x: null, y: NaN }]),
    'name,x,y\n"a ""b"", c",0.333333,\n"line\nbreak",,\n',
  );
});

Deno.test("figureCsv() has both histograms, bin by bin", () => {
  const svg = countDistribution(Uint32Array.of(1, 2, 2, 3), Uint32Array.of(1, 1, 2, 5), {
    counted: "visits",
    holders: "records",
  });
  assertEquals(
    figureCsv(svg),
    "from,to,real_percent,synthetic_percent\n1,1,25,50\n2,2,50,25\n3,3,25,0\n4,4,0,0\n5,5,0,25\n",
  );
});

Deno.test("figureCsv() has the R² of every cohort, with the names that the figure shows", () => {
  const of = (r2: number) => {
    const estimate = { r2, r2_low: r2 - 0.5, r2_high: r2 + 0.25, r2_median: r2, keys: 4 };
    return { unigram: estimate, same_visit_bigram: estimate, sequential_bigram: estimate };
  };
  const rows = figureCsv(fidelityOverview({ ...of(0.5), ceiling: of(0.75), floor: of(-2) })).split(
    "\n",
  );
  assertEquals(rows.slice(0, 4), [
    "of,cohort,r2,r2_low,r2_high",
    "Codes,synthetic,0.5,0,0.75",
    "Codes,ceiling,0.75,0.25,1",
    "Codes,floor,-2,-2.5,-1.75",
  ]);
  assertEquals(rows.length, 1 + 9 + 1);
});

Deno.test("figureCsv() says where the points of a scatter are", () => {
  const svg = probabilityScatter({
    kind: "unigram",
    first: Uint32Array.of(0),
    second: null,
    real: Float64Array.of(0.5),
    synthetic: Float64Array.of(0.5),
  });
  assertThrows(() => figureCsv(svg), TypeError, "pairedProbabilities");
});
