/** @jsxImportSource preact */
/**
 * A growing cohort: how close the prevalence of codes comes to the real one.
 *
 * @module
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type GrowingCohort, growingCohort } from "../futures.ts";
import type { RealShares } from "../play_data.ts";
import { type Game, percent, useWork } from "./game.ts";

/** Patients to draw. */
const count = 100;
/** Sides of a figure, in its own units, and the space of its labels. */
const [side, space] = [300, 34];

const places = [0, 0.25, 0.5, 0.75, 1];

/** A square figure from 0 to 1 on both axes. */
function Frame({ x, y, xTexts, label, children }: {
  readonly x: string;
  readonly y: string;
  readonly xTexts: readonly string[];
  readonly label: string;
  readonly children: (JSX.Element | JSX.Element[])[];
}) {
  return (
    <svg
      class="plot"
      viewBox={`${-space - 18} -8 ${side + space + 30} ${side + space + 20}`}
      role="img"
      aria-label={label}
    >
      {places.map((place, i) => (
        <g key={place}>
          <line class="grid" x1={0} x2={side} y1={side * (1 - place)} y2={side * (1 - place)} />
          <text x={-6} y={side * (1 - place) + 4} text-anchor="end">{place}</text>
          <text x={side * place} y={side + 16} text-anchor="middle">{xTexts[i]}</text>
        </g>
      ))}
      <text class="title" x={side / 2} y={side + 34} text-anchor="middle">{x}</text>
      <text class="title" transform={`translate(-38 ${side / 2}) rotate(-90)`} text-anchor="middle">
        {y}
      </text>
      {children}
    </svg>
  );
}

function Scatter({ game, real, prevalences }: {
  readonly game: Game;
  readonly real: RealShares;
  readonly prevalences: ArrayLike<number>;
}) {
  return (
    <Frame
      x="share of training patients"
      y="share of drawn patients"
      xTexts={places.map(String)}
      label="Share of training and of drawn patients that have each code"
    >
      <line class="diagonal" x1={0} y1={side} x2={side} y2={0} />
      {real.prevalences.flatMap((share, code) =>
        share === null ? [] : [
          <circle key={code} cx={side * share} cy={side * (1 - prevalences[code])} r={4}>
            <title>
              {`${game.names[code]}: training ${percent(share)}, drawn ${
                percent(prevalences[code])
              }`}
            </title>
          </circle>,
        ]
      )}
    </Frame>
  );
}

function Curve({ grown }: { readonly grown: readonly GrowingCohort[] }) {
  const points = grown.map(({ count: at, r2 }) => ({
    x: side * at / count,
    y: side * (1 - Math.max(0, r2)),
  }));
  return (
    <Frame
      x="patients drawn"
      y="R²"
      xTexts={places.map((place) => String(place * count))}
      label="R² by the number of drawn patients"
    >
      <polyline points={points.map(({ x, y }) => `${x},${y}`).join(" ")} />
      {points.slice(-1).map(({ x, y }) => <circle key="last" cx={x} cy={y} r={5} />)}
    </Frame>
  );
}

/** The sixth panel. */
export function CohortPanel({ game, real }: {
  readonly game: Game;
  readonly real: RealShares;
}): JSX.Element {
  const [grown, setGrown] = useState<readonly GrowingCohort[]>([]);
  const work = useWork();
  const draw = () => {
    setGrown([]);
    work.start(async (isStopped) => {
      const asked = { count, seed: game.seed, isStopped };
      for await (const found of growingCohort(game.player, real.prevalences, asked)) {
        if (isStopped()) return;
        setGrown((before) => [...before, found]);
      }
    });
  };
  const last = grown.at(-1);
  const hidden = real.prevalences.filter((share) => share === null).length;
  return (
    <section aria-labelledby="cohort">
      <h2 id="cohort">6. A hundred patients come in</h2>
      <p>
        Each dot is a code: the share of the {real.records}{" "}
        training patients that have it, and of the drawn ones. R² is 1 if all dots lie on the line.
        {hidden > 0 && ` ${hidden} codes are left out, which too few training patients have.`}
      </p>
      <div class="buttons">
        <button type="button" class="primary" disabled={work.isRunning} onClick={draw}>
          Draw {count} patients
        </button>
        <button type="button" disabled={!work.isRunning} onClick={work.stop}>Stop</button>
      </div>
      <p class="status" role="status">
        {work.error ?? (last && `${last.count} patients: R² = ${last.r2.toFixed(3)}`)}
      </p>
      {last !== undefined && (
        <div class="two">
          <Scatter game={game} real={real} prevalences={last.prevalences} />
          <Curve grown={grown} />
        </div>
      )}
    </section>
  );
}
