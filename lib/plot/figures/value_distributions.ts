/**
 * How measured values are distributed, real and synthetic laid over each other: small multiples, a
 * panel to each of the codes that are measured most.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Cohort } from "../../cohort/cohort.ts";
import { measuredValues } from "../../cohort/measured_values.ts";
import { quantile } from "../../cohort/quantile.ts";
import { colours, figure } from "./figure.ts";

const panelColumns = 3;
const mostPanels = 9;
const bins = 24;
const [panelWidth, panelHeight] = [200, 104];
const longestTitle = 28;

/** One code's values in both cohorts. */
interface Panel {
  readonly title: string;
  readonly real: Float32Array;
  readonly synthetic: Float32Array;
}

/** The codes with most real values, of those that both cohorts measure. */
function panelsOf(real: Cohort, synthetic: Cohort): Panel[] {
  const judged = measuredValues(synthetic);
  return [...measuredValues(real)].flatMap(([code, values]) => {
    const others = judged.get(code);
    const title = real.vocabulary.descriptions[code];
    return others === undefined ? [] : [{ title, real: values, synthetic: others }];
  }).sort((a, b) => b.real.length - a.real.length).slice(0, mostPanels);
}

/** Share of values in each bin from `low` to `high`; what lies beyond counts in the end bins. */
function histogram(values: Float32Array, low: number, high: number): Float64Array {
  const shares = new Float64Array(bins);
  for (const value of values) {
    const bin = Math.floor(bins * (value - low) / (high - low));
    shares[Math.max(0, Math.min(bins - 1, bin))] += 1 / values.length;
  }
  return shares;
}

function shortened(text: string): string {
  return text.length <= longestTitle ? text : `${text.slice(0, longestTitle - 1)}…`;
}

/**
 * Histograms of the nine codes with most real values among those that both cohorts measure, as an
 * SVG element of 600 pixels in width. Each axis spans the real values but for half a percent at
 * either end; what lies beyond counts at the ends. Undefined where there is no such code.
 */
export function valueDistributions(real: Cohort, synthetic: Cohort): SVGSVGElement | undefined {
  const panels = panelsOf(real, synthetic).map((panel, index) => {
    const sorted = Float64Array.from(panel.real);
    const low = quantile(sorted, 0.005);
    const high = Math.max(quantile(sorted, 0.995), low + 1e-6 * Math.max(1, Math.abs(low)));
    const shares = [panel.real, panel.synthetic].map((values) => histogram(values, low, high));
    const highest = Math.max(...shares.flatMap((each) => [...each]));
    return {
      ...panel,
      low,
      high,
      fx: index % panelColumns,
      fy: Math.floor(index / panelColumns),
      outlines: shares.map((each) =>
        Array.from(each, (share, bin) => ({
          fx: index % panelColumns,
          fy: Math.floor(index / panelColumns),
          x1: bin / bins,
          x2: (bin + 1) / bins,
          y: share / highest,
        }))
      ),
    };
  });
  if (panels.length === 0) return undefined;
  const place = { fx: "fx", fy: "fy" };
  const number = (value: number) => String(Number(value.toPrecision(3))).replace("-", "−");
  const ends = (anchor: "bottom-left" | "bottom-right", of: "low" | "high") =>
    Plot.text(panels, {
      ...place,
      text: (panel: typeof panels[number]) => number(panel[of]),
      frameAnchor: anchor,
      dy: 13,
      fontSize: 10,
    });
  return figure({
    width: panelColumns * panelWidth,
    height: 30 + Math.ceil(panels.length / panelColumns) * panelHeight,
    marginTop: 44,
    marginRight: 6,
    marginBottom: 18,
    marginLeft: 6,
    fx: { axis: null, padding: 0.08, domain: [...Array(panelColumns).keys()] },
    fy: { axis: null, padding: 0.42 },
    x: { axis: null, domain: [0, 1] },
    y: { axis: null, domain: [0, 1.05] },
    marks: [
      [colours.real, colours.synthetic].map((colour, cohort) => {
        const steps = panels.flatMap(({ outlines }) => outlines[cohort]);
        const corners = steps.flatMap(({ fx, fy, x1, x2, y }) =>
          [x1, x2].map((x) => ({ fx, fy, x, y }))
        );
        return [
          Plot.rectY(steps, {
            ...place,
            x1: "x1",
            x2: "x2",
            y: "y",
            fill: colour,
            fillOpacity: cohort === 0 ? 0.25 : 0.12,
            insetLeft: 0,
            insetRight: 0,
          }),
          Plot.line(corners, {
            ...place,
            x: "x",
            y: "y",
            z: (corner: typeof corners[number]) => `${corner.fx},${corner.fy}`,
            stroke: colour,
            strokeWidth: 1.4,
            strokeLinejoin: "miter",
          }),
        ];
      }),
      Plot.ruleY([0], { strokeOpacity: 0.6 }),
      ends("bottom-left", "low"),
      ends("bottom-right", "high"),
      Plot.text(panels, {
        ...place,
        text: (panel: typeof panels[number]) => shortened(panel.title),
        frameAnchor: "top-left",
        dy: -13,
        fontSize: 10.5,
        fontWeight: 600,
      }),
      ["Real", "Synthetic"].map((name, cohort) =>
        Plot.text([{ fx: 0, fy: 0, name }], {
          ...place,
          text: "name",
          frameAnchor: "top-left",
          dx: 40 * cohort,
          dy: -34,
          fill: [colours.real, colours.synthetic][cohort],
          fontWeight: 600,
          fontSize: 12,
        })
      ),
    ],
  }, {
    title: "Values of the codes that are measured most, real and synthetic",
    description: panels.map(({ title, real, synthetic }) => {
      const [truth, judged] = [real, synthetic].map((each) =>
        number(quantile(Float64Array.from(each), 0.5))
      );
      return `${title}: median ${truth} real, ${judged} synthetic.`;
    }).join(" "),
  });
}
