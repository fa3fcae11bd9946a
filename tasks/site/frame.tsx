/** @jsxImportSource preact */
/**
 * What all pages of the book have: a bar with the search, the contents at the side (behind a button
 * where the window is narrow), and the page before and after.
 *
 * @module
 */
import { renderToString } from "preact-render-to-string";

/** A page of the book. */
export interface SitePage {
  /** Its address in the site: "docs/results.html". */
  readonly path: string;
  readonly title: string;
  /** Its body, as HTML. */
  readonly html: string;
}

/** A part of the contents list. */
export interface Group {
  readonly title: string;
  readonly pages: readonly SitePage[];
  /** Addresses of pages that other programs make: the API, the page to play with. */
  readonly others?: readonly (readonly [title: string, path: string])[];
}

/** The way from a page to the root of the site: "", "../", … */
export function toRoot(path: string): string {
  return "../".repeat(path.split("/").length - 1);
}

/** Headings of the second level of a page. */
function headingsOf({ html }: SitePage): [id: string, inner: string][] {
  return Array.from(
    html.matchAll(/<h2 id="([^"]+)">(.*?)<\/h2>/gs),
    ([, id, inner]) => [id, inner],
  );
}

function Contents({ groups, page }: { groups: readonly Group[]; page: SitePage }) {
  const root = toRoot(page.path);
  return (
    <nav id="contents" popover="auto" aria-label="Contents of the book">
      {groups.map(({ title, pages, others = [] }) => (
        <details key={title} open={pages.includes(page) || page.path === "index.html"}>
          <summary>{title}</summary>
          <ul>
            {others.map(([title, path]) => (
              <li key={path}>
                <a href={root + path}>{title}</a>
              </li>
            ))}
            {pages.map((each) => (
              <li key={each.path}>
                <a href={root + each.path} aria-current={each === page ? "page" : undefined}>
                  {each.title}
                </a>
                {each === page && (
                  <ul>
                    {headingsOf(page).map(([id, inner]) => (
                      <li key={id}>
                        <a href={`#${id}`} dangerouslySetInnerHTML={{ __html: inner }} />
                      </li>
                    ))}
                  </ul>
                )}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </nav>
  );
}

/** Links to the pages before and after, in the order of the contents list. */
function Neighbours({ groups, page }: { groups: readonly Group[]; page: SitePage }) {
  const all = groups.flatMap(({ pages }) => pages);
  const at = all.indexOf(page);
  if (at < 0) return null;
  const [before, after] = [all[at - 1], all[at + 1]];
  const root = toRoot(page.path);
  return (
    <footer>
      {before !== undefined && <a rel="prev" href={root + before.path}>← {before.title}</a>}
      {after !== undefined && <a rel="next" href={root + after.path}>{after.title} →</a>}
    </footer>
  );
}

/** The whole page, as a file. It loads its style and its search from the site, and nothing else. */
export function pageFile(page: SitePage, groups: readonly Group[]): string {
  const root = toRoot(page.path);
  const html = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{page.path === "index.html" ? "Ehrloom" : `${page.title} · Ehrloom`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={`${root}site.css`} />
        <script defer src={`${root}site.js`} data-root={root} />
      </head>
      <body>
        <a class="skip" href="#text">To the text</a>
        <header>
          <a class="home" href={`${root}index.html`}>Ehrloom</a>
          <button type="button" popovertarget="contents">Contents</button>
          <search>
            <input
              type="search"
              id="search"
              placeholder="Search the book"
              aria-label="Search the book"
              autocomplete="off"
            />
            <ol id="found" hidden aria-live="polite" />
          </search>
        </header>
        <Contents groups={groups} page={page} />
        <main id="text">
          <div dangerouslySetInnerHTML={{ __html: page.html }} />
          <Neighbours groups={groups} page={page} />
        </main>
      </body>
    </html>,
  );
  return `<!DOCTYPE html>\n${html}\n`;
}
