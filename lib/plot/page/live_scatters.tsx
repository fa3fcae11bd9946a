/** @jsxImportSource preact */
/**
 * The live scatters of a report as the output of a notebook's cell.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { renderToString } from "preact-render-to-string";
import type { Vocabulary } from "../../cohort/vocabulary.ts";
import { type NotebookOutput, notebookOutput } from "../figures/notebook_output.ts";
import { type AxisType, probabilityText } from "../figures/probability_axes.ts";
import {
  probabilityScatter,
  type ProbabilityScatterOptions,
} from "../figures/probability_scatter.ts";
import { r2Text } from "../figures/r2_axis.ts";
import { type ScatterColumn, scatterGrid } from "../figures/scatter_grid.ts";
import { printable } from "../../printable.ts";
import { namesIn, packPoints, pointsJson } from "../report/report_points.ts";
import { farthestPoints, pointName, shortName } from "../report/page_script/points.ts";
import { Scatter, ScatterControls, ScatterHandling } from "./scatters.tsx";
import { pageScripts } from "./scripts.ts";
import { pageStyle } from "./style.ts";

/** How to draw {@link liveScatters}. */
export type LiveScattersOptions = Pick<ProbabilityScatterOptions, "axes" | "pointLimit">;

/** Scatters beside each other in a wide cell. */
const perRow = 2;

/** Pixels of the frame: what is above the scatters, and a row of them. */
const heights = { controls: 180, row: 690 } as const;

/** Points in each panel of the image. */
const stillPoints = 500;

/** Class of what does not move; where there is a live frame behind it, it is hidden. */
const still = "ehrloom-still";
const hidingStyle = `.${still}:has(+ iframe) { display: none }`;

const left = { textAlign: "left" } as const;

/** The report's style, in the space of a cell. */
const style = `${pageStyle}
body { max-width: none; padding: 0 0.6rem; font-size: 14px; }
.controls { position: static; margin: 0 0 0.6rem; }`;

/** A script that unpacks the page's scripts, which are large, and starts them. */
function packedScript(): string {
  const packed = gzipSync(pageScripts().join("\n")).toString("base64");
  return `(async () => {
  const bytes = Uint8Array.from(atob("${packed}"), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.body.append(script);
})();`;
}

/** A scatter's R² with its interval, if it is known. */
function reading(fidelity: ScatterColumn["fidelity"]): string {
  if (fidelity === undefined) return "";
  const [r2, low, high] = [fidelity.r2, fidelity.r2_low, fidelity.r2_high].map((n) => r2Text(n));
  return fidelity.r2 === null ? "R²: none." : `R² ${r2} (95% interval ${low} to ${high}).`;
}

/** The page within the cell's frame. */
function LivePage(
  { columns, vocabulary, axes, pointLimit }: {
    columns: readonly ScatterColumn[];
    vocabulary: Vocabulary;
    axes: AxisType;
    pointLimit: number;
  },
) {
  const packed = columns.map(({ pairs }, index) =>
    packPoints(pairs, pointLimit, { id: `scatter-${index}`, name: `${pairs.kind}_${index + 1}` })
  );
  const json = pointsJson(namesIn(columns.map(({ pairs }) => pairs), vocabulary), packed);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:"
        />
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body class="report">
        <ScatterControls axes={axes} />
        <ScatterHandling />
        <div class="figures">
          {columns.map(({ name, fidelity }, index) => (
            <Scatter
              key={index}
              points={packed[index]}
              title={name}
              reading={reading(fidelity)}
              isListClosed
            />
          ))}
        </div>
        <script
          type="application/json"
          id="page-points"
          dangerouslySetInnerHTML={{ __html: json }}
        />
        <script dangerouslySetInnerHTML={{ __html: packedScript() }} />
      </body>
    </html>
  );
}

/** A point of {@link StillScatters}' list. */
type Listed = readonly [panel: string, name: string, real: string, synthetic: string];

/** The points of each scatter that are farthest from the line. */
function farthest(columns: readonly ScatterColumn[], { descriptions }: Vocabulary): Listed[] {
  const names = descriptions.map(shortName);
  return columns.flatMap(({ name, pairs }) => {
    const [real, synthetic] = [pairs.real, pairs.synthetic].map((of) => Float32Array.from(of));
    const points = { first: pairs.first, second: pairs.second, real, synthetic };
    const joint = pairs.kind === "sequential_bigram" ? " → " : " + ";
    return farthestPoints(points, null, 5).map((index): Listed => [
      name,
      pointName(points, index, { names, joint }),
      probabilityText(real[index], 3),
      probabilityText(synthetic[index], 3),
    ]);
  });
}

/** One scatter with what it says of itself, or several side by side. */
function stillFigure(columns: readonly ScatterColumn[], look: LiveScattersOptions): SVGSVGElement {
  if (columns.length !== 1) return scatterGrid(columns, look);
  const [{ name, pairs, fidelity }] = columns;
  return probabilityScatter(pairs, { ...look, fidelity, title: name });
}

const listColumns: Listed = ["scatter", "farthest from the line", "real", "synthetic"];

/** What stands where no script runs: the scatters as an image, and the points farthest from the line. */
function StillScatters({ svg, listed }: { svg: SVGSVGElement; listed: readonly Listed[] }) {
  const texts = ["title", "desc"].map((tag) => svg.querySelector(tag)?.textContent ?? "");
  const source = `data:image/svg+xml;base64,${Buffer.from(svg.outerHTML).toString("base64")}`;
  return (
    <div class={still}>
      <img src={source} alt={texts.join(". ")} title={texts[0]} />
      <table>
        <thead>
          <tr>{listColumns.map((name) => <th key={name} style={left}>{name}</th>)}</tr>
        </thead>
        <tbody>
          {listed.map((texts, row) => (
            <tr key={row}>{texts.map((text, i) => <td key={i} style={left}>{text}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/**
 * The scatters of {@link scatterGrid} as a report has them, for the last line of a notebook cell: point
 * at a dot and it says which code or pair it is; zoom, search, and save them as files. They come in a
 * frame with all that they need, so that they request nothing and cannot touch the notebook. Jupyter
 * takes the frame out of notebooks that it does not trust, and other programs run no scripts: these
 * show the scatters as an image, with a list of the points farthest from the line.
 *
 * @example
 * ```ts
 * import { liveScatters, pairedProbabilities, splitOf, syntheaSample } from "ehrloom";
 *
 * const cohort = await syntheaSample();
 * const pairs = pairedProbabilities(splitOf(cohort, "train"), splitOf(cohort, "test"), "unigram");
 * liveScatters([{ name: "Codes of held-out patients", pairs }], cohort.vocabulary);
 * ```
 *
 * @param columns at least one, of the same kind and the same real cohort; names distinct
 * @param vocabulary of the cohorts
 * @param options.axes that they begin with; default "linear"
 * @param options.pointLimit largest number of points in each; dense areas are thinned. Default 4,000
 * @throws {RangeError} If there is no column
 */
export function liveScatters(
  columns: readonly ScatterColumn[],
  vocabulary: Vocabulary,
  { axes = "linear", pointLimit = 4000 }: LiveScattersOptions = {},
): NotebookOutput {
  const svg = stillFigure(columns, { axes, pointLimit: Math.min(pointLimit, stillPoints) });
  const listed = farthest(columns, vocabulary);
  const page = renderToString(<LivePage {...{ columns, vocabulary, axes, pointLimit }} />);
  const rows = Math.ceil(columns.length / perRow);
  const html = renderToString(
    <>
      <style>{hidingStyle}</style>
      <StillScatters svg={svg} listed={listed} />
      <iframe
        title={svg.querySelector("title")?.textContent ?? ""}
        sandbox="allow-scripts allow-downloads"
        srcdoc={`<!doctype html>${page}`}
        style={{
          width: "100%",
          maxWidth: `${(columns.length === 1 ? 1 : perRow) * 480}px`,
          height: `${heights.controls + rows * heights.row}px`,
          border: 0,
        }}
      />
    </>,
  );
  const plain = [listColumns, ...listed].map((texts) => texts.map(printable).join("\t")).join("\n");
  return notebookOutput(plain, html);
}
