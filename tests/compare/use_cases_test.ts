// Scores of use cases follow from what a comparison's folder holds.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { compare, evaluate, useBackend } from "ehrloom";
import { join } from "node:path";
import { isThere } from "ehrloom/files/is_there.ts";
import { fromJson } from "ehrloom/evaluate/comparison.ts";
import { inFolder } from "../folder.ts";
import { tinyCohort } from "../tiny.ts";

await useBackend("cpu");

const source = tinyCohort(80);
const measures = ["utility.effects", "privacy.copying_check", "privacy.linkability"];
const options = { models: ["markov", "lstm"], epochs: 1, resamples: 3, seed: 5, measures };

/** To nine digits: keys are summed up in an order that depends on what is judged beside. */
const rounded = (figures: unknown) =>
  JSON.stringify(figures, (_, v) => typeof v === "number" ? Number(v.toPrecision(9)) : v);

Deno.test("compare() has the scale of evaluate(), and ranks again by other weights without evaluating", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const { comparison: { scale, use_cases }, synthetic } = await compare(source, out, options);
    const written = synthetic.get("markov");
    assert(written !== undefined);
    const only = ["fidelity.prdc", ...measures];
    const how = { only, seed: 5, resamples: 3 };
    const { utility, privacy, fidelity } = await evaluate(source, written, how);
    assertEquals(rounded(scale?.ceiling.utility), rounded(utility?.ceiling));
    assertEquals(rounded(scale?.floor.privacy), rounded(privacy?.floor));
    assertEquals(rounded(scale?.memoriser.privacy), rounded(privacy?.memoriser));
    assertEquals(rounded(scale?.floor.fidelity?.prdc), rounded(fidelity?.floor.prdc));
    const names = ["research data", "augmentation", "teaching", "release"];
    assertEquals(use_cases?.map(({ use_case }) => use_case), names);

    const kept = await Deno.readTextFile(join(out, "models", "lstm", "judgement.json"));
    const weights = { registry: { "prdc.coverage": 100 } };
    const again = await compare(source, out, { ...options, weights });
    assertEquals(again.comparison.use_cases?.map(({ use_case }) => use_case), [
      ...names,
      "registry",
    ]);
    assertEquals(again.comparison.use_cases?.slice(0, 4), use_cases);
    assertEquals(await Deno.readTextFile(join(out, "models", "lstm", "judgement.json")), kept);
    const json = fromJson(await Deno.readTextFile(join(out, "comparison.json")));
    assertEquals(JSON.stringify(json), JSON.stringify(again.comparison));
  }));

Deno.test("compare() leaves what a report of an earlier version lacks out of the scale", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const models = ["markov"];
    await compare(source, out, { ...options, models });
    const path = join(out, "models", "markov", "report", "report.json");
    const report = JSON.parse(await Deno.readTextFile(path));
    delete report.privacy;
    delete report.utility.memoriser;
    report.utility.floor.effects = { of: "another form" };
    await Deno.writeTextFile(path, JSON.stringify(report));
    const { comparison: { scale } } = await compare(source, out, { ...options, models });
    assertEquals(scale?.floor.privacy, undefined);
    assertEquals(scale?.memoriser.utility, undefined);
    assertEquals(scale?.floor.utility, {});
    assert(scale?.ceiling.utility?.effects !== undefined);

    await Deno.writeTextFile(path, "7");
    await assertRejects(
      () => compare(source, out, { ...options, models }),
      SyntaxError,
      `report.json": it is not a report`,
    );
  }));

Deno.test("compare() refuses weights and measures that it does not know before it begins", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const weights = { teaching: { "c2st.auc": 90 } };
    await assertRejects(
      () => compare(source, out, { ...options, weights }),
      RangeError,
      'Cannot rank models: the weights of "teaching" sum to 90, must sum to 100',
    );
    await assertRejects(
      () => compare(source, out, { ...options, measures: ["utility.joy"] }),
      RangeError,
      'Cannot compare: "measures" names "utility.joy"',
    );
    assertEquals(await isThere(out), false);
  }));
