/** @jsxImportSource preact */
/**
 * Do codes and pairs of codes occur as often as in real records? R² at a glance, the scatters, and a
 * table.
 *
 * @module
 */
import { type CodeKind, codeKinds } from "../../../evaluate/fidelity/counting/key_rows.ts";
import type { PartialFidelity } from "../../../evaluate/report.ts";
import { fidelityOverview } from "../../figures/fidelity_overview.ts";
import { probabilityKinds, probabilityScatter } from "../../figures/probability_scatter.ts";
import { r2Text } from "../../figures/r2_axis.ts";
import { rareSentence } from "../../rare_words.ts";
import {
  Figure,
  minus,
  overviewCaption,
  percent,
  probabilitiesQuestion,
  R2,
  scatterReadings,
  Table,
  whole,
} from "../page_parts.tsx";
import type { PackedPoints } from "../report_points.ts";
import { type Drawn, scaleOf, type Section, type SectionContents } from "./section.ts";

/** The kinds of which a report shows something: all of them in one without figures. */
export function shownKinds(fidelity: PartialFidelity | undefined): CodeKind[] {
  return codeKinds.filter((kind) =>
    fidelity === undefined || fidelity[kind] !== undefined ||
    fidelity[`record_${kind}`] !== undefined
  );
}

/** R² at a glance; undefined unless shares of visits of all kinds were asked. */
function overviewOf(fidelity: PartialFidelity | undefined): SVGSVGElement | undefined {
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
  });
}

function pictures({ fidelity, paired }: Drawn): [name: string, svg: SVGSVGElement][] {
  const overview = overviewOf(fidelity);
  const scatters = paired.flatMap((pairs) =>
    (["linear", "log"] as const).map((axes): [string, SVGSVGElement] => [
      `${pairs.kind}_${axes}`,
      probabilityScatter(pairs, { axes, fidelity: fidelity?.[pairs.kind] }),
    ])
  );
  return overview === undefined ? scatters : [["fidelity_overview", overview], ...scatters];
}

function Overview({ fidelity, figure }: { fidelity: PartialFidelity; figure: string | undefined }) {
  return (
    <section aria-labelledby="overview" class="overview">
      <h2 id="overview">At a glance</h2>
      <p>
        R² measures how closely the synthetic probabilities follow the real ones; 1 is exact. The
        {" "}
        <em>ceiling</em>{" "}
        is the R² of held-out real patients: a model should not be expected to do much better. The
        {" "}
        <em>floor</em>{" "}
        is the R² of independent draws with the right frequencies: for pairs, a model should do
        better. For single codes the floor is close to 1, so they do not tell a good model from a
        poor one.
        {fidelity.records_without_visits > 0 &&
          ` ${
            whole(fidelity.records_without_visits)
          } synthetic records without visits are left out.`}
      </p>
      <Figure
        svg={figure}
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

function Scatter(
  { points, fidelity }: { points: PackedPoints; fidelity: PartialFidelity | undefined },
) {
  const { kind, count, kept, rare } = points;
  const { title, per, points: pointsName } = probabilityKinds[kind];
  return (
    <section class="scatter" id={kind} aria-labelledby={`${kind}-title`}>
      <header>
        <h3 id={`${kind}-title`}>{title}</h3>
        <button type="button" class="reset" aria-label={`Reset the view of ${title}`}>Reset</button>
      </header>
      <div
        class="frame"
        tabIndex={0}
        role="group"
        aria-label={`${title}: scatter of real against synthetic probabilities; arrow keys move, ` +
          "plus and minus zoom, 0 resets"}
      >
        <canvas aria-hidden="true" />
        <svg class="axes" aria-hidden="true">
          <text class="x title">Real (probability {per})</text>
          <text class="y title">Synthetic (probability {per})</text>
        </svg>
        <div class="tooltip" role="status" hidden>
          <span class="name" />
          <span class="real" />
          <span class="synthetic" />
        </div>
      </div>
      <p class="status" role="status" />
      <p class="reading">
        {scatterReadings[kind]} {standing(kind, fidelity)} {kept < count
          ? `The page shows ${whole(kept)} of ${
            whole(count)
          } ${pointsName}; dense areas are thinned.`
          : `${whole(count)} ${pointsName}.`} {rare && rareSentence(rare, pointsName)}
      </p>
      <h4 class="points-title" />
      <ol class="points" />
    </section>
  );
}

function Scatters({ scatters, fidelity }: {
  scatters: readonly PackedPoints[];
  fidelity: PartialFidelity | undefined;
}) {
  return (
    <section aria-labelledby="probabilities">
      <h2 id="probabilities">{probabilitiesQuestion}</h2>
      <p>
        On the dashed line a code or pair is exactly as frequent among synthetic patients as among
        real ones; above the line it is too frequent, below the line too rare. Point at a dot to see
        its name, turn the wheel to zoom, drag to move. Logarithmic axes show rare codes; codes that
        one cohort lacks are in the strip along the axis.
      </p>
      <noscript>
        <p>The scatters need JavaScript; the folder figures/ has them as images.</p>
      </noscript>
      <form class="controls" role="search">
        <label>
          Find <input type="search" name="search" placeholder="a code or part of its name" />
        </label>
        <output aria-live="polite" />
        <fieldset>
          <legend>Axes</legend>
          <label>
            <input type="radio" name="axes" value="linear" checked autocomplete="off" /> linear
          </label>
          <label>
            <input type="radio" name="axes" value="log" autocomplete="off" /> logarithmic
          </label>
        </fieldset>
        <button type="reset">Reset all</button>
      </form>
      <div class="figures">
        {scatters.map((points) => (
          <Scatter
            key={points.kind}
            points={points}
            fidelity={fidelity}
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
  return (
    <Table
      caption={`R² about the line y = x, with 95% intervals from ${
        whole(resamples)
      } resamples of patients`}
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
          <td>{whole(own.keys)}</td>
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
  keys: [
    "unigram",
    "same_visit_bigram",
    "sequential_bigram",
    "record_unigram",
    "record_same_visit_bigram",
    "record_sequential_bigram",
  ],
  pictures,
  View,
};
