import { assertAlmostEquals, assertEquals } from "@std/assert";
import { judge } from "ehrloom";
import { codeVocabulary } from "ehrloom/evaluate/fidelity/vocabulary.ts";
import { figuresOf, letters } from "./figures_of.ts";

Deno.test("vocabulary by hand", async () => {
  const found = await figuresOf(codeVocabulary, letters("ab", "c d"), letters("a a", "ae f"), {
    heldOut: letters("a", "a", "ab", "e"),
  });
  assertEquals([found?.training_codes, found?.synthetic_codes], [4, 3]);
  assertEquals(found?.training_recall.value, 1 / 4);
  assertEquals(found?.never_written.value, 3 / 4);
  assertAlmostEquals(found?.held_out_recall?.value ?? NaN, 2 / 3, 1e-12); // a and e of a, b, e
  assertEquals(found?.held_out_event_recall?.value, 4 / 5); // 3 a, 1 e of these and 1 b
  assertEquals(found?.unknown_share.value, 2 / 5); // e and f of 3 a, e, f
});

Deno.test("vocabulary of equal cohorts is complete, of disjoint ones empty", async () => {
  const cohort = letters("ab", "c d");
  const same = await figuresOf(codeVocabulary, cohort, cohort, { heldOut: cohort });
  assertEquals([same?.training_recall.value, same?.unknown_share.value], [1, 0]);
  assertEquals(same?.held_out_recall?.value, 1);
  const other = await figuresOf(codeVocabulary, cohort, letters("ij", "k"), { heldOut: cohort });
  assertEquals([other?.training_recall.value, other?.unknown_share.value], [0, 1]);
  assertEquals([other?.held_out_recall?.value, other?.held_out_event_recall?.value], [0, 0]);
  assertEquals(await figuresOf(codeVocabulary, cohort, letters("-")), null);
});

Deno.test("vocabulary has no held-out figures without held-out records, nor for these themselves", async () => {
  const cohort = letters("ab", "c d");
  const alone = await figuresOf(codeVocabulary, cohort, cohort);
  assertEquals([alone?.held_out_recall, alone?.held_out_event_recall], [null, null]);
  const [{ figures, resampled }] = await judge([codeVocabulary], {
    real: { role: "real", cohort },
    others: [{ role: "held_out", cohort: letters("a") }],
    heldOut: letters("a"),
    resamples: 3,
  });
  assertEquals(figures.vocabulary?.held_out_recall, null);
  assertEquals(figures.vocabulary?.training_recall.value, 1 / 4);
  assertEquals(Object.keys(resampled), ["vocabulary.training_recall", "vocabulary.unknown_share"]);
});

Deno.test("vocabulary has intervals over patients that hold their figures", async () => {
  const cohort = letters(...Array.from({ length: 60 }, (_, i) => "abcdefghijkl"[i % 12]), "b");
  const found = await figuresOf(codeVocabulary, cohort, letters(..."aabbccddef"), {
    heldOut: cohort,
    resamples: 100,
  });
  for (const each of [found?.training_recall, found?.held_out_recall, found?.never_written]) {
    const { value = NaN, low = NaN, high = NaN } = each ?? {};
    assertEquals(low <= value && value <= high && low < high, true);
  }
});
