import { assert, assertEquals } from "@std/assert";
import { evaluate, reportHtml, splitOf } from "ehrloom";
import { smallCohort } from "../fixture.ts";

const [real, synthetic] = [smallCohort(1), smallCohort(2)];
const sources = { real: splitOf(real, "train"), synthetic };
const only = ["fidelity.unigram", "fidelity.aggregate"];
const how = { only, resamples: 20, minCell: 1 };
const label = real.labelNames[0];

Deno.test("the page shows each group's figures by the summary's names, with the held-out ones", async () => {
  const report = await evaluate(real, synthetic, { ...how, by: `label:${label}` });
  const groups = report.subgroups?.groups ?? [];
  const html = reportHtml(report, sources);
  const section = html.slice(html.indexOf('aria-labelledby="subgroups"'));
  assert(section.includes(`divided by the label ${label}.`));
  for (const { group, fidelity } of groups) {
    const { synthetic: own } = fidelity["unigram.r2"];
    assert(section.includes(`<td>${group}</td>`));
    assert(section.includes(String(Number(own.value.toPrecision(3))).replace("-", "−")));
  }
  for (const { label, reason } of report.subgroups?.left_out ?? []) {
    assert(section.includes(`Not measured: ${label} (${reason}).`));
  }
  assert(groups.length > 0);
  assertEquals(section.match(/<th scope="row">Codes<\/th>/g)?.length, 1);
});

Deno.test("the page has no section on groups unless they were asked for", async () => {
  const html = reportHtml(await evaluate(real, synthetic, how), sources);
  assertEquals(html.includes('id="subgroups"'), false);
});
