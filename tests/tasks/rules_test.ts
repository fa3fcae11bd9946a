import { assertEquals, assertMatch } from "@std/assert";
import { cohortOf, learnedRules, rulesText, vocabulary, writeMeds } from "ehrloom";
import { inFolder } from "../folder.ts";
import { runTask } from "../tiny.ts";

/** Of 120 records in the training split none has both codes; one of the test split has. */
const cohort = cohortOf(vocabulary(["A", "B"]), [], [
  ...Array.from({ length: 120 }, (_, i) => ({ visits: [[i % 2]], labels: [], split: 0 })),
  { visits: [[0], [1]], labels: [], split: 2 },
]);

Deno.test("deno task rules writes what it learns, holds it to other records, and counts", () =>
  inFolder(async (folder) => {
    await writeMeds(`${folder}/cohort`, cohort);
    const file = `${folder}/rules.json`;
    const learned = await runTask("rules", "--cohort", `${folder}/cohort`, "--out", file);
    assertEquals(learned.code, 0, learned.lines.join("\n"));
    assertEquals(await Deno.readTextFile(file), rulesText(learnedRules(cohort)));
    assertEquals(learned.lines.slice(0, 3), [
      `1 rules written to ${file}`,
      "1 of 1 rules are broken by 1 held-out real records:",
      "  1. never-together (A / B: 30.0 records expected, none seen): 1 records, 1 visits",
    ]);
    const counted = await runTask("rules", "--cohort", `${folder}/cohort`, "--check", file);
    assertEquals([counted.code, counted.lines[0]], [0, "1 of 1 rules are broken by 121 records:"]);
    const ages = `${folder}/ages.json`;
    await Deno.writeTextFile(ages, '{ "rules": [{ "kind": "age", "min": 18, "codes": ["A"] }] }');
    const unasked = await runTask("rules", "--cohort", `${folder}/cohort`, "--check", ages);
    assertEquals(unasked.lines, [
      "None of the 1 rules is broken by 121 records",
      "121 records have no age; age rules do not apply to them",
    ]);
    const again = await runTask("rules", "--cohort", `${folder}/cohort`, "--out", file);
    assertEquals(again.code, 1);
    assertMatch(again.lines[0], /^error: Cannot write "\S+rules.json": it exists already/);
    const both = ["--out", file, "--check", file];
    const refused = await runTask("rules", "--cohort", `${folder}/cohort`, ...both);
    assertEquals([refused.code, refused.lines[0]], [
      2,
      "error: give either --out or --check",
    ]);
    const idle = ["--check", file, "--within", "visit"];
    const useless = await runTask("rules", "--cohort", `${folder}/cohort`, ...idle);
    assertEquals([useless.code, useless.lines[0]], [
      2,
      "error: --within and --expected are not for --check",
    ]);
    const zero = ["--out", `${folder}/other.json`, "--expected", "0"];
    const none = await runTask("rules", "--cohort", `${folder}/cohort`, ...zero);
    assertEquals([none.code, none.lines.length], [2, 2]);
  }));
