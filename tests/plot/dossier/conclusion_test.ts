import { assertEquals, assertStringIncludes } from "@std/assert";
import { conclusionOf } from "ehrloom/plot/dossier/conclusion.ts";
import { audited, nothingFound, report, run, sources, told } from "./fixture.ts";
import { privacyRecord } from "../../evaluate/run_of.ts";

const exposed = {
  ...nothingFound,
  membership_by_distance: { records: 300, corrected: told(0.7), published: null, left_out: [] },
};

Deno.test("conclusionOf() is whose data, which protection with what success, what stays open", () => {
  assertEquals(conclusionOf(sources()), [
    "HALO learned from the records of 200 patients of the cohort “my-cohort” and wrote 300 " +
    "synthetic records; 1,000 other patients were held out, to see what can be found out about " +
    "people whom the model never saw.",
    "Nothing protects the training patients by design; of 12 attacks that gave a figure, none " +
    "found out more about them than about other patients.",
    "This is no proof that the records are anonymous: 1 attack was not tried or gave no figure, " +
    "an attack that finds nothing proves nothing, and 9 questions of the checklist are for the " +
    "institution to answer.",
  ]);
});

Deno.test("conclusionOf() names the attacks that found something", () => {
  const [, second] = conclusionOf(sources({ report: report(exposed) }));
  assertEquals(
    second,
    "Nothing protects the training patients by design; of 12 attacks that gave a figure, one " +
      "found out more about them than about other patients (membership by distance).",
  );
});

Deno.test("conclusionOf() says the promise of a private training, and what contradicts it", () => {
  const privately = sources({ run: run({ privacy: privacyRecord }) });
  assertStringIncludes(
    conclusionOf(privately)[1],
    "Differential privacy protects each training patient (ε = 2.00 and δ = 0.00001); of 12 attacks",
  );
  const broken = { ...privately, report: audited(3) };
  assertStringIncludes(
    conclusionOf(broken)[1],
    "Differential privacy was promised (ε = 2.00 and δ = 0.00001), but an attack contradicts it; of",
  );
});

Deno.test("conclusionOf() warns of few held-out patients and of checks that do not notice copies", () => {
  const { real } = report().about;
  const few = sources({ report: report(nothingFound, { real: { ...real, test: 80 } }) });
  assertStringIncludes(
    conclusionOf(few)[1],
    "though 80 held-out patients are too few to find much.",
  );
  const blind = sources({
    report: report({ ...nothingFound, memoriser: nothingFound.floor }),
  });
  assertStringIncludes(conclusionOf(blind)[1], "but the checks cannot be relied on here");
});

Deno.test("conclusionOf() of a report without privacy says that no attack gave a figure", () => {
  const { privacy: _, ...rest } = report();
  const [, second] = conclusionOf(sources({ report: rest }));
  assertEquals(
    second,
    "Nothing protects the training patients by design; no attack gave a figure.",
  );
});
