/** @jsxImportSource preact */
/**
 * The triangle of the mask: which code may see which, and what that changes.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { influences } from "../player.ts";
import { type Game, rowsBefore, type Shown, useComputed } from "./game.ts";

/** Change of the log odds that has the full colour. */
const strongest = 2;

/** The numbers of a colour that the page has as a variable. */
function colourOf(name: string): [red: number, green: number, blue: number] {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return [0, 0, 0];
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** Paints a pixel for each pair of codes; beyond the mask it stays empty. */
function paint(canvas: HTMLCanvasElement, changes: Float32Array, count: number): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const [less, more, none] = ["--real", "--synthetic", "--tint"].map(colourOf);
  const image = context.createImageData(count, count);
  for (let i = 0; i < changes.length; i++) {
    const [predicted, seen] = [Math.floor(i / count), i % count];
    if (seen >= predicted) continue;
    const share = Math.min(1, Math.abs(changes[i]) / strongest);
    const colour = changes[i] > 0 ? more : less;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = share * colour[c] + (1 - share) * none[c];
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** What one code does to another, in words. */
function sentence(game: Game, predicted: number, seen: number, change: number): JSX.Element {
  const [of, by] = [<b key="of">{game.names[predicted]}</b>, <b key="by">{game.names[seen]}</b>];
  if (seen === predicted) return <>{of} does not see itself: it is just being drawn.</>;
  if (seen > predicted) {
    return <>{of} (place {predicted + 1}) does not see {by} (place {seen + 1}): that comes later.</>;
  }
  const odds = Math.exp(change);
  const size = odds >= 1 ? odds : 1 / odds;
  const effect = size < 1.05
    ? "hardly changes its odds"
    : `makes its odds ${size.toFixed(size < 10 ? 1 : 0)} times as ${odds > 1 ? "high" : "low"}`;
  return (
    <>
      {of} (place {predicted + 1}) sees {by} (place {seen + 1}). If that is on, it {effect}.
    </>
  );
}

function Place({ game, label, value, onChange }: {
  readonly game: Game;
  readonly label: string;
  readonly value: number;
  readonly onChange: (code: number) => void;
}) {
  return (
    <label class="place">
      <span>{label}</span>
      <input
        type="range"
        min={0}
        max={game.names.length - 1}
        value={value}
        aria-valuetext={game.names[value]}
        onInput={({ currentTarget }) => onChange(+currentTarget.value)}
      />
    </label>
  );
}

/** The pair whose change is largest, which the panel points to first. */
function strongestPair(changes: Float32Array): number {
  return changes.reduce((most, change, i) => change > changes[most] ? i : most, 0);
}

/** The fourth panel. */
export function MaskPanel({ game, shown }: {
  readonly game: Game;
  readonly shown: Shown;
}): JSX.Element {
  const { patient, visits } = shown;
  const count = game.names.length;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [chosen, choose] = useState<readonly [predicted: number, seen: number]>();
  const lastStep = visits[visits.length - 1]?.step ?? 1;
  const { value: changes } = useComputed(
    () => influences(game.player, rowsBefore(patient, lastStep + 1)),
    [patient, lastStep],
  );
  useEffect(() => {
    if (canvas.current === null || changes === undefined) return;
    const { current } = canvas;
    paint(current, changes, count);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const again = () => paint(current, changes, count);
    scheme.addEventListener("change", again);
    return () => scheme.removeEventListener("change", again);
  }, [changes]);
  const pair = changes === undefined ? 0 : strongestPair(changes);
  const [predicted, seen] = chosen ?? [Math.floor(pair / count), pair % count];
  const point = ({ currentTarget, clientX, clientY }: JSX.TargetedPointerEvent<HTMLElement>) => {
    const { left, top, width, height } = currentTarget.getBoundingClientRect();
    const place = (share: number) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    choose([place((clientY - top) / height), place((clientX - left) / width)]);
  };
  const at = (code: number) => `${100 * (code + 0.5) / count}%`;
  return (
    <section aria-labelledby="mask">
      <h2 id="mask">4. Who may see whom</h2>
      <p>
        Each code sees the codes before it in the list, and none after: that is the mask. Point at the
        triangle, or move the sliders.
      </p>
      <div class="two">
        <div class="triangle">
          <span class="axis-x" aria-hidden="true">code that is seen →</span>
          <span class="axis-y" aria-hidden="true">code that is drawn ↓</span>
          <div class="frame" onPointerMove={point} onPointerDown={point}>
            <canvas
              ref={canvas}
              width={count}
              height={count}
              role="img"
              aria-label="Triangle of the mask; the text beside it says what is at the chosen place"
            />
            <div class="row-line" style={{ top: at(predicted) }} />
            <div class="column-line" style={{ left: at(seen) }} />
          </div>
        </div>
        <div>
          <p class="draw" role="status">
            {changes && sentence(game, predicted, seen, changes[predicted * count + seen])}
          </p>
          <Place
            game={game}
            label="Code that is drawn"
            value={predicted}
            onChange={(code) => choose([code, seen])}
          />
          <Place
            game={game}
            label="Code that is seen"
            value={seen}
            onChange={(code) => choose([predicted, code])}
          />
          <p class="reading">
            <span class="swatch bar-1" /> makes it likelier <span class="swatch bar-0" />{" "}
            makes it less likely, in the visit after those that are drawn in panel 1. The upper half
            is empty: nobody sees what comes later.
          </p>
        </div>
      </div>
    </section>
  );
}
