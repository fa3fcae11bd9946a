/**
 * What a notebook's cell shows beside figures.
 *
 * @module
 */
import { markupText } from "../../printable.ts";

/** What Jupyter shows if it is the last expression of a cell: texts by media type. */
export type NotebookOutput = Readonly<Record<symbol, () => Readonly<Record<string, string>>>>;

/** Where Deno's Jupyter kernel looks for what to show. */
const display = Symbol.for("Jupyter.display");

/**
 * The same content as markup and as plain text, of which Jupyter takes what it can show.
 *
 * @param plain as it is
 * @param html whose texts are escaped
 */
export function notebookOutput(plain: string, html: string): NotebookOutput {
  return { [display]: () => ({ "text/plain": plain, "text/html": markupText(html) }) };
}
