/**
 * True-positive rates of membership attacks where few non-members are called members.
 *
 * @see Carlini et al. 2022, "Membership Inference Attacks From First Principles"
 * @module
 */
import { list, object, type Schema, text } from "../../files/checked_json.ts";
import { type Estimate, estimateSchema, figureSchema } from "../bootstrap.ts";
import type { LeftOut } from "../not_measured.ts";

/** The true-positive rate at a false-positive rate. */
export interface TprAtFpr {
  /** The latter in words: "1% false positives". */
  label: string;
  /** Share of non-members that are called members, at most. */
  fpr: number;
  /** Share of members that are called members then. */
  tpr: Estimate;
}

/** Rows of {@link TprAtFpr}, when they are read from a file. */
export const tprAtFprSchema: Schema<TprAtFpr[]> = list(
  object({ label: text, fpr: figureSchema, tpr: estimateSchema }),
);

/** False-positive rates that are asked for. */
const rates = [0.1, 0.01, 0.001];

const rateName = (fpr: number) => `${100 * fpr}% false positives`;

/** Non-members without which a false-positive rate cannot be estimated: ten false positives. */
export function nonMembersFor(fpr: number): number {
  return Math.round(10 / fpr);
}

/** The false-positive rates that can be estimated from so many non-members. */
export function estimableRates(nonMembers: number): number[] {
  return rates.filter((fpr) => nonMembers >= nonMembersFor(fpr));
}

/** A row for each rate that can be estimated, from the true-positive rates at these. */
export function tprRows(
  nonMembers: number,
  tprAt: (fpr: number, i: number) => Estimate,
): TprAtFpr[] {
  return estimableRates(nonMembers).map((fpr, i) => ({
    label: rateName(fpr),
    fpr,
    tpr: tprAt(fpr, i),
  }));
}

/** The rates that cannot be estimated from so few non-members. */
export function ratesLeftOut(nonMembers: number): LeftOut[] {
  return rates.filter((fpr) => nonMembers < nonMembersFor(fpr)).map((fpr) => ({
    label: `true-positive rate at ${rateName(fpr)}`,
    reason: `not estimable from ${nonMembers} non-members, at least ${nonMembersFor(fpr)} are ` +
      "needed",
  }));
}
