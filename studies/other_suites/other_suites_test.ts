import { assert, assertEquals } from "@std/assert";
import { cohortOf, recordLists, vocabulary } from "ehrloom";
import { identicalTo } from "ehrloom/evaluate/privacy/identical_records.ts";
import * as v from "valibot";
import { alarms, figures } from "./figures.ts";
import { attackedCodes, flatTable } from "./flat_tables.ts";
import { resultTable } from "./other_suites_table.ts";
import { resultFile, resultSchema, type Row } from "./result.ts";
import { candidates, studyCohorts } from "./study_cohorts.ts";

const result = v.parse(resultSchema, JSON.parse(await Deno.readTextFile(resultFile)));

const row = (suite: string, figure: string, rest: Partial<Row>): Row => ({
  suite,
  figure,
  patients: 288,
  candidate: "copies",
  ...rest,
});

Deno.test("the table in docs/results.md is that of the result which is kept", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/results.md", import.meta.url));
  const cells = (line: string) => line.split("|").map((cell) => cell.trim().replace(/^-+$/, "---"));
  const lines = docs.split("\n").filter((line) => line.startsWith("|")).map(cells);
  const wanted = resultTable(result).split("\n").map(cells);
  const start = lines.findIndex((line) => line.join() === wanted[0].join());
  assertEquals(lines.slice(start, start + wanted.length), wanted);
});

Deno.test("each row of the result is of a known figure and has a value or a reason", () => {
  for (const { suite, figure, value, reason } of result.rows) {
    assert(figure in figures[suite], `${suite} ${figure}`);
    assert(value !== undefined || reason !== undefined, `${suite} ${figure}`);
  }
});

Deno.test("an interval above what innocent records have is an alarm", () => {
  const other = row("anonymeter", "linkability", { value: 0, low: 0, high: 0.1 });
  assertEquals(alarms(row("anonymeter", "linkability", { value: 0.1, low: 0.02 }), other), true);
  assertEquals(alarms(row("anonymeter", "linkability", { value: 0.1, low: 0 }), other), false);
  assertEquals(alarms(row("anonymeter", "linkability", { reason: "too slow" }), other), null);
});

Deno.test("identical records are an alarm if they are more than other patients' are", () => {
  const figure = "identical_records.share";
  const other = row("ehrloom", figure, { value: 0.05, low: 0.04, high: 0.07 });
  assertEquals(alarms(row("ehrloom", figure, { value: 0.1, low: 0.08 }), other), true);
  assertEquals(alarms(row("ehrloom", figure, { value: 0.08, low: 0.06 }), other), false);
});

Deno.test("a score is an alarm if it is the worst, or worse than other patients' by 0.1", () => {
  const of = (score: number) => row("sdmetrics", "NewRowSynthesis", { value: score, score });
  assertEquals(alarms(of(0), of(0.05)), true);
  assertEquals(alarms(of(0.01), of(0.05)), false);
  assertEquals(alarms(of(0.5), of(0.75)), true);
});

Deno.test("studyCohorts() gives equally many records; the memoriser's are copies, others are not", () => {
  const { training, heldOut, of } = studyCohorts(60);
  for (const cohort of [training, heldOut, ...Object.values(of)]) {
    assertEquals(cohort.recordCount, 60);
    assertEquals(cohort.vocabulary, training.vocabulary);
  }
  const copies = candidates.map((each) =>
    identicalTo(training, of[each]).reduce((sum, copy) => sum + copy, 0)
  );
  assertEquals(copies.slice(0, 2), [60, 60]);
  assert(copies[2] < 30 && copies[3] < 30);
  assertEquals(
    [...of.same_order.subjectIds.keys()].map((record) => recordLists(of.same_order, record).visits),
    [...training.subjectIds.keys()].map((record) => recordLists(training, record).visits),
  );
});

Deno.test("flatTable() has 1 for each code of any visit; the commonest of at most half is attacked", () => {
  const cohort = cohortOf(vocabulary(["a", "b", "c"]), [], [
    { visits: [[0], [0, 2]], labels: [] },
    { visits: [[0]], labels: [] },
    { visits: [[0, 1]], labels: [] },
    { visits: [[0, 1]], labels: [] },
  ]);
  assertEquals(flatTable(cohort), "c0,c1,c2\n1,0,1\n1,0,0\n1,1,0\n1,1,0\n");
  assertEquals(attackedCodes(cohort), { secret: "c1", known: ["c2"] });
});
