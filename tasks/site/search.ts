/**
 * The search of the book, offline: an index of all sections, as a script that a page loads when its
 * reader begins to search. A page that is opened from a disk can load scripts, but no modules and no
 * JSON.
 *
 * @module
 */
import { parseHTML } from "linkedom";
import MiniSearch from "minisearch";
import type { SitePage } from "./frame.tsx";
import { searchOptions, type Section, showCurrent, startSearch } from "./page_script.ts";

/** The headings that begin a section. */
const headings = new Set(["H1", "H2", "H3"]);

/** The sections of a page: from each heading to the next. */
export function sectionsOf({ path, title, html }: SitePage): Section[] {
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  for (const left of document.querySelectorAll("svg, iframe, style")) left.remove();
  const sections = [{ id: path, href: path, title, heading: "", text: "" }];
  const read = (element: Element) => {
    for (const child of element.childNodes) {
      const last = sections[sections.length - 1];
      if (child.nodeType === 3) last.text += child.textContent;
      if (child.nodeType !== 1) continue;
      const { tagName, id, textContent } = child as Element; // nodeType 1 is an element
      if (!headings.has(tagName)) {
        read(child as Element);
        last.text += " ";
      } else if (tagName !== "H1" && id !== "") {
        const href = `${path}#${id}`;
        sections.push({ id: href, href, title, heading: textContent ?? "", text: "" });
      }
    }
  };
  read(document.body);
  return sections.map((section) => ({
    ...section,
    text: section.text.replace(/\s+/g, " ").trim(),
  }));
}

/** The index, as a script that keeps it as `ehrloomIndex`. */
export function indexScript(sections: readonly Section[]): string {
  const index = new MiniSearch<Section>(searchOptions);
  index.addAll(sections);
  return `globalThis.ehrloomIndex = ${JSON.stringify(JSON.stringify(index))};\n`;
}

/** MiniSearch, and what runs on a page, as one script. */
export async function siteScript(root: string): Promise<string> {
  const library = new URL("node_modules/minisearch/dist/umd/index.js", root);
  const text = (await Deno.readTextFile(library)).replace(/^\/\/# sourceMappingURL.*$/m, "");
  return `${text}
"use strict";
{
const searchOptions = ${JSON.stringify(searchOptions)};
(${showCurrent})();
(${startSearch})();
}
`;
}
