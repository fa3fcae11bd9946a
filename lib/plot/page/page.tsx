/** @jsxImportSource preact */
/**
 * The frame of a page: head, conclusion, contents list, the other sections, foot, and what its scripts
 * need.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import { version } from "../../version.ts";

/** A heading of the contents list: the id of its element, and its markup. */
type Heading = readonly [id: string, html: string];

/** The headings of the second level, in order. */
export function headingsOf(html: string): Heading[] {
  return Array.from(html.matchAll(/<h2 id="([^"]+)">(.*?)<\/h2>/gs), ([, id, text]) => [id, text]);
}

function Contents({ headings }: { headings: readonly Heading[] }) {
  return (
    <nav aria-labelledby="contents">
      <h2 id="contents">Contents</h2>
      <ol>
        {headings.map(([id, html]) => (
          <li key={id}>
            <a href={`#${id}`} dangerouslySetInnerHTML={{ __html: html }} />
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** What a page consists of. */
export interface PageParts {
  readonly title: string;
  readonly style: string;
  /** Class of the body. */
  readonly kind: "report" | "comparison" | "dossier";
  /** Title and lead. */
  readonly head: JSX.Element;
  /** The conclusion, above the contents list; nothing in a page without one. */
  readonly summary: JSX.Element | null;
  /** What the foot says of the other files. */
  readonly foot: string;
  /** The points of the scatters, as JSON without "<"; absent in a page without scatters. */
  readonly pointsJson?: string | undefined;
  /** None by default. */
  readonly scripts?: readonly string[] | undefined;
  /** The sections. */
  readonly children: ComponentChildren;
}

/** What a page may do: nothing but what it carries itself. */
function policyOf(scripts: readonly string[]): string {
  const script = scripts.length > 0 ? "script-src 'unsafe-inline'; " : "";
  return `default-src 'none'; style-src 'unsafe-inline'; ${script}img-src data:`;
}

/** A self-contained page, which requests nothing. */
export function Page(parts: PageParts): JSX.Element {
  const { title, style, kind, head, summary, foot, pointsJson, scripts = [], children } = parts;
  const [conclusion, sections] = [summary, children].map((part) => renderToString(<>{part}</>));
  const contents = renderToString(<Contents headings={headingsOf(conclusion + sections)} />);
  return (
    <html lang="en" id="top">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content={policyOf(scripts)} />
        <meta name="generator" content={`Ehrloom ${version}`} />
        <title>{`${title} · Ehrloom`}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body class={kind}>
        {head}
        <main dangerouslySetInnerHTML={{ __html: conclusion + contents + sections }} />
        <footer>
          <p>{foot}</p>
          <a class="to-top" href="#top">Back to top</a>
        </footer>
        {pointsJson !== undefined && (
          <script
            type="application/json"
            id="page-points"
            dangerouslySetInnerHTML={{ __html: pointsJson }}
          />
        )}
        {scripts.map((script, index) => (
          <script key={index} dangerouslySetInnerHTML={{ __html: script }} />
        ))}
      </body>
    </html>
  );
}
