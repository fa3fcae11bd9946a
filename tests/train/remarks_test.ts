import { assertEquals } from "@std/assert";
import { trainingFor } from "ehrloom";
import { modelFamily } from "ehrloom/models/mod.ts";
import { runRemarks } from "ehrloom/train/remarks.ts";
import { measuredCohort } from "../models/measured_cohort.ts";

const cohort = measuredCohort(40);

function remarksOf(name: string, settings: Record<string, boolean | number>, minCell: number) {
  const family = modelFamily(name);
  const config = family.configFor(cohort, settings);
  const model = family.create(config, family.schemaFor?.(cohort, config, { minCell }));
  return runRemarks(model, trainingFor(cohort, { minCell }));
}

Deno.test("a floor's run says that it holds training records, or counts of them", () => {
  const rule = "it must not leave the owner of the data";
  assertEquals(remarksOf("memoriser", {}, 10), {
    sharing: `this run holds training records: ${rule}`,
  });
  for (const name of ["markov", "independent"]) {
    assertEquals(remarksOf(name, {}, 10), {
      sharing: `this run holds counts of training records: ${rule}`,
    });
  }
});

Deno.test("a run says whether its config holds extreme values of single patients", () => {
  const sharing = "this run's config holds extreme values of single patients: " +
    "it must not leave the owner of the data";
  const small = { width: 8, layers: 1, heads: 2 };
  assertEquals(remarksOf("halo", small, 1), {});
  assertEquals(remarksOf("synehrgy", small, 2), {});
  assertEquals(remarksOf("synehrgy", small, 1), { sharing });
  assertEquals(remarksOf("synehrgy", { ...small, published: true }, 10), { sharing });
});
