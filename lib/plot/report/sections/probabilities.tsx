/** @jsxImportSource preact */
/**
 * Do codes and pairs of codes occur as often as in real records? R² at a glance, the scatters, and a
 * table.
 *
 * @module
 */
import { type CodeKind, codeKinds } from "../../../evaluate/fidelity/counting/key_rows.ts";
import type { PartialFidelity } from "../../../evaluate/report.ts";
import { listed } from "../../../in_words.ts";
import type { FigureOptions } from "../../figures/figure_options.ts";
import { fidelityOverview } from "../../figures/fidelity_overview.ts";
import { probabilityKinds, probabilityScatter } from "../../figures/probability_scatter.ts";
import { r2Text } from "../../figures/r2_axis.ts";
import {
  minus,
  overviewCaption,
  percent,
  probabilitiesQuestion,
  R2,
  scatterReadings,
  Table,
} from "../page_parts.tsx";
import type { PackedPoints } from "../report_points.ts";
import { Figure, type Picture } from "../../page/picture.tsx";
import { Scatter, ScatterControls, ScatterHelp } from "../../page/scatters.tsx";
import { type Drawn, scaleOf, type Section, type SectionContents } from "./section.ts";
import { counted } from "../../../in_words.ts";

/** The kinds of which a report shows something: all of them in one without figures. */
export function shownKinds(fidelity: PartialFidelity | undefined): CodeKind[] {
  return codeKinds.filter((kind) =>
    fidelity === undefined || fidelity[kind] !== undefined ||
    fidelity[`record_${kind}`] !== undefined
  );
}

/** R² at a glance; undefined unless shares of visits of all kinds were asked. */
function overviewOf(
  fidelity: PartialFidelity | undefined,
  look: FigureOptions,
): SVGSVGElement | undefined {
  const [codes, pairs, sequences] = codeKinds.map((kind) => scaleOf(fidelity, kind));
  if (codes === undefined || pairs === undefined || sequences === undefined) return undefined;
  const figures = (part: "own" | "ceiling" | "floor") => ({
    unigram: codes[part],
    same_visit_bigram: pairs[part],
    sequential_bigram: sequences[part],
  });
  return fidelityOverview({
    ...figures("own"),
    ceiling: figures("ceiling"),
    floor: figures("floor"),
  }, look);
}

function pictures({ fidelity, paired, look }: Drawn): [name: string, svg: SVGSVGElement][] {
  const overview = overviewOf(fidelity, look);
  const scatters = paired.flatMap((pairs) =>
    (["linear", "log"] as const).map((axes): [string, SVGSVGElement] => [
      `${pairs.kind}_${axes}`,
      probabilityScatter(pairs, { axes, fidelity: fidelity?.[pairs.kind] }),
    ])
  );
  return overview === undefined ? scatters : [["fidelity_overview", overview], ...scatters];
}

/** What single codes and pairs are called in a sentence. */
const kindNames: Readonly<Record<CodeKind, string>> = {
  unigram: "single codes",
  same_visit_bigram: "pairs within a visit",
  sequential_bigram: "pairs over visits",
};

/** How far a floor must be below its ceiling to tell models apart. */
const roomForModels = 0.05;

/** What the floor says about each kind: whether a good model can be told from a poor one by it. */
function floorReading(fidelity: PartialFidelity): string {
  const known = codeKinds.flatMap((kind) => {
    const scale = scaleOf(fidelity, kind);
    const [ceiling, floor] = [scale?.ceiling.r2 ?? null, scale?.floor.r2 ?? null];
    if (ceiling === null || floor === null) return [];
    const isAtTop = floor > ceiling - roomForModels;
    return [{
      isAtTop,
      text: `${kindNames[kind]} (${minus(floor.toFixed(3))}; ceiling ${minus(ceiling.toFixed(3))})`,
    }];
  });
  const texts = (wanted: boolean) =>
    listed(known.filter(({ isAtTop }) => isAtTop === wanted).map(({ text }) => text));
  const [top, below] = [texts(true), texts(false)];
  return [
    ...top === "" ? [] : [
      `The floor lies at the top for ${top}: these do not tell a good model from a poor one.`,
    ],
    ...below === "" ? [] : [`It lies lower for ${below}: here a model should do better.`],
  ].join(" ");
}

/** Says that a figure is above its ceiling, where one is. */
function aboveCeiling(fidelity: PartialFidelity): string {
  const isAbove = codeKinds.some((kind) => {
    const scale = scaleOf(fidelity, kind);
    return (scale?.own.r2 ?? -Infinity) > (scale?.ceiling.r2 ?? Infinity);
  });
  return isAbove
    ? " Here a figure is above its ceiling: the ceiling is lower if few patients are held out, and " +
      "copies of training records can exceed it."
    : "";
}

function Overview(
  { fidelity, figure }: { fidelity: PartialFidelity; figure: Picture | undefined },
) {
  return (
    <section aria-labelledby="overview" class="overview">
      <h2 id="overview">At a glance</h2>
      <p>
        R² measures how closely the synthetic probabilities follow the real ones; 1 is exact. The
        {" "}
        <em>ceiling</em>{" "}
        is the R² of held-out real patients: a model should not be expected to do much better.
        {aboveCeiling(fidelity)} The <em>floor</em>{" "}
        is the R² of independent draws with the right frequencies. {floorReading(fidelity)}
        {fidelity.records_without_visits > 0 &&
          ` ${
            counted(fidelity.records_without_visits)
          } synthetic records without visits are left out.`}
      </p>
      <Figure
        picture={figure}
        caption={overviewCaption}
      />
    </section>
  );
}

/** A sentence or two on where an R² is between its floor and its ceiling. */
function standing(kind: CodeKind, fidelity: PartialFidelity | undefined): string {
  const scale = scaleOf(fidelity, kind);
  if (scale === undefined) return "";
  const [r2, ceiling, floor] = [scale.own.r2, scale.ceiling.r2, scale.floor.r2];
  if (r2 === null) return "There is no R², since there is nothing to compare.";
  const reach = `R² is ${minus(r2.toFixed(3))} (held-out real records ` +
    `${minus(r2Text(ceiling))}, independent draws ${minus(r2Text(floor))})`;
  if (ceiling === null || floor === null) return `${reach}.`;
  if (!(ceiling - floor > 0.05) || r2 < floor) return `${reach}.`;
  const share = percent(Math.min(1, (r2 - floor) / (ceiling - floor)), 0);
  return `${reach}, ${share} of the way from the floor to the ceiling.`;
}

function Scatters({ scatters, fidelity }: {
  scatters: readonly PackedPoints[];
  fidelity: PartialFidelity | undefined;
}) {
  return (
    <section aria-labelledby="probabilities">
      <h2 id="probabilities">{probabilitiesQuestion}</h2>
      <ScatterHelp />
      <ScatterControls />
      <div class="figures">
        {scatters.map((points) => (
          <Scatter
            key={points.id}
            points={points}
            title={probabilityKinds[points.kind].title}
            reading={`${scatterReadings[points.kind]} ${standing(points.kind, fidelity)}`}
          />
        ))}
      </div>
    </section>
  );
}

const fidelityRows = [
  ["Codes, per visit", "unigram"],
  ["Pairs within a visit, per visit", "same_visit_bigram"],
  ["Pairs over consecutive visits, per pair of visits", "sequential_bigram"],
  ["Codes, per record", "record_unigram"],
  ["Pairs within a visit, per record", "record_same_visit_bigram"],
  ["Pairs over consecutive visits, per record", "record_sequential_bigram"],
] as const;

function FidelityTable({ fidelity, resamples }: SectionContents) {
  const rows = fidelityRows.flatMap(([name, key]) => {
    const scale = scaleOf(fidelity, key);
    return scale === undefined ? [] : [{ name, key, ...scale }];
  });
  if (rows.length === 0) return null;
  const isOnePass = rows.some(({ own }) => own.interval === "infinitesimal_jackknife");
  return (
    <Table
      caption={`R² about the line y = x, with 95% intervals from ${
        counted(resamples)
      } resamples of patients${
        isOnePass
          ? "; where the cohort is large, their figures are from the influence of each record " +
            "(infinitesimal jackknife)"
          : ""
      }`}
      columns={["Probability", "Synthetic", "Ceiling", "Floor", "Codes or pairs"]}
    >
      {rows.map(({ name, key, own, ceiling, floor }) => (
        <tr key={key}>
          <th scope="row">{name}</th>
          <td class="strong">
            <R2 figure={own} />
          </td>
          <td>
            <R2 figure={ceiling} />
          </td>
          <td>
            <R2 figure={floor} />
          </td>
          <td>{counted(own.keys)}</td>
        </tr>
      ))}
    </Table>
  );
}

function View(contents: SectionContents) {
  const { fidelity, pictures, scatters } = contents;
  return (
    <>
      {fidelity && <Overview fidelity={fidelity} figure={pictures.get("fidelity_overview")} />}
      <Scatters scatters={scatters} fidelity={fidelity} />
      <FidelityTable {...contents} />
    </>
  );
}

/** The six measures of probabilities. */
export const probabilitiesSection: Section = {
  keys: fidelityRows.map(([, key]) => key),
  anchor: (key) => key.replace("record_", ""),
  pictures,
  View,
};
