import process from "node:process";
import type { OnProgress } from "ehrloom";
import { progressBar } from "./progress_bar.ts";
import { progressLines } from "./progress_lines.ts";
import { isQuiet, say } from "./say.ts";

/** How the progress of a task is shown. */
export interface Display {
  /** Shows how far a stage is. */
  readonly onProgress: OnProgress;
  /** Ends a bar. */
  stop(): void;
  /** Where the task is: "in epoch 9", "(generating)"; undefined before its first stage. */
  where(): string | undefined;
}

/** Progress on stderr: bars on a terminal, lines without one, and nothing with `--quiet`. */
export function progressDisplay(): Display {
  const bar = progressBar(say);
  const show = isQuiet ? () => {} : process.stderr.isTTY ? bar.onProgress : progressLines(say);
  let place: string | undefined;
  return {
    onProgress(progress) {
      const { stage, epoch } = progress;
      const named = stage === "training" ? [] : [`(${stage})`];
      place = [...epoch === undefined ? [] : [`in epoch ${epoch}`], ...named].join(" ");
      show(progress);
    },
    stop: bar.stop,
    where: () => place || undefined,
  };
}
