import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, vocabulary } from "ehrloom";
import { codeChapters } from "ehrloom/evaluate/fidelity/code_chapters.ts";
import { transitions } from "ehrloom/evaluate/fidelity/transitions.ts";
import { figuresOf, letters } from "./figures_of.ts";

Deno.test("codeChapters() are those of the system, else the first character behind its name", () => {
  const { names, chapterOf } = codeChapters(
    vocabulary(
      [
        "ICD10CM//I10",
        "ICD10CM//E11.9",
        "ICD10CM//I50",
        "SNOMED-CT//1",
        "RxNorm//7",
        "LOINC//44-3",
        "x9",
      ],
      ["", "", "", "Asthma (disorder)", "aspirin 81 MG", "", ""],
    ),
    [1, 2, 3, 5, 6, 7, 8],
  );
  assertEquals(Array.from(chapterOf, (chapter) => names[chapter].replace(/:.*/, "")), [
    "ICD10CM/I00-I99",
    "ICD10CM/E00-E89",
    "ICD10CM/I00-I99",
    "SNOMED-CT/disorder",
    "RxNorm",
    "LOINC/4",
    "x",
  ]);
  assertEquals(names[0], "x"); // the most common one
});

Deno.test("codeChapters() beyond the most common ones are one", () => {
  const { names, chapterOf } = codeChapters(vocabulary(["a1", "b1", "c1", "b2"]), [1, 3, 5, 3], 2);
  assertEquals(names, ["b", "c", "other"]);
  assertEquals([...chapterOf], [2, 0, 1, 0]);
});

/** Records of visits with the codes a1, a2, b1, c1, in three chapters. */
const cohort = (...records: number[][][]) =>
  cohortOf(
    vocabulary(["a1", "a2", "b1", "c1"]),
    [],
    records.map((visits) => ({ visits, labels: [] })),
  );

Deno.test("transitions by hand: chapters of a visit count once, rows weigh as in real records", async () => {
  // real: a to a 1, a to b 2, b to c 1
  const real = cohort([[0, 1], [0, 2]], [[0], [2], [3]]);
  // synthetic: a to a 1, a to b 1; b never has a next visit
  const synthetic = cohort([[0], [0]], [[1], [2]]);
  const found = await figuresOf(transitions, real, synthetic);
  const ofA = 2 / 3 - 1 / 2;
  assertEquals(found?.chapters.map(({ chapter, share }) => [chapter, share]), [
    ["a", 3 / 4],
    ["b", 1 / 4],
  ]);
  assertAlmostEquals(found?.chapters[0].total_variation.value ?? NaN, ofA, 1e-12);
  assertEquals(found?.chapters[1].total_variation.value, 1);
  assertAlmostEquals(found?.total_variation.value ?? NaN, 3 / 4 * ofA + 1 / 4, 1e-12);
});

Deno.test("transitions of equal cohorts are exact, of disjoint ones as wrong as can be", async () => {
  const real = letters("a b a", "b a", "a c b");
  assertEquals((await figuresOf(transitions, real, real))?.total_variation.value, 0);
  const other = await figuresOf(transitions, real, letters("e f", "f e"));
  assertEquals(other?.total_variation.value, 1);
  assertEquals(await figuresOf(transitions, letters("a", "b"), real), null);
});

Deno.test("records with their visits reversed are told apart, although each visit is real", async () => {
  const course = "a b c d e f";
  const real = letters(...Array.from({ length: 60 }, (_, i) => course.slice(0, 3 + 2 * (i % 5))));
  const reversed = letters(
    ...Array.from(
      { length: 60 },
      (_, i) => [...course.slice(0, 3 + 2 * (i % 5))].reverse().join(""),
    ),
  );
  const broken = await figuresOf(transitions, real, reversed, { resamples: 50 });
  const good = await figuresOf(transitions, real, real, { resamples: 50 });
  assertEquals((broken?.total_variation.low ?? 0) > (good?.total_variation.high ?? 1), true);
});

Deno.test("transitions list no chapter that fewer than min_cell real patients have before a visit", async () => {
  const real = letters("a b", "a b", "a c", "b a");
  const found = await figuresOf(transitions, real, real, { minCell: 2 });
  assertEquals(found?.chapters.map(({ chapter }) => chapter), ["a"]);
  assertEquals(found?.rare_chapters, 1);
});
