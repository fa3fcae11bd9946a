/**
 * What a task tells people while it works, on stderr.
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

/** Writes a line of a task's result to stdout. */
export function tell(line: string): void {
  process.stdout.write(printable(line) + "\n");
}

/** The estimate of the time left, once there is one: a number of seconds. */
function timeLeft(seconds: number | string): string {
  if (typeof seconds !== "number") return ""; // "NULL" or "INF" until something is done
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s left`;
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s left`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

/** Milliseconds between two lines of progress without a terminal. */
const lineInterval = 5000;

/**
 * A progress bar on stderr for each stage, with the time left; without a terminal, a line from time
 * to time for long stages.
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
        format: "{stage} [{bar}] {value}/{total} {note} {eta_formatted}",
        stream: process.stderr,
        hideCursor: true,
        linewrap: false,
        etaBuffer: 50,
        formatTime: timeLeft,
      }, cliProgress.Presets.rect);
      bar.start(total, 0, { stage, note: "" });
    }
    bar?.update(done, { stage, note });
    if (done >= total) stop();
  };
  return { onProgress: process.stderr.isTTY ? asBar : asLine, stop };
}
