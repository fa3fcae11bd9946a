/** @jsxImportSource preact */
/**
 * The page to play with: a small HALO in the reader's browser, in one file that requests nothing.
 *
 * @module
 */
import { renderToString } from "preact-render-to-string";
import { checkArguments } from "../arguments.ts";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { showsSinglePatients, usualMinCell } from "../cohort/small_cells.ts";
import { checkTrainedOn } from "../evaluate/trained_on.ts";
import { counted } from "../in_words.ts";
import { pageStyle } from "../plot/page/style.ts";
import type { Run } from "../train/run_folder.ts";
import { type PlayData, playData } from "./play_data.ts";
import { checkPlayable } from "./playable.ts";
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

/** How a page is made. */
export interface PlayPageOptions {
  /**
   * The cohort that the run was trained on, with its splits. Drawn patients are then compared with its
   * training patients; the page gets which share of them has each code, and nothing else.
   */
  readonly real?: Cohort | undefined;
  /** Fewest training patients who have a code whose share the page gets; default 10; 1: all codes. */
  readonly minCell?: number | undefined;
  /**
   * Whether the run was trained on simulated patients alone; default false: the page says that it must
   * be protected like the run.
   */
  readonly isSimulated?: boolean | undefined;
}

/** What the page says of itself. */
interface About {
  readonly run: Run;
  readonly data: PlayData;
  readonly minCell: number;
  readonly isSimulated: boolean;
}

/** What the page holds, for whoever decides where it may go. */
function Holds({ data: { codes, labelNames, real }, minCell }: About) {
  const shown = showsSinglePatients(minCell) ? "" : ` if at least ${minCell} do`;
  const shares = real === undefined
    ? ""
    : `, and which share of the ${counted(real.records)} training patients has each code${shown}`;
  const labels = `${labelNames.length} ${labelNames.length === 1 ? "label" : "labels"}`;
  return (
    <p class="banner">
      This page contains the model. Protect it like the run: it holds the model’s parameters and
      settings, the names of all its {counted(codes.length)} codes and {labels}
      {shares}. It holds no patient’s record.
    </p>
  );
}

const lead =
  "A model that learned from health records writes new ones, in your browser. Nothing leaves " +
  "this page.";

function simulatedLead({ data: { real } }: About): string {
  const many = real === undefined ? "" : `${counted(real.records)} `;
  return `A model that learned from ${many}simulated patients writes new ones, in your browser. No ` +
    "patient here is real, and nothing leaves this page.";
}

function Header(about: About) {
  return (
    <header>
      <h1>{about.isSimulated ? "Play with a small HALO" : "Play with HALO"}</h1>
      <p class="lead">{about.isSimulated ? simulatedLead(about) : lead}</p>
      {!about.isSimulated && <Holds {...about} />}
    </header>
  );
}

function Page({ about, program }: { readonly about: About; readonly program: PlayProgram }) {
  const { run } = about;
  // Without "<" no description can end the script element that holds it.
  const data = JSON.stringify(about.data).replaceAll("<", "\\u003c");
  const parameters = Object.values(run.parameters)
    .reduce((sum, { numbers }) => sum + numbers.length, 0);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <title>Play with HALO · Ehrloom</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: pageStyle + style }} />
      </head>
      <body class="play">
        <Header {...about} />
        <main id="play">
          <p role="status">The model starts …</p>
          <noscript>This page needs JavaScript.</noscript>
        </main>
        <footer>
          <p>
            HALO with {counted(parameters)} parameters, {run.vocabulary.codes.length} codes and{" "}
            {run.labelNames.length} labels, trained with seed {run.runConfig.training.seed}{" "}
            by Ehrloom{" "}
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
 * The page to play with, as HTML. It carries the run, so it must be protected like the run, and names
 * of codes and labels; of real records at most the shares that have each code.
 *
 * @param run of HALO over codes alone, small enough for a browser: 100,000 parameters are 0.6 MB of
 * the page
 * @param program what runs in the browser; `deno task play` bundles it
 * @param options what drawn patients are compared with, and whether the run is of simulated patients
 * @throws {RangeError} If a page cannot play with the run, or `real` is not what it was trained on
 */
export async function playPage(
  run: Run,
  program: PlayProgram,
  { real, minCell = usualMinCell, isSimulated = false }: PlayPageOptions = {},
): Promise<string> {
  checkArguments("playPage", [run, "run"]);
  checkPlayable(run);
  if (real !== undefined) {
    checkArguments("playPage", [real, "cohort"]);
    const purpose = "Cannot compare drawn patients with this cohort";
    await checkTrainedOn(run, real, {
      purpose,
      why: "so its patients are not those to compare with",
    });
  }
  const data = playData(run, { real: real && splitOf(real, "train"), minCell });
  const about = { run, data, minCell, isSimulated };
  return `<!doctype html>\n${renderToString(<Page about={about} program={program} />)}\n`;
}
