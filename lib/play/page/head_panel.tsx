/** @jsxImportSource preact */
/**
 * The masked head at work on one visit: code by code, and by the passes of the fixed-point sampler.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Pass, passesOf, prefixProbabilities } from "../player.ts";
import { type BarLine, Bars } from "./bars.tsx";
import { columnName, type Game, percent, rowsBefore, type Shown, useComputed } from "./game.ts";

/** Columns whose probabilities are shown as bars. */
const watched = 8;
/** A probability has moved if it changed by more. */
const visible = 0.0005;

/** A row to draw: its random numbers, the passes that draw it, and how probabilities move meanwhile. */
interface DrawnRow {
  readonly uniforms: Float32Array;
  readonly passes: readonly Pass[];
  /** [on + 1][columns] Probabilities given the first 0, 1, 2, … of its columns that are on. */
  readonly prefixes: readonly Float32Array[];
}

/** The probability of a column and its random number on one line from 0 to 1. */
function NumberLine({ probability, uniform }: {
  readonly probability: number;
  readonly uniform: number;
}) {
  const isOn = uniform < probability;
  return (
    <div class={isOn ? "number-line on" : "number-line"} aria-hidden="true">
      <div class="fill" style={{ width: `${100 * probability}%` }} />
      <div class="tick" style={{ left: `${100 * uniform}%` }} />
      <span class="zero">0</span>
      <span class="one">1</span>
    </div>
  );
}

/** All columns of the row as squares; those up to a place are drawn. */
function Cells({ game, row: { passes }, at, onPlace }: {
  readonly game: Game;
  readonly row: DrawnRow;
  readonly at: number;
  readonly onPlace: (column: number) => void;
}) {
  const { row, probabilities } = passes[passes.length - 1];
  return (
    <div class="cells" aria-hidden="true">
      {Array.from(probabilities, (_, column) => {
        const state = column > at ? "open" : row.includes(column) ? "on" : "off";
        return (
          <i
            key={column}
            class={column === at ? `${state} at` : state}
            title={columnName(game, column)}
            onClick={() => onPlace(column)}
          />
        );
      })}
    </div>
  );
}

/** What the draw of one column was. */
function Draw({ game, row: { uniforms, passes }, at }: {
  readonly game: Game;
  readonly row: DrawnRow;
  readonly at: number;
}) {
  const { row, probabilities } = passes[passes.length - 1];
  if (at < 0) return <p class="draw" role="status">Nothing is drawn yet. Press → to begin.</p>;
  const isOn = row.includes(at);
  const before = row.filter((column) => column <= at).map((column) => columnName(game, column));
  return (
    <>
      <p class="draw" role="status">
        Place {at + 1} of {uniforms.length}: <b>{columnName(game, at)}</b>
        <br />
        probability {percent(probabilities[at])}, random number {uniforms[at].toFixed(3)}:{" "}
        {isOn ? <b class="on">on</b> : <b>off</b>}
      </p>
      <NumberLine probability={probabilities[at]} uniform={uniforms[at]} />
      <p class="reading">
        On so far: {before.length === 0 ? "none" : before.join("; ")}
      </p>
    </>
  );
}

/** The columns that are likeliest at some moment of the draw, in the order of the draw. */
function watchedColumns({ prefixes }: DrawnRow): number[] {
  const most = Array.from(
    prefixes[0],
    (_, column) => Math.max(...prefixes.map((probabilities) => probabilities[column])),
  );
  return Array.from(most.keys()).sort((a, b) => most[b] - most[a]).slice(0, watched)
    .sort((a, b) => a - b);
}

/** Bars of the likeliest columns: those up to a place are drawn, those after it move. */
function watchedLines(game: Game, row: DrawnRow, at: number): BarLine[] {
  const { passes, prefixes } = row;
  const on = passes[passes.length - 1].row;
  const onBy = (place: number) => on.filter((column) => column <= place).length;
  return watchedColumns(row).map((column) => {
    const isPast = column <= at;
    // what a column was drawn by stays; later ones know all that is drawn so far
    const value = prefixes[onBy(isPast ? column - 1 : at)][column];
    const was = prefixes[onBy(at - 1)][column];
    return {
      name: columnName(game, column),
      shares: [{ value, was: !isPast && Math.abs(value - was) > visible ? was : undefined }],
      isDrawn: isPast ? on.includes(column) : undefined,
    };
  });
}

/** What each pass of the fixed-point sampler has on; what it changed has the other colour. */
function Passes({ game, row: { passes, uniforms }, at }: {
  readonly game: Game;
  readonly row: DrawnRow;
  readonly at: number;
}) {
  const columns = uniforms.length;
  return (
    <ol class="passes">
      {passes.map(({ row }, index) => {
        const before = index === 0 ? [] : passes[index - 1].row;
        const changed = [...row, ...before].filter((column) =>
          row.includes(column) !== before.includes(column)
        );
        const shown = [...new Set([...row, ...changed])];
        return (
          <li key={index}>
            <b>Pass {index + 1}</b> {changed.length === 0
              ? "changes nothing: the visit is drawn"
              : `changes ${changed.length} ${changed.length === 1 ? "code" : "codes"}`}
            <svg viewBox={`0 0 ${columns} 8`} preserveAspectRatio="none" aria-hidden="true">
              {at >= 0 && <rect class="at" x={at} y={0} width={1} height={8} />}
              {shown.map((column) => (
                <rect
                  key={column}
                  class={changed.includes(column) ? "changed" : "on"}
                  x={column}
                  y={row.includes(column) ? 0 : 6}
                  width={1.4}
                  height={row.includes(column) ? 8 : 2}
                />
              ))}
            </svg>
            <span class="reading">
              {row.length === 0 ? "none on" : row.map((c) => columnName(game, c)).join("; ")}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** The fourth panel. */
export function HeadPanel({ game, shown }: {
  readonly game: Game;
  readonly shown: Shown;
}): JSX.Element {
  const { patient, visits } = shown;
  const [visit, setVisit] = useState(visits.length - 1);
  const [at, setAt] = useState(-1);
  useEffect(() => setVisit(visits.length - 1), [patient, visits.length]);
  useEffect(() => setAt(-1), [patient, visit]);
  const { value: row } = useComputed(async (): Promise<DrawnRow | undefined> => {
    const step = visits[visit]?.step;
    const { uniforms } = patient.steps[step] ?? {};
    if (uniforms === undefined) return undefined;
    const before = rowsBefore(patient, step);
    const passes = await passesOf(game.player, before, uniforms);
    const final = passes[passes.length - 1].row;
    return { uniforms, passes, prefixes: await prefixProbabilities(game.player, before, final) };
  }, [patient, visit]);
  const last = row === undefined ? -1 : row.uniforms.length - 1;
  const move = (by: number) => setAt((now) => Math.max(-1, Math.min(last, now + by)));
  const toNextOn = () => {
    const final = row?.passes[row.passes.length - 1].row ?? [];
    setAt(final.find((column) => column > at) ?? last);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { target } = event;
    if (target instanceof HTMLSelectElement || target instanceof HTMLInputElement) return;
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    move(by);
  };
  return (
    <section aria-labelledby="head" onKeyDown={onKeyDown}>
      <h2 id="head">4. Inside one visit: code by code</h2>
      <p>
        The masked head draws the codes in order. Each probability knows the codes that were drawn
        before it. A code is on if its random number is below its probability.
      </p>
      <div class="buttons">
        <button type="button" class="primary" disabled={at >= last} onClick={() => move(1)}>
          → Next code
        </button>
        <button type="button" disabled={at >= last} onClick={toNextOn}>Next code that is on</button>
        <button type="button" disabled={at < 0} onClick={() => move(-1)}>← Back</button>
        <button type="button" disabled={at < 0} onClick={() => setAt(-1)}>To the beginning</button>
        <label>
          <span>of</span>
          <select
            value={visit}
            onChange={({ currentTarget }) => setVisit(+currentTarget.value)}
          >
            {visits.map((_, each) => <option key={each} value={each}>visit {each + 1}</option>)}
          </select>
        </label>
      </div>
      {row !== undefined && (
        <div class="two">
          <div>
            <h3>One code after another</h3>
            <Cells game={game} row={row} at={at} onPlace={setAt} />
            <Draw game={game} row={row} at={at} />
            <h4>The likeliest places, in the order of the draw</h4>
            <Bars label="Probability of each place" lines={watchedLines(game, row, at)} />
            <p class="reading">
              When a code comes on, the probabilities of later places move; the line in a bar is
              where it was before.
            </p>
          </div>
          <div>
            <h3>The same visit in {row.passes.length} passes</h3>
            <p class="reading">
              The fixed-point sampler guesses all {row.uniforms.length}{" "}
              places at once from the same random numbers, and repeats until nothing changes. It
              ends with the same visit.
            </p>
            <Passes game={game} row={row} at={at} />
          </div>
        </div>
      )}
    </section>
  );
}
