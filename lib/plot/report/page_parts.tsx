/** @jsxImportSource preact */
/**
 * What the pages share: head, tables, figures and numbers.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import type { Aggregate, Estimate, ProbabilityFidelity } from "../../evaluate/report.ts";

/** A count with its thousands set apart. */
export const whole = (count: number) => count.toLocaleString("en");
/** A share as a percentage. */
export const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)}%`;
/** A number's text with a minus sign instead of a hyphen. */
export const minus = (text: string) => text.replace("-", "−");
/** A difference with its sign. */
export const signed = (value: number, digits = 2) =>
  (value >= 0 ? "+" : "") + minus(value.toFixed(digits));

/** How to read a point of each kind of scatter. */
export const scatterReadings = {
  unigram: "Each point is a code: how many of the visits hold it.",
  same_visit_bigram: "Each point is a pair of codes: how many of the visits hold both.",
  sequential_bigram:
    "Each point is a pair of codes, the first in a visit and the second in the next one.",
} as const;

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

/** Two means, and whether the interval of their difference holds zero, in words. */
export function aggregateReading(
  name: string,
  { real_mean, synthetic_mean, difference }: Aggregate,
): string {
  const share = real_mean === 0 ? "" : ` (${signed(100 * difference.value / real_mean, 1)}%)`;
  const verdict = difference.low <= 0 && difference.high >= 0
    ? "the interval of the difference holds zero, so chance could explain it"
    : "more than chance explains, by the interval of the difference";
  return `${name}: ${synthetic_mean.toFixed(2)} on average where the real records have ` +
    `${real_mean.toFixed(2)}${share}; ${verdict}.`;
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

/** Names and what they stand for, a line each. */
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

/** Where a run's tables come from, as {@link Facts} takes them. */
export function sourceFacts(
  sources: Readonly<Record<string, string>> = {},
): [name: string, value: string][] {
  return Object.entries(sources).map(([table, source]) => [
    `Its ${table.replaceAll("_", " ")}`,
    source,
  ]);
}

/** A table of the page, which scrolls by itself where it is too wide. */
export function Table({ caption, columns, children }: {
  caption: string;
  columns: readonly string[];
  children: ComponentChildren;
}) {
  return (
    <div class="wide">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A figure with what it shows; nothing where there is none. */
export function Figure({ svg, caption }: { svg: string | undefined; caption: string }) {
  if (svg === undefined) return null;
  return (
    <figure>
      <div dangerouslySetInnerHTML={{ __html: svg }} />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** A page that needs nothing around it and asks for nothing. */
export function Page({ title, style, children }: {
  title: string;
  style: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
        />
        <title>{`${title} · Ehrloom`}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        {children}
      </body>
    </html>
  );
}
