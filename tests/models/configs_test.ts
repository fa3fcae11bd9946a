// What a family works out from a cohort is what it takes from a user and from a file.
import { assertEquals } from "@std/assert";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { checkSettings, models } from "ehrloom/models/mod.ts";

/** Small cohorts: their codes, how many labels, and the visits of their records. */
const cohorts: [what: string, codes: string[], labels: number, records: number[][][]][] = [
  ["one code and no label", ["a"], 0, [[[0]], [[0]], [[0]]]],
  ["records of one visit", ["a", "b"], 1, [[[0, 1]], [[1]], [[0]]]],
  ["more labels than codes", ["a"], 5, [[[0]], [[0]], [[0]]]],
  ["records without visits", ["a"], 1, [[], [], []]],
  ["visits without codes", ["a"], 0, [[[]], [[]], [[]]]],
  ["no codes", [], 0, [[], [], []]],
  ["a record of 2,000 visits", ["a", "b"], 0, [Array(2000).fill([0, 1]), [[0]], [[1]]]],
];

for (const family of Object.values(models)) {
  Deno.test(`${family.name}'s configFor() gives settings that it takes, for any cohort`, () => {
    for (const [what, codes, labels, records] of cohorts) {
      const names = Array.from({ length: labels }, (_, label) => `label ${label}`);
      const lists = records.map((visits, record) => ({
        visits,
        labels: names.map(() => record % 2),
        split: record,
      }));
      const config = family.configFor(cohortOf(vocabulary(codes), names, lists), {});
      const isSetting = ([name]: [string, number]) => Object.hasOwn(family.settings, name);
      const settings = Object.fromEntries(Object.entries(config).filter(isSetting));
      assertEquals(Object.keys(settings).sort(), Object.keys(family.settings).sort(), what);
      checkSettings(family, settings);
      assertEquals(JSON.parse(JSON.stringify(config)), config, what);
    }
  });
}
