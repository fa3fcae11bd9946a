import { assertEquals } from "@std/assert";
import { PlainSection } from "ehrloom/plot/report/sections/plain.tsx";
import { parseHTML } from "linkedom";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";

const figures = (shift: number) => ({
  r2: 0.5 + shift,
  r2_low: 0.25,
  r2_high: 0.75,
  r2_median: 0.5,
  keys: 12,
  mean_difference: { value: -1.23456 - shift, low: -2, high: 1 },
  labels: [{ label: "asthma", share: { value: 0.1, low: 0, high: 0.2 } }, { share: 3 }],
  unknown: null,
});

/** A measure without pictures. */
const toy = {
  kind: "fidelity",
  name: "toy",
  question: "Is it <so>?",
  pictures: new Map(),
} as const;

/** The cells of the section's table, row by row. */
function rowsOf(
  ...[own, ceiling, floor, memoriser]: [unknown, unknown, unknown, unknown]
): string[][] {
  const scale = { own, ceiling, floor, memoriser };
  const html = renderToString(h(PlainSection, { ...toy, scale }));
  const { document } = parseHTML(`<main>${html}</main>`);
  return [...document.querySelectorAll("tbody tr")].map((row) =>
    [...row.querySelectorAll("th, td")].map(({ textContent }) => textContent ?? "")
  );
}

Deno.test("PlainSection() has a row for every number: estimates, R², and those without interval", () => {
  const r2 = ["R²", "0.5 0.25 to 0.75", "0.625 0.25 to 0.75"];
  const difference = ["Mean difference", "−1.235 −2 to 1", "−1.36 −2 to 1"];
  assertEquals(rowsOf(figures(0), figures(0.125), figures(0), figures(0.25)), [
    [...r2, "0.5 0.25 to 0.75", "0.75 0.25 to 0.75"],
    ["Codes compared", "12", "12", "12", "12"],
    [...difference, "−1.235 −2 to 1", "−1.485 −2 to 1"],
    ["Asthma, share", ...Array(4).fill("0.1 0 to 0.2")],
    ["2, share", "3", "3", "3", "3"],
  ]);
});

Deno.test("PlainSection() says none where a cohort lacks a figure, and has no column without any", () => {
  const own = { difference: { value: 1, low: 0, high: 2 }, records: 1234, error: 2.7e-17 };
  assertEquals(rowsOf(own, { records: 1000 }, null, null), [
    ["Difference", "1 0 to 2", "none"],
    ["Records", "1,234", "1,000"],
    ["Error", "0", "none"],
  ]);
  assertEquals(rowsOf(own, null, null, { records: 2 })[1], ["Records", "1,234", "2"]);
  const scale = { own: null, ceiling: null, floor: null, memoriser: null };
  const nothing = h(PlainSection, { ...toy, scale });
  assertEquals(renderToString(nothing), "");
});

Deno.test("PlainSection() says what is concluded and what was left out, and folds away long tables", () => {
  const own = {
    ...Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`figure_${i}`, i])),
    outcome: { conclusion: "nothing was found" },
    left_out: [{ label: "anemia", reason: "2 patients have it" }],
  };
  const scale = { own, ceiling: null, floor: null, memoriser: null };
  const html = renderToString(h(PlainSection, { ...toy, scale }));
  const { document } = parseHTML(`<main>${html}</main>`);
  const texts = [...document.querySelectorAll(".reading")].map(({ textContent }) => textContent);
  assertEquals(texts, ["Nothing was found.", "Not measured: anemia (2 patients have it)."]);
  assertEquals(document.querySelector("summary")?.textContent, "4 more figures");
  assertEquals(document.querySelectorAll("details tbody tr").length, 4);
  assertEquals(document.querySelectorAll("tbody tr").length, 12);
});
