/**
 * Figures that earlier versions wrote where there was nothing to compare: an R² of 1 over no keys, or
 * over labels that no record has, and a difference of values that never vary; and labels without
 * their differences. They are left out where they are read back, and so asked again.
 *
 * @module
 */
import * as v from "valibot";

const zero = v.object({ value: v.literal(0) });
/** Those versions listed every label and every code. */
const nothing = v.optional(v.never());

const outdated = v.union([
  v.object({ keys: v.literal(0), r2: v.number() }),
  v.object({
    r2: v.number(),
    rare_labels: nothing,
    labels: v.array(v.object({ real: zero, synthetic: zero })),
  }),
  v.object({
    labels: v.pipe(
      v.array(v.strictObject({ label: v.string(), real: v.unknown(), synthetic: v.unknown() })),
      v.minLength(1),
    ),
  }),
  v.object({
    mean_difference: v.object({}),
    rare_codes: nothing,
    codes: v.array(v.union([
      v.object({ real: v.object({ sd: v.nullable(v.literal(0)) }) }),
      v.object({ synthetic: v.object({ mean: v.null() }) }),
    ])),
  }),
]);

/** Figures by their measures' keys without the outdated ones; other values as they are. */
export function withoutOutdated(figures: unknown): unknown {
  if (typeof figures !== "object" || figures === null) return figures;
  return Object.fromEntries(Object.entries(figures).filter(([, each]) => !v.is(outdated, each)));
}
