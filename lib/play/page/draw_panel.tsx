/** @jsxImportSource preact */
/**
 * A patient, drawn visit by visit, beside what the model expected.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type DrawnPatient, probabilitiesAfter } from "../player.ts";
import { type BarLine, Bars } from "./bars.tsx";
import { type Game, rowsBefore, type Shown, useComputed } from "./game.ts";

/** Draws of a visit over which its probabilities are averaged. */
const draws = 200;
/** The likeliest codes that are shown. */
const likeliest = 10;

/** A choice of one label: drawn, or given. */
export type LabelChoice = "" | "1" | "0";

/** What the panel tells the page. */
export interface DrawActions {
  readonly onNext: () => void;
  readonly onAll: () => void;
  readonly onNewPatient: () => void;
  readonly onLabel: (label: number, choice: LabelChoice) => void;
}

function Labels({ game, patient, choices, onLabel }: {
  readonly game: Game;
  readonly patient: DrawnPatient;
  readonly choices: readonly LabelChoice[];
  readonly onLabel: DrawActions["onLabel"];
}) {
  return (
    <fieldset class="labels">
      <legend>Labels</legend>
      {game.labelNames.map((name, label) => (
        <label key={name}>
          {name}
          <select
            value={choices[label]}
            onChange={({ currentTarget: { value } }) =>
              onLabel(label, value === "1" || value === "0" ? value : "")}
          >
            <option value="">
              drawn{choices[label] === "" && `: ${patient.labels[label] === 1 ? "yes" : "no"}`}
            </option>
            <option value="1">yes</option>
            <option value="0">no</option>
          </select>
        </label>
      ))}
    </fieldset>
  );
}

/** The visits so far; a press on one shows what was expected there. */
function Timeline({ game, shown, selected, onSelect }: {
  readonly game: Game;
  readonly shown: Shown;
  readonly selected: number;
  readonly onSelect: (visit: number) => void;
}) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  }, [shown.visits.length]);
  return (
    <ol class="timeline" ref={list} tabIndex={0} aria-label="Visits of the patient">
      {shown.visits.map(({ codes, step }, visit) => (
        <li key={step}>
          <button
            type="button"
            aria-pressed={visit === selected}
            onClick={() => onSelect(visit)}
          >
            Visit {visit + 1}
          </button>
          <ul class="codes">
            {codes.map((code) => <li key={code} class="code">{game.names[code]}</li>)}
          </ul>
        </li>
      ))}
    </ol>
  );
}

/** Bars of the likeliest codes and of all drawn ones. */
function expectedLines(
  { names }: Game,
  probabilities: Float64Array,
  drawn: readonly number[],
): BarLine[] {
  const byShare = Array.from(names.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
  const top = byShare.slice(0, likeliest);
  const others = byShare.slice(likeliest).filter((code) => drawn.includes(code));
  return [...top, ...others].map((code) => ({
    name: names[code],
    shares: [{ value: probabilities[code] }],
    isDrawn: drawn.includes(code) ? true : undefined,
  }));
}

/** The first panel. */
export function DrawPanel({ game, shown, choices, error, actions }: {
  readonly game: Game;
  readonly shown: Shown;
  readonly choices: readonly LabelChoice[];
  readonly error: string | undefined;
  readonly actions: DrawActions;
}): JSX.Element {
  const { patient, visits } = shown;
  const [selected, select] = useState(visits.length - 1);
  useEffect(() => select(visits.length - 1), [patient, visits.length]);
  const visit = Math.min(selected, visits.length - 1);
  const expected = useComputed(async () => {
    if (visit < 0) return undefined;
    const { codes, step } = visits[visit];
    const before = rowsBefore(patient, step);
    const probabilities = await probabilitiesAfter(game.player, before, { draws, seed: game.seed });
    return { visit, lines: expectedLines(game, probabilities, codes) };
  }, [patient, visit]);
  const isWhole = visits.length === patient.visits.length;
  return (
    <section aria-labelledby="draw">
      <h2 id="draw">1. Draw a patient</h2>
      <p>
        Press the button: the model gives every code a probability, then draws the next visit. Set a
        label to “yes” or “no”, and the patient is drawn again with it.
      </p>
      <div class="buttons">
        <button type="button" class="primary" disabled={isWhole} onClick={actions.onNext}>
          Draw the next visit
        </button>
        <button type="button" disabled={isWhole} onClick={actions.onAll}>Draw all visits</button>
        <button
          type="button"
          class={isWhole ? "primary" : ""}
          onClick={actions.onNewPatient}
        >
          New patient
        </button>
      </div>
      <Labels game={game} patient={patient} choices={choices} onLabel={actions.onLabel} />
      <p class="status" role="status">{error}</p>
      <div class="two">
        <div>
          <h3>Patient {patient.number + 1}</h3>
          <Timeline game={game} shown={shown} selected={visit} onSelect={select} />
          <p class="reading">
            {isWhole
              ? patient.isCutOff
                ? "The record is as long as the model writes at most."
                : `The record ends after ${patient.visits.length} visits.`
              : "Press a visit to see what was expected there."}
          </p>
        </div>
        <div>
          {expected.value !== undefined && (
            <>
              <h3>What was expected at visit {expected.value.visit + 1}</h3>
              <Bars label="Probability of each code" lines={expected.value.lines} />
              <p class="reading">
                Probability of each code before the visit was drawn (mean of {draws} draws).
              </p>
            </>
          )}
        </div>
      </div>
    </section>
  );
}
