import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  cohort,
  cohortOf,
  readMeds,
  recordLists,
  records,
  subset,
  vocabulary,
  writeMeds,
} from "ehrloom";
import { concatenated } from "ehrloom/cohort/cohort.ts";
import { fingerprint } from "ehrloom/cohort/fingerprint.ts";
import { placeOfRace, raceIn, raceNamesOf, racesOf, shownRaces } from "ehrloom/cohort/races.ts";
import { raceCode, raceOfCode } from "ehrloom/cohort/reserved_names.ts";
import { inFolder } from "../folder.ts";

/** Patients of one visit, by their races; "" where unknown. */
function patients(...told: readonly string[]) {
  return cohortOf(
    vocabulary(["a"]),
    [],
    told.map((race) => ({ visits: [[0]], labels: [], race })),
  );
}

Deno.test("raceIn() keeps the words of the source, except for unknown and other", () => {
  assertEquals(["WHITE - RUSSIAN ", "Caucasian", "Other/Unknown"].map(raceIn), [
    "WHITE - RUSSIAN",
    "Caucasian",
    "Other/Unknown",
  ]);
  const unknown = ["", "null", "UNKNOWN", "UNABLE TO OBTAIN", "PATIENT DECLINED TO ANSWER"];
  assertEquals(
    [...unknown, "UNKNOWN/NOT SPECIFIED", "Asked but no answer"].map(raceIn),
    Array(7).fill(""),
  );
  assertEquals(["OTHER", "other", "Other Race"].map(raceIn), ["other", "other", "other"]);
});

Deno.test("raceOfCode() tells races from other codes, and OMOP's codes by their names", () => {
  assertEquals(
    ["RACE//WHITE", "MIMIC_IV_Race/ASIAN", "race//x//y", "Race/2", "RACE//2"].map(raceOfCode),
    [
      "WHITE",
      "ASIAN",
      "x//y",
      "Asian",
      "2",
    ],
  );
  assertEquals(
    ["RACE", "RACE//", "TRACE//1", "ETHNICITY//x"].map(raceOfCode),
    Array(4).fill(undefined),
  );
  assertThrows(
    () => cohortOf(vocabulary([raceCode("WHITE")]), [], []),
    RangeError,
    "patient's race",
  );
});

Deno.test("shownRaces() has races of enough patients, and the others together if these are enough", () => {
  const of = (counts: Record<string, number>) =>
    racesOf(Object.entries(counts).flatMap(([race, count]) => Array(count).fill(race)));
  const many = of({ White: 10, Black: 4, Asian: 3, Inuit: 1, "": 7 });
  assertEquals(shownRaces([many], 4), ["Black", "White", "other"]);
  assertEquals(shownRaces([many], 5), ["White", "other"]); // 4 + 3 + 1
  assertEquals(shownRaces([of({ White: 10, Asian: 3 })], 4), ["White"]);
  assertEquals(shownRaces([many], 1), ["Asian", "Black", "Inuit", "White"]);
  assertEquals(shownRaces([of({ White: 10, other: 3, Asian: 1 })], 4), ["White", "other"]);
  assertEquals(shownRaces([many, of({ White: 5, Inuit: 9 })], 4), ["White", "other"]);
  assertEquals(shownRaces([many, of({ White: 5, Black: 3 })], 4), ["White"]);
  assertEquals(shownRaces([undefined], 1), []);
  const places = ["White", "Inuit", ""].map((race) =>
    placeOfRace(["Black", "White", "other"], race)
  );
  assertEquals(places, [1, 2, -1]);
  assertEquals(placeOfRace(["White"], "Inuit"), -1);
});

Deno.test("a cohort keeps races in subsets, in joined parts and in its frame of records", () => {
  const all = patients("White", "", "Asian");
  assertEquals(recordLists(all, 2).race, "Asian");
  assertEquals(records(all).select("race").rows(), [["White"], [null], ["Asian"]]);
  const last = subset(all, [2, 1]);
  assertEquals(raceNamesOf(last.demographics?.races, 2), ["Asian", ""]);
  const [, , third] = [0, 1, 2].map((id) =>
    cohort({ ...patients("Black"), subjectIds: BigInt64Array.of(BigInt(7 + id)) })
  );
  const joined = concatenated([all, third]);
  assertEquals(raceNamesOf(joined.demographics?.races, 4), ["White", "", "Asian", "Black"]);
  for (const odd of ["", "unknown", " x", "\ud800"]) {
    const races = { names: [odd], indices: Int32Array.of(0, 0, 0) };
    assertThrows(
      () =>
        cohort({
          ...all,
          demographics: { birthDays: all.startDays, sexes: new Uint8Array(3), races },
        }),
      RangeError,
      "could not be read from a folder",
    );
  }
});

Deno.test("a fingerprint depends on who has which race, and not on how races are numbered", async () => {
  const [one, other] = [patients("White", "Asian"), patients("Asian", "White")];
  assertNotEquals(await fingerprint(one), await fingerprint(other));
  const names = ["White", "Inuit", "Asian"];
  const again = cohort({
    ...one,
    demographics: { ...one.demographics!, races: { names, indices: Int32Array.of(0, 2) } },
  });
  assertEquals(await fingerprint(again), await fingerprint(one));
});

Deno.test("writeMeds() and readMeds() keep races, also of parts that have different ones", () =>
  inFolder(async (folder) => {
    const all = patients('x//y, "z"', "", "White", "other", "Asian");
    await writeMeds(`${folder}/whole`, all);
    assertEquals(await readMeds(`${folder}/whole`), all);
    await writeMeds(`${folder}/parts`, [subset(all, [0, 1, 2]), subset(all, [3, 4])]);
    assertEquals(await readMeds(`${folder}/parts`), all);
  }));
