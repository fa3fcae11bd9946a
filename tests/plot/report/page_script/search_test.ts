import { assertEquals } from "@std/assert";
import {
  codeNames,
  foundText,
  matchingCodes,
  searchable,
} from "ehrloom/plot/report/page_script/search.ts";

const names = codeNames({
  codes: ["SNOMED//59621000", "RxNorm//7", "SEX//F"],
  descriptions: ["Essential hypertension", "Aspirin 7 MG", "SEX//F"],
});

Deno.test("codeNames() adds the code to what it means, once where it means itself", () => {
  assertEquals(names, [
    "Essential hypertension (SNOMED//59621000)",
    "Aspirin 7 MG (RxNorm//7)",
    "SEX//F",
  ]);
});

Deno.test("matchingCodes() finds names that hold every word in any case, order and place", () => {
  assertEquals(matchingCodes(searchable(names), "HYPERtension essential"), new Set([0]));
  assertEquals(matchingCodes(searchable(names), "  ex//f "), new Set([2]));
  assertEquals(matchingCodes(searchable(names), "rxnorm aspirin nothing"), new Set());
});

Deno.test("matchingCodes() is null where no word was typed", () => {
  for (const typed of ["", "  \t"]) assertEquals(matchingCodes(searchable(names), typed), null);
});

Deno.test("foundText() counts codes, with commas between thousands", () => {
  const count = (length: number) => foundText(new Set(Array(length).keys()));
  assertEquals([0, 1, 2, 1234].map(count), ["0 codes", "1 code", "2 codes", "1,234 codes"]);
  assertEquals(foundText(null), "");
});
