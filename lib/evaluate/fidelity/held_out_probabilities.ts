/**
 * The probabilities of given codes or pairs among held-out records: how far a synthetic probability
 * may be off by chance.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { isShownCell } from "../../cohort/small_cells.ts";
import { countKeys } from "./counting/key_counts.ts";
import { keyIndexFor } from "./counting/key_rows.ts";
import { visitDenominators } from "./counting/visit_denominators.ts";
import type { PairedProbabilities } from "./paired_probabilities.ts";

/**
 * [keys] Share of held-out visits (of pairs of consecutive visits when sequential), in [0, 1]; NaN where
 * fewer than `minCell` held-out patients have the key.
 *
 * @param heldOut codes have the same index as in the keys
 */
export function heldOutProbabilities(
  heldOut: Cohort,
  { kind, first, second }: PairedProbabilities,
  minCell: number,
): Float64Array {
  const index = keyIndexFor(kind, heldOut);
  const { occurrences, records } = countKeys(heldOut, kind, index);
  const [visits] = visitDenominators(heldOut, kind);
  return Float64Array.from(first, (code, place) => {
    const key = index.number(code, second?.[place] ?? 0);
    const [found, patients] = key < occurrences.length ? [occurrences[key], records[key]] : [0, 0];
    return isShownCell(minCell, patients) ? found / (visits || 1) : NaN;
  });
}
