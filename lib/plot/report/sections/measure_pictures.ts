/**
 * Pictures of measures whose sections are tables otherwise: what each shows, in which section it
 * stands, and what is said below it.
 *
 * @module
 */
import type { MeasureKind } from "../../../evaluate/measures.ts";
import { decileLadder } from "../../figures/decile_ladder.ts";
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
