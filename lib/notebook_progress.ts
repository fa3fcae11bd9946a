/**
 * Progress in a notebook's cell: one output that is updated in place, with the losses so far while a
 * model is trained.
 *
 * @module
 */
import { printable } from "./printable.ts";
import type { FinishedEpoch, OnProgress } from "./progress.ts";

/** What a Jupyter kernel gives its notebook. */
export type Jupyter = Pick<typeof Deno.jupyter, "display">;

/** Jupyter, if this process is its kernel. */
export function jupyter(): Jupyter | undefined {
  try {
    return Deno.jupyter;
  } catch (_) {
    return undefined; // elsewhere, reading it throws
  }
}

/** Milliseconds before anything is shown, and between two updates. */
const interval = { first: 1000, next: 250 };

/** The losses of an epoch. */
type Losses = Pick<FinishedEpoch, "trainLoss" | "validationLoss">;

const size = { width: 320, height: 90 };

/**
 * Training loss (dashed) and validation loss by epoch as SVG, from the lowest to the highest loss; ""
 * before the second epoch.
 */
export function lossCurve(epochs: readonly Losses[]): string {
  if (epochs.length < 2) return "";
  const isBoth = epochs.every(({ trainLoss }) => trainLoss !== null);
  const losses = epochs.flatMap(({ trainLoss, validationLoss }) =>
    trainLoss === null ? [validationLoss] : [trainLoss, validationLoss]
  );
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const { width, height } = size;
  const line = (of: keyof Losses, dashes: string) => {
    const points = epochs.map((each, i) => {
      const x = width * i / (epochs.length - 1);
      const y = height * (high - (each[of] ?? NaN)) / (high - low || 1);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
    return `<polyline points="${points.join(" ")}" stroke-dasharray="${dashes}"/>`;
  };
  const last = epochs[epochs.length - 1];
  const text = last.trainLoss === null
    ? `Validation loss ${last.validationLoss.toFixed(3)}`
    : `Training loss ${last.trainLoss.toFixed(3)} (dashed), ` +
      `validation loss ${last.validationLoss.toFixed(3)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${text}" ` +
    `width="${width}" height="${height}" viewBox="-2 -2 ${width + 4} ${height + 4}" ` +
    `fill="none" stroke="currentColor" stroke-width="1.5">` +
    (isBoth ? line("trainLoss", "4 3") : "") + line("validationLoss", "none") +
    `</svg><div>${text}</div>`;
}

function timeText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}

function asHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/**
 * Shows progress in the cell that runs.
 *
 * @returns `end` waits until all is shown and leaves one line, with the losses if the work was stopped
 */
export function notebookProgress(
  { display }: Jupyter,
): { onProgress: OnProgress; end: (how: "Done" | "Stopped") => Promise<void> } {
  const began = performance.now();
  const display_id = crypto.randomUUID();
  let shownAt: number | undefined;
  let stageNow = "";
  let epochs: Losses[] = [];
  let sent = Promise.resolve();

  const show = (text: string, html: string) => {
    const options = { raw: true, display_id, update: shownAt !== undefined };
    shownAt = performance.now();
    sent = sent.then(() => display({ "text/plain": text, "text/html": html }, options));
  };
  const seconds = () => timeText(Math.round((performance.now() - began) / 1000));
  return {
    onProgress(progress) {
      const { stage, done, total, note = "", finished } = progress;
      if (stage !== stageNow) epochs = [];
      stageNow = stage;
      if (finished !== undefined) epochs.push(finished);
      const since = performance.now() - (shownAt ?? began);
      if (since < (shownAt === undefined ? interval.first : interval.next)) return;
      const text = printable(`${stage} ${done}/${total} ${note}`.trimEnd()) + ` (${seconds()})`;
      const bar = `<progress value="${done}" max="${total}" aria-label="Progress"></progress>`;
      show(text, `<div>${bar} ${asHtml(text)}</div>${lossCurve(epochs)}`);
    },
    async end(how) {
      if (shownAt !== undefined) {
        const text = `${how} after ${seconds()}`;
        const isCut = how === "Stopped";
        show(text, `<div>${text}</div>${isCut ? lossCurve(epochs) : ""}`);
      }
      await sent;
    },
  };
}
