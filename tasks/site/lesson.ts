/**
 * A notebook as a page: its texts, its code, and the outputs that are stored in it.
 *
 * @module
 */
import { codeHtml, escaped, markdownHtml, type PageTexts } from "./markdown.ts";

/** Jupyter gives texts whole or in lines. */
type Text = string | readonly string[];

/** One output of a cell. */
interface Output {
  /** Of results: by media type. */
  readonly data?: Readonly<Record<string, Text>>;
  /** What a cell writes to the terminal. */
  readonly text?: Text;
  /** Of a cell that failed: the error's name and message. */
  readonly ename?: string;
  readonly evalue?: string;
}

/** A notebook's file (nbformat 4), as far as a page shows it. */
interface Notebook {
  readonly cells: readonly {
    readonly cell_type: "code" | "markdown";
    readonly source: Text;
    readonly outputs?: readonly Output[];
    readonly metadata?: { readonly jupyter?: { readonly source_hidden?: boolean } };
  }[];
}

function whole(text: Text): string {
  return typeof text === "string" ? text : text.join("");
}

/** SVG whose ids are those of no other figure of the page. */
function withOwnIds(svg: string, prefix: string): string {
  return svg.replaceAll(/(\sid="|url\(#|href="#)/g, `$1${prefix}-`);
}

/** HTML of a cell. What brings scripts runs in a frame that can reach neither the page nor the network. */
function cellHtml(html: string): string {
  if (!/<script\b/i.test(html)) return `<div class="wide" tabindex="0">${html}</div>`;
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ` +
    `style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">`;
  return `<iframe sandbox="allow-scripts" title="Interactive output" srcdoc="${
    escaped(policy + html)
  }"></iframe>`;
}

/** How each media type is shown; a cell shows the first that its output has. */
const shown: readonly (readonly [string, (text: string, id: string, page: PageTexts) => string])[] =
  [
    ["text/html", cellHtml],
    ["image/svg+xml", (text, id) => `<figure>${withOwnIds(text, id)}</figure>`],
    ["text/markdown", (text, _id, page) => markdownHtml(text, page)],
    ["text/plain", (text) => `<pre tabindex="0">${escaped(text)}</pre>`],
  ];

/** @throws {Error} If the cell failed, or shows what a page cannot */
function outputHtml({ data, text, ename, evalue }: Output, id: string, page: PageTexts): string {
  if (ename !== undefined) throw new Error(`a cell failed: ${ename}: ${evalue}`);
  if (data === undefined) return `<pre tabindex="0">${escaped(whole(text ?? ""))}</pre>`;
  for (const [type, html] of shown) {
    if (data[type] !== undefined) return html(whole(data[type]), id, page);
  }
  throw new Error(`a cell shows ${Object.keys(data).join(", ")}, which a page cannot`);
}

/** Code that a notebook folds away, behind the dots that Jupyter has in its place. */
function folded(code: string): string {
  return `<details><summary><span aria-hidden="true">⋯</span> code</summary>${code}</details>`;
}

/**
 * The body of a lesson's page.
 *
 * @param file the text of the notebook's file
 * @throws {Error} If a cell failed, or shows what a page cannot
 */
export function lessonHtml(file: string, page: PageTexts): string {
  const { cells }: Notebook = JSON.parse(file);
  return cells.map(({ cell_type, source, outputs = [], metadata }, cell) => {
    if (cell_type === "markdown") return markdownHtml(whole(source), page);
    const all = outputs.map((output, i) => outputHtml(output, `cell-${cell}-${i}`, page));
    const below = all.length === 0 ? "" : `<div class="output">${all.join("")}</div>`;
    const code = codeHtml(whole(source), "typescript");
    return metadata?.jupyter?.source_hidden === true
      ? `<div class="cell folded">${below}${folded(code)}</div>`
      : `<div class="cell">${code}${below}</div>`;
  }).join("\n");
}
