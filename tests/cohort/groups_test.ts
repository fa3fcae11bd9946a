import { assertEquals } from "@std/assert";
import { cohortOf, vocabulary } from "ehrloom";
import { groupsBy, membersOf } from "ehrloom/cohort/groups.ts";

const year = 365.25;

Deno.test("groupsBy() has each age in one band, by completed years at the first visit", () => {
  const ages = [0, 17.99, 18, 39.99, 40, 64.99, 65, 100];
  const records = ages.map((age) => ({
    visits: [[0]],
    labels: [],
    startDay: 20_000,
    birthDay: 20_000 - age * year,
  }));
  const unknown = { visits: [[0]], labels: [], startDay: 20_000 };
  const cohort = cohortOf(vocabulary(["a"]), [], [...records, unknown]);
  const found = groupsBy("age", []).map((group) => [
    group.name,
    Array.from(membersOf(cohort, group).subjectIds, Number),
  ]);
  assertEquals(found, [["0–17", [1, 2]], ["18–39", [3, 4]], ["40–64", [5, 6]], ["65+", [7, 8]]]);
});

Deno.test("groupsBy() takes the sex from a label where records have none", () => {
  const records = [1, 0, 1].map((female) => ({ visits: [[0]], labels: [female] }));
  const cohort = cohortOf(vocabulary(["a"]), ["female"], records);
  const found = groupsBy("sex", ["female"]).map((group) => membersOf(cohort, group).recordCount);
  assertEquals(found, [2, 1]);
});

Deno.test("groupsBy() puts races that are not named into other, and those unknown nowhere", () => {
  const records = ["White", "Inuit", "", "Black", "White"].map((race) => ({
    visits: [[0]],
    labels: [],
    race,
  }));
  const cohort = cohortOf(vocabulary(["a"]), [], records);
  const found = groupsBy("race", [], ["White", "other"]).map((group) => [
    group.name,
    Array.from(membersOf(cohort, group).subjectIds, Number),
  ]);
  assertEquals(found, [["White", [1, 5]], ["other", [2, 4]]]);
});
