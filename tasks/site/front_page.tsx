/** @jsxImportSource preact */
/**
 * The first page of the book: what Ehrloom is, and a way in for each kind of reader.
 *
 * @module
 */
import { renderToString } from "preact-render-to-string";
import type { Group } from "./frame.tsx";

/** What each part of the book is good for, by its title. */
const ways: Readonly<Record<string, string>> = {
  Start: "Install it, run the demo, and see what there is.",
  Lessons: "Learn how synthetic health records work, in notebooks of one or two minutes.",
  Guides: "From your own data to a paper: formats, models, reports, what may be shared.",
  Models: "What each model does, its shapes, its paper, and what to expect of it.",
  "Measures of fidelity": "How closely do synthetic records resemble real ones?",
  "Measures of utility": "Can they replace real records in an analysis?",
  "Measures of privacy": "What do they give away about patients?",
  Results: "The models side by side on simulated patients.",
  "For developers": "All functions, the map of the code, decisions, and how to add to it.",
};

/** The page to play with, in the site. */
export const playFile = "play.html";

/** The body of the page. */
export function frontHtml(groups: readonly Group[]): string {
  return renderToString(
    <>
      <h1>Ehrloom</h1>
      <p class="lead">
        Ehrloom learns from longitudinal health records, generates synthetic ones, and measures how
        close they come to the real ones. This book works without a network.
      </p>
      <a class="play-first" href={playFile}>
        <b>Play with a model</b>
        <span>
          Draw a patient visit by visit, change a visit and draw the future again, and see the model
          at work: a small HALO runs in your browser. The best start for a class.
        </span>
      </a>
      <ul class="ways">
        {groups.map(({ title, pages, others = [] }) => (
          <li key={title}>
            <h2>
              <a href={pages[0].path}>{title}</a>
            </h2>
            <p>{ways[title]}</p>
            <p class="soft">
              {pages.length > 1 && `${pages.length} pages `}
              {others.filter(([, path]) => path !== playFile).map(([title, path]) => (
                <a key={path} href={path}>{title}</a>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </>,
  );
}
