/**
 * Which codes, or pairs of codes, differ most: the points of a scatter as a table.
 *
 * @module
 */
import pl from "nodejs-polars";
import type { Frame } from "../../cohort/statistics.ts";
import type { Vocabulary } from "../../cohort/vocabulary.ts";
import type { PairedProbabilities } from "./paired_probabilities.ts";

/**
 * One row per key: `description` of the code, for pairs `with` (in the same visit) or `then` (in the
 * next) that of the second one, then `real` and `synthetic` probability, in [0, 1], and their
 * `difference`, synthetic minus real.
 *
 * @example The code whose probability is furthest below the real one
 * ```ts
 * import { probabilityFrame, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = probabilityFrame({
 *   kind: "unigram",
 *   first: Uint32Array.of(0, 1),
 *   second: null,
 *   real: Float64Array.of(0.5, 0.25),
 *   synthetic: Float64Array.of(0.5, 0.125),
 * }, vocabulary(["I10", "E11"], ["Hypertension", "Diabetes"]));
 * assertEquals(frame.sort("difference").row(0), ["Diabetes", 0.25, 0.125, -0.125]);
 * ```
 *
 * @param vocabulary that of the two cohorts
 */
export function probabilityFrame(
  { kind, first, second, real, synthetic }: PairedProbabilities,
  { descriptions }: Vocabulary,
): Frame {
  const named = (name: string, codes: Uint32Array) =>
    pl.Series(name, Array.from(codes, (code) => descriptions[code]), pl.String);
  return pl.DataFrame([
    named("description", first),
    ...(second === null ? [] : [named(kind === "sequential_bigram" ? "then" : "with", second)]),
    pl.Series("real", real),
    pl.Series("synthetic", synthetic),
    pl.Series("difference", synthetic.map((probability, key) => probability - real[key])),
  ]);
}
