/** @jsxImportSource preact */
/**
 * The triangle of the mask: which code may see which, and what that changes.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Influences, influences } from "../player.ts";
import { type Game, percent, rowsBefore, type Shown, useComputed } from "./game.ts";

/** Change of the log odds that has the full colour. */
const strongest = 4;

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

function logOdds(probability: number): number {
  // away from 0 and 1, to which float32 rounds
  const inside = Math.min(1 - 1e-7, Math.max(1e-7, probability));
  return Math.log(inside / (1 - inside));
}

/** Paints a pixel for each pair of codes; beyond the mask it stays empty. */
function paint(canvas: HTMLCanvasElement, { none, one }: Influences): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const [less, more, plain] = ["--real", "--synthetic", "--tint"].map(colourOf);
  const count = none.length;
  const image = context.createImageData(count, count);
  for (let i = 0; i < one.length; i++) {
    const [predicted, seen] = [Math.floor(i / count), i % count];
    if (seen >= predicted) continue;
    const change = logOdds(one[i]) - logOdds(none[predicted]);
    const share = Math.min(1, Math.abs(change) / strongest);
    const colour = change > 0 ? more : less;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = share * colour[c] + (1 - share) * plain[c];
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** What one code does to another, in words. */
function sentence(
  game: Game,
  { none, one }: Influences,
  [predicted, seen]: readonly [predicted: number, seen: number],
): JSX.Element {
  const [of, by] = [<b key="of">{game.names[predicted]}</b>, <b key="by">{game.names[seen]}</b>];
  if (seen === predicted) return <>{of} does not see itself: it is just being drawn.</>;
  if (seen > predicted) {
    return (
      <>{of} (place {predicted + 1}) does not see {by} (place {seen + 1}): that comes later.</>
    );
  }
  return (
    <>
      {of} (place {predicted + 1}) sees {by} (place {seen + 1}). Its probability is{" "}
      {percent(none[predicted])} if no code before it is on, and{" "}
      {percent(one[predicted * none.length + seen])} if only that one is.
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

/** The pair whose probability rises most, which the panel points to first. */
function strongestPair({ none, one }: Influences): [predicted: number, seen: number] {
  const count = none.length;
  const rise = (i: number) => one[i] - none[Math.floor(i / count)];
  const pair = one.reduce((most, _, i) => rise(i) > rise(most) ? i : most, 0);
  return [Math.floor(pair / count), pair % count];
}

/** The fifth panel. */
export function MaskPanel({ game, shown }: {
  readonly game: Game;
  readonly shown: Shown;
}): JSX.Element {
  const { patient, visits } = shown;
  const count = game.names.length;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [chosen, choose] = useState<readonly [predicted: number, seen: number]>();
  const lastStep = visits[visits.length - 1]?.step ?? 1;
  const { value: found } = useComputed(
    () => influences(game.player, rowsBefore(patient, lastStep + 1)),
    [patient, lastStep],
  );
  useEffect(() => {
    if (canvas.current === null || found === undefined) return;
    const { current } = canvas;
    paint(current, found);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const again = () => paint(current, found);
    scheme.addEventListener("change", again);
    return () => scheme.removeEventListener("change", again);
  }, [found]);
  const [predicted, seen] = chosen ?? (found === undefined ? [0, 0] : strongestPair(found));
  const point = ({ currentTarget, clientX, clientY }: JSX.TargetedPointerEvent<HTMLElement>) => {
    const { left, top, width, height } = currentTarget.getBoundingClientRect();
    const place = (share: number) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    choose([place((clientY - top) / height), place((clientX - left) / width)]);
  };
  const at = (code: number) => `${100 * (code + 0.5) / count}%`;
  return (
    <section aria-labelledby="mask">
      <h2 id="mask">5. Who may see whom</h2>
      <p>
        Each code sees the codes before it in the list, and none after: that is the mask. Point at
        the triangle, or move the sliders.
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
            {found && sentence(game, found, [predicted, seen])}
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
