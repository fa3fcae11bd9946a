/**
 * Did training converge, and where was it best?
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { checkArguments } from "../../arguments.ts";
import { axisTitle } from "./axes.ts";
import { colours, wordColours } from "./colours.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";

/** The losses after one epoch, as in a line of `training.jsonl`. */
export interface EpochLosses {
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean negative log-likelihood of the training records during the epoch, nats per visit; null in
   * private training. */
  readonly train_loss: number | null;
  /** The same for the validation records, after the epoch. */
  readonly validation_loss: number;
}

/** The line with the lowest validation loss, the first of equals; undefined without lines. */
export function bestEpoch<T extends EpochLosses>(lines: readonly T[]): T | undefined {
  return lines.reduce<T | undefined>(
    (best, line) => best === undefined || line.validation_loss < best.validation_loss ? line : best,
    undefined,
  );
}

const margins = { marginTop: 20, marginRight: 76, marginBottom: 44, marginLeft: 60 };

/** Whether the lines are of private training, which keeps its last epoch and tells no training loss. */
function hasNoTrainingLoss(lines: readonly EpochLosses[]): boolean {
  return lines.some(({ train_loss }) => train_loss === null);
}

/** A line for each of the two losses, with its name at the last epoch, the upper one higher. */
function lossMarks(lines: readonly EpochLosses[]): Plot.Markish[] {
  const ends = lines.slice(-1);
  const isValidationUpper = ends.every(({ validation_loss, train_loss }) =>
    validation_loss >= (train_loss ?? -Infinity)
  );
  const isPrivate = hasNoTrainingLoss(lines);
  const loss = (
    key: "train_loss" | "validation_loss",
    name: string,
    of: "train" | "validation",
  ) => [
    Plot.line(lines, { x: "epoch", y: key, stroke: colours[of], strokeWidth: 1.8 }),
    Plot.dot(lines.length < 40 ? lines : [], { x: "epoch", y: key, fill: colours[of], r: 2 }),
    Plot.text(ends, {
      x: "epoch",
      y: key,
      text: [name],
      textAnchor: "start",
      dx: 8,
      dy: (key === "validation_loss") === isValidationUpper ? -6 : 6,
      fill: wordColours[of],
      fontWeight: 600,
    }),
  ];
  return [
    isPrivate ? [] : loss("train_loss", "Training", "train"),
    loss("validation_loss", "Validation", "validation"),
  ];
}

/** A line through the best epoch, a ring around its loss, and both numbers above. */
function bestMarks(best: readonly EpochLosses[]): Plot.Markish[] {
  return [
    Plot.ruleX(best, { x: "epoch", strokeOpacity: 0.35, strokeDasharray: "3,3" }),
    Plot.dot(best, {
      x: "epoch",
      y: "validation_loss",
      r: 5,
      stroke: colours.validation,
      strokeWidth: 1.6,
    }),
    Plot.text(best, {
      x: "epoch",
      frameAnchor: "top",
      dy: -14,
      text: ({ epoch, validation_loss }: EpochLosses) =>
        `best: epoch ${epoch}, ${Number(validation_loss.toPrecision(4))}`,
    }),
  ];
}

function curveContents(
  lines: readonly EpochLosses[],
  best: EpochLosses | undefined,
): FigureContents {
  return {
    title: hasNoTrainingLoss(lines)
      ? "Validation loss by epoch"
      : "Training and validation loss by epoch",
    description: best === undefined
      ? "No epoch is finished."
      : `${lines.length} epochs; the lowest validation loss, ${best.validation_loss}, ` +
        `is at epoch ${best.epoch}.`,
    points: lines.map(({ epoch, train_loss, validation_loss }) => ({
      epoch,
      ...train_loss !== null && { train_loss },
      validation_loss,
    })),
  };
}

/**
 * Training and validation loss by epoch, with the best epoch marked (of private training the validation
 * loss alone), as an SVG element of 420 × 280
 * pixels unless the options say otherwise. The loss axis is logarithmic if the highest loss is more than 5 times the lowest.
 *
 * @example
 * ```ts
 * import { trainingCurve } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const svg = trainingCurve([
 *   { epoch: 1, train_loss: 3, validation_loss: 2.5 },
 *   { epoch: 2, train_loss: 2, validation_loss: 2.75 },
 * ]);
 * assert(svg.outerHTML.includes("best: epoch 1, 2.5"));
 * ```
 *
 * @param lines one per epoch, in order; losses in nats per visit
 */
export function trainingCurve(
  lines: readonly EpochLosses[],
  look: FigureOptions = {},
): SVGSVGElement {
  checkArguments("trainingCurve", [lines, "epochs"]);
  const best = bestEpoch(lines);
  const losses = lines.flatMap(({ train_loss, validation_loss }) =>
    train_loss === null ? [validation_loss] : [train_loss, validation_loss]
  );
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const isLog = low > 0 && high / low > 5;
  return figure(
    {
      width: 420,
      height: 280,
      ...margins,
      x: {
        ...axisTitle("Epoch"),
        tickFormat: (epoch: number) => Number.isInteger(epoch) ? String(epoch) : "",
        ticks: Math.min(8, Math.max(1, lines.length - 1)),
      },
      y: {
        ...axisTitle(`Loss (nats per visit${isLog ? ", log axis" : ""})`),
        labelOffset: 52,
        insetBottom: 10,
        type: isLog ? "log" : "linear",
        grid: true,
        ticks: 5,
        tickFormat: (loss: number) => String(Number(loss.toPrecision(3))),
      },
      marks: [
        Plot.frame({ anchor: "bottom", strokeOpacity: 0.6 }),
        lossMarks(lines),
        bestMarks(best === undefined || hasNoTrainingLoss(lines) ? [] : [best]),
      ],
    },
    curveContents(lines, best),
    look,
  );
}
