/**
 * Progress on a terminal: a bar for each stage, with the time left.
 *
 * @module
 */
import cliProgress from "cli-progress";
import process from "node:process";
import { type OnProgress, printable } from "ehrloom";
import { duration } from "./duration.ts";

/** The estimate of the time left, once there is one: a number of seconds. */
export function timeLeft(seconds: number | string): string {
  // "NULL" or "INF" until something is done
  return typeof seconds === "number" ? `${duration(seconds)} left` : "";
}

/**
 * Draws bars on stderr.
 *
 * @param write gets what should stay in the terminal, a line
 * @returns `stop` also gives the cursor back, and the wrapping of lines
 */
export function progressBar(
  write: (line: string) => void,
): { onProgress: OnProgress; stop: () => void } {
  let stage = "";
  let bar: cliProgress.SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
    stage = "";
  };
  const onProgress: OnProgress = ({ stage: text, done, total, note: about = "", ended }) => {
    const [now, note] = [printable(text), printable(about)];
    if (ended !== undefined) {
      stop();
      return write(`${text} ${ended}`);
    }
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
    bar?.update(done, note === "" ? { stage } : { stage, note });
    if (done >= total) stop();
  };
  return { onProgress, stop };
}
