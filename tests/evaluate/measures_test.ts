import { assertEquals, assertThrows } from "@std/assert";
import {
  fidelityMeasures,
  judge,
  measureNames,
  misnamed,
  privacyMeasures,
  utilityMeasures,
} from "ehrloom";
import { figuresSchema } from "ehrloom/evaluate/measure.ts";
import { measureOf, measures, measuresOf } from "ehrloom/evaluate/measures.ts";
import { misfit } from "ehrloom/files/checked_json.ts";
import { measuredCohort } from "../plot/fixture.ts";

Deno.test("measureNames() are the kinds, each with its measures behind it", () => {
  const names = measureNames();
  assertEquals(names.slice(0, 2), ["fidelity", "fidelity.unigram"]);
  const counts = [fidelityMeasures, utilityMeasures, privacyMeasures].map(({ length }) => length);
  assertEquals(names.length, counts.reduce((sum, count) => sum + 1 + count, 0));
  assertEquals(names.slice(2 + counts[0]).indexOf("privacy"), counts[1]);
  assertEquals(names.includes("utility.phenotyping"), true);
});

Deno.test("misnamed() lists what there is", () => {
  assertEquals(misnamed(["fidelity", "fidelity.gap_days"]), undefined);
  assertEquals(
    misnamed(["fidelity.speed"]),
    `"fidelity.speed"; known: ${measureNames().join(", ")}`,
  );
  assertEquals(misnamed(["fidelity", "utility"]), undefined);
});

Deno.test("measureOf() finds each measure by its key", () => {
  for (const measure of Object.values(measures).flat()) {
    assertEquals(measureOf(measure.key) === measure, true, measure.key);
  }
  assertThrows(() => measureOf("speed"), RangeError, 'none has the key "speed"');
});

Deno.test("measuresOf() are the measures of a kind, or those that are named, in their list's order", () => {
  const keys = (only?: string[]) => measuresOf("fidelity", { only }).map(({ key }) => key);
  assertEquals(keys(), fidelityMeasures.map(({ key }) => key));
  assertEquals(keys(["fidelity", "fidelity.gap_days"]), keys());
  assertEquals(keys(["fidelity.gap_days", "fidelity.unigram"]), ["unigram", "gap_days"]);
  assertEquals(keys(["privacy"]), []); // none of fidelity
});

Deno.test("measuresOf() have identical records with every kind, not with single measures", () => {
  const keys = (...only: string[]) => measuresOf("privacy", { only }).map(({ key }) => key);
  assertEquals(keys("fidelity"), ["identical_records"]);
  assertEquals(keys("utility", "fidelity.gap_days"), ["identical_records"]);
  assertEquals(keys("fidelity.gap_days"), []);
  assertEquals(keys("privacy"), privacyMeasures.map(({ key }) => key));
});

Deno.test("measuresOf() with quick leaves out thorough measures, unless they are named singly", () => {
  const slow = { ...fidelityMeasures[0], key: "slow", effort: "thorough" };
  Array.prototype.push.call(fidelityMeasures, slow); // at run time the list may grow
  try {
    const keys = (only: string[] | undefined, quick: boolean): string[] =>
      measuresOf("fidelity", { only, quick }).map(({ key }) => key);
    assertEquals(keys(undefined, false).includes("slow"), true);
    assertEquals(keys(undefined, true).includes("slow"), false);
    assertEquals(keys(["fidelity"], true).includes("slow"), false);
    assertEquals(keys(["fidelity.slow"], true), ["slow"]);
  } finally {
    Array.prototype.pop.call(fidelityMeasures);
  }
});

/** The number at a path of figures; an estimate's is its value. */
function at(figures: unknown, path: readonly string[]): unknown {
  const entries = new Map<string, unknown>(Object.entries(figures ?? {}));
  if (path.length === 0) return entries.get("value") ?? figures;
  return at(entries.get(path[0]), path.slice(1));
}

Deno.test("every headline figure is at its path in the figures, and all figures fit their schema", async () => {
  const [real, synthetic] = [measuredCohort(1), measuredCohort(2)];
  const measures = [...fidelityMeasures, ...privacyMeasures];
  const [{ figures, resampled }] = await judge(measures, {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: synthetic }],
    heldOut: measuredCohort(3),
    resamples: 5,
  });
  assertEquals(Object.keys(figures), measures.map(({ key }) => key));
  for (const [path, each] of Object.entries(resampled)) {
    assertEquals(at(figures, path.split(".")), each[0], path);
    assertEquals(each.length, 6);
  }
  const headlines = new Set(Object.keys(resampled).map((path) => path.split(".")[0]));
  const answered = Object.entries(figures).filter(([, each]) => each !== null).map(([key]) => key);
  // these records hold few codes, which all count as known
  const wanted = answered.filter((key) => key !== "attribute_inference");
  assertEquals([...headlines], wanted);
  assertEquals(
    misfit(JSON.parse(JSON.stringify(figures)), figuresSchema(measures)),
    undefined,
  );
});
