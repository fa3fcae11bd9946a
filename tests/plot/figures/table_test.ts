import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import pl from "nodejs-polars";
import { type Cohort, cohort } from "ehrloom/cohort/cohort.ts";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { codes, labels, records } from "ehrloom/cohort/statistics.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { labelPrevalenceFigure } from "ehrloom/plot/figures/label_prevalence.ts";
import type { NotebookOutput } from "ehrloom/plot/figures/notebook_output.ts";
import { table } from "ehrloom/plot/figures/table.tsx";

const markup = `<b>bold</b><script>globalThis.broken = 1</script> & "more"`;

function shown(output: NotebookOutput): Readonly<Record<string, string>> {
  return output[Symbol.for("Jupyter.display")]();
}

/** One patient with a description and a label that hold markup. */
function withMarkup(): Cohort {
  const lists = cohortOf(vocabulary(["a"], [markup]), [markup], [{ visits: [[0]], labels: [1] }]);
  return cohort({
    ...lists,
    subjectIds: BigInt64Array.of(492924662362147829n),
    startDays: Float64Array.of(0.5),
    demographics: {
      birthDays: Float64Array.of(0.5 - 10.5 * 365.25),
      sexes: Uint8Array.of(1),
    },
  });
}

Deno.test("table() shows markup in descriptions and labels as text", () => {
  for (const frame of [codes(withMarkup()), labels(withMarkup())]) {
    const html = shown(table(frame))["text/html"];
    assertStringIncludes(
      html,
      "&lt;b>bold&lt;/b>&lt;script>globalThis.broken = 1&lt;/script> &amp;",
    );
    assert(!html.includes("<b>") && !html.includes("<script"));
  }
});

Deno.test("a Polars frame by itself, and a figure, show markup as text in a notebook too", () => {
  const frame = codes(withMarkup());
  const html = Reflect.get(frame, Symbol.for("Jupyter.display")).call(frame)["text/html"];
  assertStringIncludes(html, "&lt;script&gt;");
  assert(!html.includes("<script"));

  const share = { value: 0.5, low: 0.4, high: 0.6 };
  const figure = labelPrevalenceFigure({
    r2: null,
    r2_low: null,
    r2_high: null,
    labels: [{ label: "<b>bold</b><script>", real: share, synthetic: share }],
  }).outerHTML;
  assertStringIncludes(figure, "&lt;b&gt;bold&lt;/b&gt;&lt;script&gt;");
  assert(!figure.includes("<b>") && !figure.includes("<script"));
});

Deno.test("table() takes a list of rows: whole numbers exact, missing values empty", () => {
  const rows = [
    { name: markup, count: 123456, share: null, known: true },
    { name: "b", count: 2, share: 0.123456 },
  ];
  const { "text/plain": text, "text/html": html } = shown(table(rows));
  assertEquals(
    text,
    [
      "name\tcount\tshare\tknown",
      `${markup}\t123456\t\ttrue`,
      "b\t2\t0.1235\t",
    ].join("\n"),
  );
  assert(!html.includes("<b>"));
});

Deno.test("table() shows 64-bit ids exactly, times by the calendar, shares to four digits", () => {
  const text = shown(table(records(withMarkup())))["text/plain"];
  const ids = "492924662362147829\t\tfemale\t\t10.5\t1970-01-01 12:00:00\t1\t1";
  assertEquals(text, `subject_id\tsplit\tsex\trace\tage\tstart\tvisits\tevents\n${ids}`);
  const frame = pl.DataFrame({ code: ["I10.0"], share: [1 / 3], missing: [null] });
  assertEquals(shown(table(frame))["text/plain"], "code\tshare\tmissing\nI10.0\t0.3333\t");
});

Deno.test("table() shows the first rows and says of how many", () => {
  const frame = pl.DataFrame({ n: Array.from({ length: 1500 }, (_, n) => n) });
  const html = shown(table(frame, { rows: 2 }))["text/html"];
  assertEquals(html.match(/<td/g)?.length, 2);
  assertStringIncludes(html, "The first 2 of 1,500 rows");
  assert(!shown(table(frame.head(2)))["text/html"].includes("first"));
});

Deno.test("table() shows control characters as escapes, so that no text makes rows or columns", () => {
  const frame = pl.DataFrame({ "co\tde": ["a\nb\x1b[2J", "c".repeat(2000)] });
  const text = shown(table(frame));
  const [head, first, second, ...more] = text["text/plain"].split("\n");
  assertEquals([head, first], ["co\\tde", "a\\nb\\x1b[2J"]);
  assertEquals(second.length < 1040, true);
  assertEquals(more, []);
  assertStringIncludes(text["text/html"], "a\nb\\x1b[2J");
});
