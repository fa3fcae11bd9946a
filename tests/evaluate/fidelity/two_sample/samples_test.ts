import { assertEquals } from "@std/assert";
import { type Cohort } from "ehrloom";
import { comparisons } from "ehrloom/evaluate/fidelity/two_sample/samples.ts";
import { walks } from "./cohorts.ts";

/** The same records with a week between visits. */
const withGaps = (cohort: Cohort): Cohort => ({
  ...cohort,
  gapDays: cohort.gapDays.map((_, visit) => cohort.visitOffsets.includes(visit) ? 0 : 7),
});
const real = { role: "real", cohort: withGaps(walks(1, 50)) } as const;
const heldOut = withGaps(walks(2, 30));
const asked = { real, heldOut, seed: 1, resamples: 0 };

Deno.test("comparisons() are in equal numbers, and training records stand in for held-out ones", () => {
  const [small, ceiling] = comparisons({
    ...asked,
    others: [
      { role: "synthetic", cohort: withGaps(walks(3, 25)) },
      { role: "held_out", cohort: heldOut },
    ],
  });
  assertEquals([small.records, ceiling.records], [25, 30]);
  for (const { records, heldOut, synthetic, training } of [small, ceiling]) {
    const counts = [heldOut, synthetic, training].map(({ cohort, points }) => [
      cohort.recordCount,
      points.count,
    ]);
    assertEquals(counts, [[records, records], [records, records], [records, records]]);
  }
  assertEquals(ceiling.synthetic, ceiling.training);
  assertEquals(small.allTraining.count, 50);
  // a smaller sample is part of a larger one
  const ids = new Set(ceiling.heldOut.cohort.subjectIds);
  assertEquals(small.heldOut.cohort.subjectIds.every((id) => ids.has(id)), true);
});

Deno.test("comparisons() use gaps only where both cohorts know days", () => {
  const [known, unknown] = comparisons({
    ...asked,
    others: [
      { role: "synthetic", cohort: withGaps(walks(3, 30)) },
      { role: "synthetic", cohort: walks(3, 30) },
    ],
  });
  assertEquals([known.synthetic.hasGaps, unknown.synthetic.hasGaps], [true, false]);
  assertEquals(unknown.heldOut.hasGaps, false);
  assertEquals(known.reference === unknown.reference, false);
});
