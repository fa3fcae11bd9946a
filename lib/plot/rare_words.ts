/**
 * Words about what is not listed since too few real patients have it.
 *
 * @module
 */
import { showsSinglePatients } from "../cohort/small_cells.ts";
import type { RareKeys } from "../evaluate/fidelity/paired_probabilities.ts";
import { counted } from "../in_words.ts";

const figure = (probability: number) => String(Number(probability.toPrecision(3)));

/** Codes or pairs that are not named, in a sentence: "1,254 pairs that fewer than 10 real …". */
export function rareSentence({ keys, minCell, real, synthetic }: RareKeys, names: string): string {
  const [name, are] = keys === 1 ? [names.replace(/s$/, ""), "is"] : [names, "are"];
  const means = real === null
    ? `no real mean: fewer than ${minCell} patients have any of them`
    : `real mean ${figure(real)}`;
  return `${
    counted(keys)
  } ${name} that fewer than ${minCell} real patients have ${are} not named ` +
    `(synthetic mean ${figure(synthetic)}, ${means}).`;
}

/** The same in a few words, for a corner of a figure; empty where every key is shown. */
export function rareRemark(rare: RareKeys | undefined): string {
  return rare === undefined
    ? ""
    : `${counted(rare.keys)} not shown: < ${rare.minCell} patients each`;
}

/** What a page with this `min_cell` says about itself. */
export function sharingSentence(minCell: number): string {
  return showsSinglePatients(minCell)
    ? "For use inside the owner of the data: this page holds counts of single patients."
    : `Codes, pairs, labels and measurements that fewer than ${minCell} real patients have are ` +
      "counted together and not named. Figures over all of them include these. Bars of histograms " +
      `are joined until each has ${minCell} real patients.`;
}
