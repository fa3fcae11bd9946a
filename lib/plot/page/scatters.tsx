/** @jsxImportSource preact */
/**
 * The scatters that a reader can zoom and search, and the controls that they share.
 *
 * @module
 */
import type { PackedPoints } from "../report/report_points.ts";
import type { AxisType } from "../figures/probability_axes.ts";
import { probabilityKinds } from "../figures/probability_scatter.ts";
import { rareSentence } from "../rare_words.ts";
import { SaveButtons } from "./picture.tsx";
import { counted } from "../../in_words.ts";

/** What the pointer does. */
export function ScatterHandling() {
  return (
    <p class="reading handling">
      Point at a dot, or tap it, to see its name. To zoom, use + and −, two fingers, or Ctrl and the
      wheel; after a click on a scatter, the wheel alone. Drag to move.
    </p>
  );
}

/** How to read and use all scatters. */
export function ScatterHelp() {
  return (
    <>
      <p>
        On the dashed line a code or pair is exactly as frequent among synthetic patients as among
        real ones; above the line it is too frequent, below the line too rare. Logarithmic axes show
        rare codes; codes that one cohort lacks are in the strip along the axis.
      </p>
      <ScatterHandling />
      <noscript>
        <p>The scatters need JavaScript; the folder figures/ has them as images.</p>
      </noscript>
    </>
  );
}

/** Search, and the axes that all scatters begin with. */
export function ScatterControls({ axes = "linear" }: { axes?: AxisType }) {
  const axis = (type: AxisType) => (
    <input type="radio" name="axes" value={type} checked={type === axes} autocomplete="off" />
  );
  return (
    <form class="controls" role="search">
      <label>
        Find <input type="search" name="search" placeholder="a code or part of its name" />
      </label>
      <output aria-live="polite" />
      <fieldset>
        <legend>Axes</legend>
        <label>
          {axis("linear")} linear
        </label>
        <label>
          {axis("log")} logarithmic
        </label>
      </fieldset>
      <button type="reset">Reset all</button>
    </form>
  );
}

/** How many points a scatter has, and whether the page shows all of them. */
function pointCount({ kind, count, kept, rare }: PackedPoints): string {
  const name = probabilityKinds[kind].points;
  const shown = kept < count
    ? `The page shows ${counted(kept)} of ${counted(count)} ${name}; dense areas are thinned.`
    : `${counted(count)} ${name}.`;
  return rare === undefined ? shown : `${shown} ${rareSentence(rare, name)}`;
}

/**
 * One scatter; the script fills it.
 *
 * @param level of its heading
 * @param within id of the heading above it, if its own title is not unique
 * @param isListClosed whether the list of the points farthest from the line is closed at first
 */
export function Scatter(
  { points, title, reading, level: Heading = "h3", within, isListClosed = false }: {
    points: PackedPoints;
    title: string;
    reading: string;
    level?: "h3" | "h4";
    within?: string;
    isListClosed?: boolean;
  },
) {
  const { id, kind } = points;
  const { title: kindTitle, per } = probabilityKinds[kind];
  const label = title === kindTitle ? title : `${kindTitle}: ${title}`;
  const button = (move: string, text: string, does: string) => (
    <button type="button" data-move={move} aria-label={`${does} ${label}`}>{text}</button>
  );
  return (
    <section class="scatter" id={id} aria-labelledby={`${within ?? ""} ${id}-title`.trim()}>
      <header>
        <Heading id={`${id}-title`}>{title}</Heading>
        <div class="moves">
          {button("in", "+", "Zoom into")}
          {button("out", "−", "Zoom out of")}
          {button("reset", "Reset", "Reset the view of")}
        </div>
      </header>
      <div
        class="frame"
        tabIndex={0}
        role="group"
        aria-label={`${label}: scatter of real against synthetic probabilities; arrow keys move, ` +
          "plus and minus zoom, 0 resets"}
      >
        <canvas class="all" aria-hidden="true" />
        <canvas class="lit" aria-hidden="true" />
        <svg class="axes" aria-hidden="true">
          <text class="x title">Real (probability {per})</text>
          <text class="y title">Synthetic (probability {per})</text>
        </svg>
        <div class="tooltip" role="status" hidden>
          <span class="name" />
          <span class="real" />
          <span class="held-out" />
          <span class="synthetic" />
        </div>
      </div>
      <p class="status" role="status" />
      <p class="reading">{reading} {pointCount(points)}</p>
      <details open={!isListClosed}>
        <summary class="points-title" />
        <ol class="points" />
      </details>
      <SaveButtons name={points.name} title={label} />
    </section>
  );
}
