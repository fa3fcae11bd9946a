/**
 * What a task says to people while it works, on stderr.
 *
 * @module
 */
import cliProgress from "cli-progress";
import process from "node:process";
import { type OnProgress, printable } from "ehrloom";

/** Writes a line for people to stderr, see {@link printable}; results go to files or stdout. */
export function say(line: string): void {
  process.stderr.write(printable(line) + "\n");
}

/** Milliseconds between two lines of progress where no terminal is. */
const lineInterval = 5000;

/**
 * A progress bar on stderr per stage, with the time left; where no terminal is, a line now and then
 * for what takes long.
 */
export function progressBars(): { onProgress: OnProgress; stop: () => void } {
  let stage = "";
  let bar: cliProgress.SingleBar | undefined;
  let lastLine = Date.now();
  const stop = () => {
    bar?.stop(); // gives the cursor back, and the wrapping of lines
    bar = undefined;
    stage = "";
  };
  const asLine: OnProgress = ({ stage, done, total, note = "" }) => {
    if (Date.now() - lastLine < lineInterval) return;
    lastLine = Date.now();
    say(`${stage} ${done}/${total} ${note}`.trimEnd());
  };
  const asBar: OnProgress = ({ stage: text, done, total, note: about = "" }) => {
    const [now, note] = [printable(text), printable(about)];
    if (now !== stage) {
      stop();
      if (done >= total) return;
      stage = now;
      bar = new cliProgress.SingleBar({
        format: "{stage} [{bar}] {value}/{total} {note} {eta_formatted} left",
        stream: process.stderr,
        hideCursor: true,
        linewrap: false,
        etaBuffer: 50,
      }, cliProgress.Presets.rect);
      bar.start(total, 0, { stage, note: "" });
    }
    bar?.update(done, { stage, note });
    if (done >= total) stop();
  };
  return { onProgress: process.stderr.isTTY ? asBar : asLine, stop };
}
