import { assertEquals } from "@std/assert";
import { type Quality, qualityInWords } from "ehrloom";

const sizes = { patients: 60, visits: 900, events: 5000, codes: 300 };
const quality: Quality = {
  ehrloom: "0",
  source: "synthea",
  read: sizes,
  cuts: [{ by: "--max-visits 50", patients: 12, visits: 100, events: 700, codes: 0 }],
  kept: sizes,
  labels: [
    { label: "asthma", before: 20, after: 12 },
    { label: "sepsis", before: 12, after: 11 },
    { label: "gout", before: 9, after: 9 },
  ],
  left_out: [],
  notes: [],
  bad_rows: 0,
};
const cut = "--max-visits 50 cut 100 of 900 visits, 700 of 5,000 events, in the records of";

Deno.test("qualityInWords() names every label that a cut cost, unless it is for others to read", () => {
  assertEquals(qualityInWords(quality), [
    `${cut} 12 patients`,
    "fewer records have asthma, sepsis than without the cuts",
  ]);
  assertEquals(qualityInWords(quality, { minCell: 12 }), [
    `${cut} 12 patients`,
    "fewer records have asthma, 1 label of few patients than without the cuts",
  ]);
  assertEquals(qualityInWords(quality, { minCell: 13 }), [
    `${cut} fewer than 13 patients`,
    "fewer records have 2 labels of few patients than without the cuts",
  ]);
});
