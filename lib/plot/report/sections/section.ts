/**
 * A section of the report: the measures that it shows, and its pictures.
 *
 * @module
 */
import type { JSX } from "preact";
import type { Cohort } from "../../../cohort/cohort.ts";
import type { PairedProbabilities } from "../../../evaluate/fidelity/paired_probabilities.ts";
import type { FidelityFigures, PartialFidelity, PartialReport } from "../../../evaluate/report.ts";
import type { FigureOptions } from "../../figures/figure_options.ts";
import type { Picture } from "../../page/picture.tsx";
import type { PackedPoints } from "../report_points.ts";

/** What pictures are drawn from. */
export interface Drawn {
  /** The figures; undefined in a report that has none. */
  readonly fidelity: PartialFidelity | undefined;
  readonly utility: PartialReport["utility"];
  readonly privacy: PartialReport["privacy"];
  readonly real: Cohort;
  readonly synthetic: Cohort;
  /** Real records that no model has seen, if known. */
  readonly heldOut: Cohort | undefined;
  /** What fewer real patients have is not drawn by itself. */
  readonly minCell: number;
  /** The probabilities of the kinds that the report shows. */
  readonly paired: readonly PairedProbabilities[];
  /** How the pictures look. */
  readonly look: FigureOptions;
}

/** What a section shows. */
export interface SectionContents {
  /** The figures; undefined in a report that has none. */
  readonly fidelity: PartialFidelity | undefined;
  /** Resamples of patients behind each interval. */
  readonly resamples: number;
  /** What fewer real patients have is not listed. */
  readonly minCell: number;
  /** All pictures, by their file's name without ending. */
  readonly pictures: ReadonlyMap<string, Picture>;
  readonly scatters: readonly PackedPoints[];
}

/** A section of the report for measures that have a picture. */
export interface Section {
  /** The measures that it shows. */
  readonly keys: readonly (keyof FidelityFigures)[];
  /** The id of the element of the page that shows one of them. */
  readonly anchor: (key: keyof FidelityFigures) => string;
  /** Its pictures, by their file's name without ending. */
  readonly pictures: (drawn: Drawn) => [name: string, svg: SVGSVGElement][];
  /** Nothing where there is nothing to show. */
  readonly View: (contents: SectionContents) => JSX.Element | null;
}

/** A measure's figures with their ceiling, floor and memoriser; undefined unless it was asked. */
export function scaleOf<Key extends keyof FidelityFigures>(
  fidelity: PartialFidelity | undefined,
  key: Key,
): Record<"own" | "ceiling" | "floor" | "memoriser", FidelityFigures[Key]> | undefined {
  const [own, ceiling, floor, memoriser] = [
    fidelity,
    fidelity?.ceiling,
    fidelity?.floor,
    fidelity?.memoriser,
  ].map((figures) => figures?.[key]);
  if (own === undefined || ceiling === undefined || floor === undefined) return undefined;
  if (memoriser === undefined) return undefined;
  return { own, ceiling, floor, memoriser };
}
