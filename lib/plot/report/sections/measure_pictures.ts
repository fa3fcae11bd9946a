/**
 * Pictures of measures whose sections are tables otherwise: what each shows, in which section it
 * stands, and what is said below it.
 *
 * @module
 */
import type { MeasureKind } from "../../../evaluate/measures.ts";
import { calibrationFigure } from "../../figures/calibration.ts";
import { daysBetweenVisits } from "../../figures/days_between_visits.ts";
import { decileLadder } from "../../figures/decile_ladder.ts";
import { membershipRoc } from "../../figures/membership_roc.ts";
import { survivalCurves } from "../../figures/survival_curves.ts";
import type { Drawn } from "./section.ts";

/** A picture of a measure. */
export interface MeasurePicture {
  readonly kind: MeasureKind;
  /** The measure in whose section it stands. */
  readonly key: string;
  /** Its file's name without ending. */
  readonly file: string;
  readonly caption: string;
  /** Undefined where there is nothing to draw. */
  readonly draw: (drawn: Drawn) => SVGSVGElement | undefined;
}

/** How reliable the classifiers of a measure of phenotyping are. */
function calibrationPicture(key: "phenotyping" | "phenotyping_before"): MeasurePicture {
  return {
    kind: "utility",
    key,
    file: `calibration_${key}`,
    caption:
      "Share of held-out patients who have the label, by the probability that classifiers give them; " +
      "all labels together, with 95% intervals over patients. On the dashed line probabilities are right. " +
      "The larger a dot, the more patients it stands for.",
    draw({ utility, look }) {
      const calibration = utility?.[key]?.calibration;
      return calibration && calibrationFigure(calibration, look);
    },
  };
}

const measurePictures: readonly MeasurePicture[] = [
  {
    kind: "fidelity",
    key: "code_ladder",
    file: "decile_ladder",
    caption:
      "Codes in ten groups of equal size, from the most common to the rarest. Rare codes are " +
      "uncertain in any sample of patients, so compare with held-out patients, not with 0.",
    draw({ fidelity, look }) {
      const ladders = [fidelity, fidelity?.ceiling, fidelity?.floor]
        .map((figures) => figures?.code_ladder ?? undefined);
      const [synthetic, ceiling, floor] = ladders;
      return synthetic && decileLadder({ synthetic, ceiling, floor }, look);
    },
  },
  {
    kind: "fidelity",
    key: "gap_distribution",
    file: "days_between_visits",
    caption:
      "Share of visits that follow the visit before within the number of days on the axis. Where the " +
      "curve of the synthetic records lies higher, visits follow too soon; held-out patients show how " +
      "far two samples of real patients differ. The figures below are measured at the largest " +
      "vertical distance.",
    draw({ fidelity, real, synthetic, heldOut, minCell, look }) {
      if (!fidelity?.gap_distribution) return undefined;
      return daysBetweenVisits(real, synthetic, { heldOut, minCell, ...look });
    },
  },
  calibrationPicture("phenotyping"),
  calibrationPicture("phenotyping_before"),
  {
    kind: "utility",
    key: "survival",
    file: "survival",
    caption:
      "Patients who do not have the code yet, by the time since their first visit (Kaplan-Meier), " +
      "with 95% bands. A synthetic curve above the real one: conditions begin too late or too seldom.",
    draw({ utility, real: { vocabulary: { codes, descriptions } }, look }) {
      const names = new Map(codes.map((code, i) => [code, descriptions[i]]));
      return utility?.survival ? survivalCurves(utility.survival, { names, ...look }) : undefined;
    },
  },
  {
    kind: "privacy",
    key: "membership",
    file: "membership_roc",
    caption:
      "Members that an attack finds, by the share of non-members that it takes for members, both " +
      "on logarithmic axes: what matters for single patients is at the left. A curve on the dashed line " +
      "only guesses. Copies of training records show what an attack finds where nothing is protected.",
    draw({ privacy, look }) {
      const [synthetic, floor, memoriser] = [privacy, privacy?.floor, privacy?.memoriser]
        .map((figures) => figures?.membership?.all ?? undefined);
      return synthetic && membershipRoc({ synthetic, floor, memoriser }, look);
    },
  },
];

/** The pictures in the section of a measure. */
export function picturesOfMeasure(kind: MeasureKind, key: string): MeasurePicture[] {
  return measurePictures.filter((picture) => picture.kind === kind && picture.key === key);
}

/** All that can be drawn of a report, by their files' names without ending. */
export function measureFigures(drawn: Drawn): [name: string, svg: SVGSVGElement][] {
  return measurePictures.flatMap(({ file, draw }): [string, SVGSVGElement][] => {
    const svg = draw(drawn);
    return svg === undefined ? [] : [[file, svg]];
  });
}
