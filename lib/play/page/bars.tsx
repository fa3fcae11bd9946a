/** @jsxImportSource preact */
/**
 * Shares as horizontal bars with their names.
 *
 * @module
 */
import type { JSX } from "preact";
import { percent } from "./game.ts";

/** A share, and its interval where it is an estimate. */
export interface Share {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** What it was before, where it has just moved. */
  readonly was?: number | undefined;
}

/** A line of bars: a name and one share, or two to compare. */
export interface BarLine {
  readonly name: string;
  /** The first in the colour of real records, the second in that of synthetic ones. */
  readonly shares: readonly Share[];
  /** Whether it was drawn, or was not; absent where that is not known yet, or not asked. */
  readonly isDrawn?: boolean | undefined;
}

function Bar({ share: { value, low, high, was }, of }: { share: Share; of: number }): JSX.Element {
  const wide = (share: number) => `${100 * Math.min(1, share)}%`;
  return (
    <div class={`bar bar-${of}`}>
      <div class="fill" style={{ width: wide(value) }} />
      {low !== undefined && high !== undefined && (
        <div class="whisker" style={{ left: wide(low), width: wide(high - low) }} />
      )}
      {was !== undefined && <div class="was" style={{ left: wide(was) }} />}
    </div>
  );
}

/** A share in words, with its interval or with what it was before. */
function inWords({ value, low, high, was }: Share): string {
  if (was !== undefined) return `${percent(was)} → ${percent(value)}`;
  if (low === undefined || high === undefined) return percent(value);
  return `${percent(value)} (${percent(low)} to ${percent(high)})`;
}

/** Lines of bars on the scale from 0 to 100%. */
export function Bars({ lines, label }: {
  readonly lines: readonly BarLine[];
  readonly label: string;
}): JSX.Element {
  return (
    <ul class="bars" aria-label={label}>
      {lines.map(({ name, shares, isDrawn }) => (
        <li key={name} class={isDrawn === undefined ? "" : isDrawn ? "drawn" : "not-drawn"}>
          <span class="name" title={name}>{name}</span>
          {isDrawn !== undefined && <span class="badge">{isDrawn ? "drawn" : "off"}</span>}
          <div class="tracks" aria-hidden="true">
            {shares.map((share, of) => <Bar key={of} share={share} of={of} />)}
          </div>
          <span class="figure">
            {shares.map(inWords).map((text) => <span key={text}>{text}</span>)}
          </span>
        </li>
      ))}
    </ul>
  );
}
