import { assertEquals } from "@std/assert";
import { evaluate } from "ehrloom";
import { figureRows } from "ehrloom/evaluate/figure_rows.ts";
import { figureWords } from "ehrloom/evaluate/figure_words.ts";
import { measureKinds, measures } from "ehrloom/evaluate/measures.ts";
import { measuredCohort } from "../plot/fixture.ts";

Deno.test("figureWords() are those of the measure, else the general ones, else the key with spaces", () => {
  assertEquals(figureWords("kernel_mmd")("mmd_squared", 0), "MMD² (squared kernel distance)");
  assertEquals(figureWords("prdc")("recall", 0), "recall (kinds of records that are there)");
  assertEquals(figureWords("code_ladder")("recall", 0), "share that occur in these records");
  assertEquals(figureWords("kernel_mmd")("p_value", 0), "p value");
  assertEquals(figureWords("new_measure")("own_key", 0), "own key");
});

Deno.test("figureWords() hide what only groups figures, never a number's own key", () => {
  assertEquals(figureWords("membership")("attacks", { likelihood: {} }), "");
  assertEquals(figureWords("membership")("attacks", 6), "attacks");
});

Deno.test("figureRows() in words leave out the key of a list, whose entries have names", () => {
  const figures = { labels: { list: [{ effect: "a → b", real: { value: 1, low: 0, high: 2 } }] } };
  assertEquals(figureRows(figures, figureWords("effects")), [
    ["codes on labels, a → b, log odds ratio of training records", { value: 1, low: 0, high: 2 }],
  ]);
});

Deno.test("figureRows() in words have as many names as numbers, none of them a key", async () => {
  const report = await evaluate(measuredCohort(1), measuredCohort(2), {
    quick: true,
    resamples: 0,
    minCell: 1,
  });
  for (const kind of measureKinds) {
    const own = new Map<string, unknown>(Object.entries(report[kind] ?? {}));
    for (const { key } of measures[kind]) {
      const names = figureRows(own.get(key), figureWords(key)).map(([name]) => name);
      assertEquals(new Set(names).size, names.length, `${kind}.${key}`);
      assertEquals(names.length, figureRows(own.get(key)).length);
      const isKey = /\b(auc|auroc|ks|pmse|mmd|rmse|tpr|fpr)\b/; // "pMSE" and "MMD²" are words
      assertEquals(names.filter((name) => isKey.test(name)), [], `${kind}.${key}`);
    }
  }
});
