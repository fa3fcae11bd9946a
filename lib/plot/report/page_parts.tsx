/** @jsxImportSource preact */
/**
 * What the pages share: tables, facts and numbers.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { showsSinglePatients } from "../../cohort/small_cells.ts";
import type { Aggregate, Estimate, ProbabilityFidelity } from "../../evaluate/report.ts";
import { sharingSentence } from "../rare_words.ts";

/** A share as a percentage. */
export const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)}%`;
/** A number's text with a minus sign instead of a hyphen. */
export const minus = (text: string) => text.replace("-", "−");
/** A difference with its sign. */
export const signed = (value: number, digits = 2) =>
  (value >= 0 ? "+" : "") + minus(value.toFixed(digits));

/** What the measures of codes and pairs ask together. */
export const probabilitiesQuestion =
  "Do codes and pairs of codes occur as often as in real records?";

/** How to read a point of each kind of scatter. */
export const scatterReadings = {
  unigram: "Each point is a code: the share of visits that have it.",
  same_visit_bigram: "Each point is a pair of codes: the share of visits that have both.",
  sequential_bigram:
    "Each point is a pair of codes: the first in one visit, the second in the next.",
} as const;

/** The caption of a figure of R² at a glance. */
export const overviewCaption =
  "R² of codes, pairs within a visit and pairs over consecutive visits, with 95% intervals over " +
  "resamples of patients.";

/** A figure and its 95% interval. */
export function Interval(
  { estimate, text }: { estimate: Estimate; text: (value: number) => string },
) {
  const { value, low, high } = estimate;
  return (
    <>
      {text(value)} <span class="interval">{text(low)} to {text(high)}</span>
    </>
  );
}

/** Stands where there is no figure. */
export function None() {
  return <span class="interval">none</span>;
}

/** An R² and its interval; "none" where there is nothing to compare. */
export function R2({ figure }: { figure: ProbabilityFidelity }) {
  const { r2, r2_low, r2_high } = figure;
  if (r2 === null || r2_low === null || r2_high === null) return <None />;
  const estimate = { value: r2, low: r2_low, high: r2_high };
  return <Interval estimate={estimate} text={(value) => minus(value.toFixed(3))} />;
}

/** Two means, and whether the interval of their difference includes 0, in words. */
export function aggregateReading(
  name: string,
  { real_mean, synthetic_mean, difference }: Aggregate,
  ceiling?: Aggregate | null,
): string {
  const share = real_mean === 0 ? "" : ` (${signed(100 * difference.value / real_mean, 1)}%)`;
  const verdict = difference.low <= 0 && difference.high >= 0
    ? "sampling variation could explain the difference (its 95% interval includes 0)"
    : `more than sampling variation explains (95% interval of the difference ${
      signed(difference.low)
    } to ${signed(difference.high)})`;
  const heldOut = ceiling
    ? ` Held-out real records differ by ${signed(ceiling.difference.value)} (${
      signed(ceiling.difference.low)
    } to ${signed(ceiling.difference.high)}).`
    : "";
  return `${name}: ${synthetic_mean.toFixed(2)} on average, ${real_mean.toFixed(2)} in the real ` +
    `records${share}; ${verdict}.${heldOut}`;
}

/** Real mean, compared mean and their difference, as cells of a table. */
export function AggregateCells(
  { aggregate, isStrong }: { aggregate: Aggregate; isStrong: boolean },
) {
  const { real_mean, real_sd, synthetic_mean, synthetic_sd, difference } = aggregate;
  return (
    <>
      <td>
        {real_mean.toFixed(2)} <span class="interval">± {real_sd.toFixed(2)}</span>
      </td>
      <td class={isStrong ? "strong" : undefined}>
        {synthetic_mean.toFixed(2)} <span class="interval">± {synthetic_sd.toFixed(2)}</span>
      </td>
      <td>
        <Interval estimate={difference} text={signed} />
      </td>
    </>
  );
}

/** Names with their values, one per line. */
export function Facts({ rows }: { rows: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl>
      {rows.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

/** The commit of Ehrloom, if it is known, as {@link Facts} takes it. */
export function commitFact(commit: string | undefined): [name: string, value: string][] {
  return commit === undefined ? [] : [["Commit", commit]];
}

/** Where a run's tables come from, as {@link Facts} takes them. */
export function sourceFacts(
  sources: Readonly<Record<string, string>> = {},
): [name: string, value: string][] {
  return Object.entries(sources).map(([table, source]) => [
    `Source of the ${table.replaceAll("_", " ")}`,
    source,
  ]);
}

/** Whether the page may leave the owner of the data, as far as small cells decide. */
export function Sharing({ minCell }: { minCell: number }) {
  return (
    <p class={showsSinglePatients(minCell) ? "sharing banner" : "sharing soft"}>
      {sharingSentence(minCell)}
    </p>
  );
}

/**
 * A table of the page, which scrolls where it is too wide.
 *
 * @param label that no other table of the page has; default its caption
 */
export function Table({ caption, label = caption, columns, children }: {
  caption: string;
  label?: string;
  columns: readonly string[];
  children: ComponentChildren;
}) {
  return (
    <div class="wide" tabIndex={0} role="region" aria-label={label}>
      <table>
        <caption>
          <span class="note">{caption}</span>
        </caption>
        <thead>
          <tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A line of a table that sets the rows below apart from those above, and says why. */
export function Apart({ columns, children }: { columns: number; children: ComponentChildren }) {
  return (
    <tr class="apart">
      <td colSpan={columns}>
        <span class="note">{children}</span>
      </td>
    </tr>
  );
}
