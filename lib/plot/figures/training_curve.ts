/**
 * Did training converge, and where was it best?
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { colours, figure } from "./figure.ts";

/** The losses after one epoch, as a line of `training.jsonl` holds them. */
export interface EpochLosses {
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean negative log-likelihood of the training records during the epoch, nats per visit. */
  readonly train_loss: number;
  /** The same of the validation records after it. */
  readonly validation_loss: number;
}

/** The line with the lowest validation loss, the first of equals; undefined without lines. */
export function bestEpoch<T extends EpochLosses>(lines: readonly T[]): T | undefined {
  return lines.reduce<T | undefined>(
    (best, line) => best === undefined || line.validation_loss < best.validation_loss ? line : best,
    undefined,
  );
}

/**
 * Training and validation loss by epoch, the best epoch marked, as an SVG element of 420 × 280
 * pixels.
 *
 * @param lines one per epoch, in order
 */
export function trainingCurve(lines: readonly EpochLosses[]): SVGSVGElement {
  const best = bestEpoch(lines);
  const last = lines.at(-1);
  const series = [
    ["Training", "train_loss", colours.train],
    ["Validation", "validation_loss", colours.validation],
  ] as const;
  const losses = lines.flatMap((line) => [line.train_loss, line.validation_loss]);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const isLog = low > 0 && high / low > 5;
  const isValidationUpper = last !== undefined && last.validation_loss >= last.train_loss;
  return figure({
    width: 420,
    height: 280,
    marginTop: 20,
    marginRight: 76,
    marginBottom: 44,
    marginLeft: 60,
    x: {
      label: "Epoch",
      labelAnchor: "center",
      labelArrow: "none",
      tickFormat: (epoch: number) => Number.isInteger(epoch) ? String(epoch) : "",
      ticks: Math.min(8, Math.max(1, lines.length - 1)),
    },
    y: {
      label: `Loss (nats per visit${isLog ? ", log axis" : ""})`,
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 52,
      insetBottom: 10,
      type: isLog ? "log" : "linear",
      grid: true,
      ticks: 5,
      tickFormat: (loss: number) => String(Number(loss.toPrecision(3))),
    },
    marks: [
      Plot.frame({ anchor: "bottom", strokeOpacity: 0.6 }),
      series.map(([name, key, stroke]) => [
        Plot.line(lines, { x: "epoch", y: key, stroke, strokeWidth: 1.8 }),
        Plot.dot(lines.length < 40 ? lines : [], { x: "epoch", y: key, fill: stroke, r: 2 }),
        Plot.text(last === undefined ? [] : [last], {
          x: "epoch",
          y: key,
          text: [name],
          textAnchor: "start",
          dx: 8,
          dy: (key === "validation_loss") === isValidationUpper ? -6 : 6,
          fill: stroke,
          fontWeight: 600,
        }),
      ]),
      Plot.ruleX(best === undefined ? [] : [best.epoch], {
        strokeOpacity: 0.35,
        strokeDasharray: "3,3",
      }),
      Plot.dot(best === undefined ? [] : [best], {
        x: "epoch",
        y: "validation_loss",
        r: 5,
        stroke: colours.validation,
        strokeWidth: 1.6,
      }),
      Plot.text(best === undefined ? [] : [best], {
        x: "epoch",
        frameAnchor: "top",
        dy: -14,
        text: (line: EpochLosses) =>
          `best: epoch ${line.epoch}, ${Number(line.validation_loss.toPrecision(4))}`,
      }),
    ],
  }, {
    title: "Training and validation loss by epoch",
    description: best === undefined
      ? "No epoch was finished."
      : `${lines.length} epochs; the lowest validation loss, ${best.validation_loss}, ` +
        `is at epoch ${best.epoch}.`,
  });
}
