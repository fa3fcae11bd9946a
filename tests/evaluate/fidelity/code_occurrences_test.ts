import { assertEquals } from "@std/assert";
import { codeOccurrences, occurrencesIn } from "ehrloom/evaluate/fidelity/code_occurrences.ts";
import { sumsOf } from "ehrloom/evaluate/fidelity/resampled_sums.ts";
import { letters } from "./figures_of.ts";

Deno.test("codeOccurrences() count visits and records with each code, also when read again", () => {
  const rows = codeOccurrences(letters("ab a", "b", "a c a"));
  for (let time = 0; time < 2; time++) {
    const { visitsWith, recordsWith, visits, records } = occurrencesIn(sumsOf(rows));
    assertEquals([...visitsWith.slice(0, 3)], [4, 2, 1]);
    assertEquals([...recordsWith.slice(0, 3)], [2, 2, 1]);
    assertEquals([visits, records], [6, 3]);
  }
});
