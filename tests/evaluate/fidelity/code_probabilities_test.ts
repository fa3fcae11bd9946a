import { assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import { type CodeKind, codeKinds, codeProbabilities, type Cohort, random } from "ehrloom";
import { codeKeyIndex, KeyRowReader } from "ehrloom/evaluate/fidelity/counting/key_rows.ts";
import { withoutEmptyRecords } from "ehrloom/evaluate/without_empty_records.ts";
import { cohorts, golden, goldenNames, goldenTolerance } from "../golden.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";

/** Probabilities by key, "c" or "a,b". */
function byKey(cohort: Cohort, kind: CodeKind, options: { dense?: boolean } = {}) {
  const { first, second, perVisit, perRecord } = codeProbabilities(cohort, kind, options);
  const names = Array.from(
    first,
    (code, i) => second === null ? `${code}` : `${code},${second[i]}`,
  );
  return { names, perVisit, perRecord };
}

for (const kind of codeKinds) {
  for (const part of ["train", "synthetic"] as const) {
    Deno.test(`codeProbabilities() of ${part} ${kind}s equals the original`, () => {
      const { names, perVisit, perRecord } = byKey(withoutEmptyRecords(cohorts[part]), kind);
      const shares = { [goldenNames[kind][0]]: perVisit, [goldenNames[kind][1]]: perRecord };
      for (const [name, found] of Object.entries(shares)) {
        const wanted = golden.probabilities_overall[part][name];
        assertEquals([...names].sort(), Object.keys(wanted).sort());
        for (const [i, key] of names.entries()) {
          assertAlmostEquals(found[i], wanted[key], goldenTolerance, `${name} of ${key}`);
        }
      }
    });
  }

  Deno.test(`codeProbabilities() of ${kind}s is the same from a dense and from a hash table`, () => {
    const cohort = listedCohort(randomRecords(1, 300, 400), 400);
    assertEquals(
      codeProbabilities(cohort, kind, { dense: true }),
      codeProbabilities(cohort, kind, { dense: false }),
    );
  });

  Deno.test(`codeProbabilities() of ${kind}s does not depend on the order of records`, () => {
    const records = randomRecords(2, 100, 20);
    assertEquals(
      codeProbabilities(listedCohort(random(3).shuffle([...records]), 20), kind),
      codeProbabilities(listedCohort(records, 20), kind),
    );
  });

  Deno.test(`codeProbabilities() with weights equals a cohort with the records repeated: ${kind}`, () => {
    const records = randomRecords(4, 40, 10);
    const weights = records.map((_, i) => i % 4);
    const repeated = records.flatMap((record, i) => Array(weights[i]).fill(record));
    assertEquals(
      codeProbabilities(listedCohort(records, 10), kind, { weights }),
      codeProbabilities(listedCohort(repeated, 10), kind),
    );
  });

  Deno.test(`KeyRowReader.runs() of any size hold the same rows: ${kind}`, () => {
    const cohort = listedCohort(randomRecords(5, 50, 12), 12);
    const reader = new KeyRowReader(cohort, kind, codeKeyIndex(kind, 12));
    const [whole, ...none] = [...reader.runs()].map(({ keys, occurrences }) => ({
      keys: [...keys],
      occurrences: [...occurrences],
    }));
    assertEquals(none, []);
    const records: number[] = [];
    const parts: typeof whole = { keys: [], occurrences: [] };
    for (const { offsets, keys, occurrences } of reader.runs(60)) {
      records.push(offsets.length - 1);
      parts.keys.push(...keys);
      parts.occurrences.push(...occurrences);
    }
    assertEquals(parts, whole);
    assertGreater(records.length, 1);
    assertEquals(records.reduce((sum, each) => sum + each), 50);
  });
}

Deno.test("codeProbabilities() by hand: pairs of a visit rise, pairs over time keep their order", () => {
  const cohort = listedCohort([
    { visits: [[2, 0], [0], []], labels: [0, 0] },
    { visits: [[0], [2, 0], [2, 0]], labels: [0, 0] },
  ], 3);
  const same = byKey(cohort, "same_visit_bigram");
  assertEquals(same.names, ["0,2"]);
  assertEquals([...same.perVisit], [3 / 6]);
  assertEquals([...same.perRecord], [1]);
  const sequential = byKey(cohort, "sequential_bigram");
  assertEquals(sequential.names, ["0,0", "0,2", "2,0", "2,2"]);
  assertEquals([...sequential.perVisit], [3 / 4, 2 / 4, 2 / 4, 1 / 4]);
  assertEquals([...sequential.perRecord], [1, 1 / 2, 1, 1 / 2]);
});
