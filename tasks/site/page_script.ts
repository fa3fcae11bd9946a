/**
 * What runs in the reader's browser. Its text goes into the site, so it uses nothing but what a browser
 * has, MiniSearch, and `searchOptions`.
 *
 * @module
 */
import type MiniSearch from "minisearch";

/** What is searched: a part of a page below a heading. */
export interface Section {
  readonly id: string;
  /** Its address from the root of the site. */
  readonly href: string;
  /** The page's title. */
  readonly title: string;
  /** Empty above the first heading. */
  readonly heading: string;
  text: string;
}

/** How sections are indexed and found; the last letters of a word may be missing. */
export const searchOptions = {
  fields: ["title", "heading", "text"],
  storeFields: ["href", "title", "heading", "text"],
  searchOptions: { prefix: true, combineWith: "AND", boost: { title: 4, heading: 3 } },
} as const satisfies ConstructorParameters<typeof MiniSearch>[0];

/** What the page has besides the browser's own. */
declare global {
  var MiniSearch: typeof import("minisearch").default;
  /** The index, once its script is loaded. */
  var ehrloomIndex: string | undefined;
}

/** Starts the search of a page: its index is loaded when the reader goes to the field. */
export function startSearch(): void {
  const root = document.currentScript?.dataset.root ?? "";
  const field = document.querySelector<HTMLInputElement>("#search");
  const list = document.querySelector<HTMLOListElement>("#found");
  if (field === null || list === null) return;
  let index: MiniSearch<Section> | undefined;

  /** What stands about the first word that was found. */
  const excerpt = (text: string, terms: string[]): string => {
    const places = terms.map((term) => text.toLowerCase().indexOf(term)).filter((at) => at >= 0);
    const start = Math.max(0, Math.min(...places, text.length) - 40);
    return `${start > 0 ? "… " : ""}${text.slice(start, start + 140)} …`;
  };

  const show = (): void => {
    const words = field.value.trim();
    list.hidden = words === "";
    if (index === undefined || words === "") return;
    const found = index.search(words).slice(0, 12);
    list.replaceChildren(...found.map(({ href, title, heading, text, terms }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const about = document.createElement("span");
      link.href = root + href;
      link.textContent = heading === "" ? title : `${title}: ${heading}`;
      about.textContent = excerpt(text, terms);
      item.append(link, about);
      return item;
    }));
    if (found.length === 0) list.textContent = "Nothing was found";
  };

  field.addEventListener("focus", () => {
    const script = document.createElement("script");
    script.src = `${root}search_index.js`;
    script.addEventListener("load", () => {
      index = globalThis.MiniSearch.loadJSON(globalThis.ehrloomIndex ?? "", searchOptions);
      show();
    });
    document.head.append(script);
  }, { once: true });
  field.addEventListener("input", show);
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape") list.hidden = true;
    if (key !== "/" || document.activeElement === field) return;
    setTimeout(() => field.focus()); // after the key itself, which must not be typed
  });
}

/** Shows the current page in a contents list that is longer than the window. */
export function showCurrent(): void {
  const nav = document.querySelector<HTMLElement>("#contents");
  const current = nav?.querySelector<HTMLElement>("[aria-current]");
  if (nav === null || !current) return;
  nav.scrollTop = current.getBoundingClientRect().top - nav.getBoundingClientRect().top - 160;
}
