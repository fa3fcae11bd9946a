/** @jsxImportSource preact */
/**
 * The page to play with: a small HALO in the reader's browser, in one file that requests nothing.
 *
 * @module
 */
import { renderToString } from "preact-render-to-string";
import type { Cohort } from "../cohort/cohort.ts";
import { pageStyle } from "../plot/page/style.ts";
import type { Run } from "../train/run_folder.ts";
import { playData } from "./play_data.ts";
import style from "./play.css" with { type: "text" };

/** What runs in the reader's browser. */
export interface PlayProgram {
  /** The text of `page/main.tsx`, bundled with all that it imports. */
  readonly script: string;
  /** tfjs's WebAssembly with SIMD, in base64. */
  readonly engine: string;
}

/** Nothing but what the page itself carries; WebAssembly is compiled from its bytes. */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval'",
  "connect-src data:",
  "img-src data:",
].join("; ");

function Page({ run, real, program }: {
  readonly run: Run;
  readonly real: Cohort;
  readonly program: PlayProgram;
}) {
  // Without "<" no description can end the script element that holds it.
  const data = JSON.stringify(playData(run, real)).replaceAll("<", "\\u003c");
  const parameters = Object.values(run.parameters)
    .reduce((sum, { numbers }) => sum + numbers.length, 0);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <title>Play with a small HALO · Ehrloom</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: pageStyle + style }} />
      </head>
      <body class="play">
        <header>
          <h1>Play with a small HALO</h1>
          <p class="lead">
            A model that learned from {real.recordCount}{" "}
            simulated patients writes new ones, in your browser. No patient here is real, and
            nothing leaves this page.
          </p>
        </header>
        <main id="play">
          <p role="status">The model starts …</p>
          <noscript>This page needs JavaScript.</noscript>
        </main>
        <footer>
          <p>
            HALO with {parameters.toLocaleString("en")} parameters, {run.vocabulary.codes.length}
            {" "}
            codes and {run.labelNames.length} labels, trained with seed{" "}
            {run.runConfig.training.seed} by Ehrloom{" "}
            {run.runConfig.ehrloom}. The page runs the same code as the library: equal seeds give
            the patients of <code>generate()</code>.
          </p>
        </footer>
        <script
          type="application/json"
          id="play-data"
          dangerouslySetInnerHTML={{ __html: data }}
        />
        <script
          type="text/plain"
          id="play-engine"
          dangerouslySetInnerHTML={{ __html: program.engine }}
        />
        <script dangerouslySetInnerHTML={{ __html: program.script }} />
      </body>
    </html>
  );
}

/**
 * The page to play with, as HTML.
 *
 * It carries the run: give it one that was trained on records that everybody may see, such as the
 * sample's.
 *
 * @param run of HALO, small enough for a browser: 100,000 parameters are 0.6 MB of the page
 * @param real records with the run's vocabulary, with which drawn ones are compared
 * @param program what runs in the browser; `deno task play` bundles it
 */
export function playPage(run: Run, real: Cohort, program: PlayProgram): string {
  return `<!doctype html>\n${renderToString(<Page run={run} real={real} program={program} />)}\n`;
}
