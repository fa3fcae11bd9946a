/**
 * The last visits of each patient, as a cohort: where deaths are, which the first ones hardly reach.
 *
 * `deno run -A studies/laboratory_values/last_visits.ts --cohort runs/all --visits 24 --out runs/last`
 *
 * @module
 */
import { type Cohort, cohortOf, readMeds, type RecordLists, recordLists, writeMeds } from "ehrloom";
import { runCommand, say } from "../../tasks/cli/command.ts";

/** The last visits of a record, the first of which is then its beginning. */
function lastOf(source: Cohort, record: number, count: number): RecordLists {
  const all = recordLists(source, record);
  const { visits, values, gapDays = [], startDay = NaN } = all;
  const from = Math.max(0, visits.length - count);
  const later = gapDays.slice(1, from + 1).reduce((sum, days) => sum + days, 0);
  return {
    ...all,
    visits: visits.slice(from),
    values: values?.slice(from),
    gapDays: gapDays.slice(from).map((days, i) => i === 0 ? 0 : days),
    startDay: startDay + later,
  };
}

await runCommand({
  name: "last_visits",
  summary: "Keep the last visits of each patient of a cohort.",
  options: {
    cohort: { value: "DIR", help: "Cohort folder", required: true },
    visits: { value: "N", help: "Visits to keep", default: "24" },
    out: { value: "DIR", help: "Cohort folder to write", required: true },
  },
  examples: [
    "deno run -A studies/laboratory_values/last_visits.ts --cohort runs/all --out runs/last",
  ],
}, async (args) => {
  const count = args.integer("visits", { min: 1 });
  const source = await readMeds(args.path("cohort"));
  const lists = Array.from(source.subjectIds, (_, record) => lastOf(source, record, count));
  const { vocabulary, labelNames } = source;
  const out = args.path("out");
  await writeMeds(out, cohortOf(vocabulary, labelNames, lists));
  say(`${lists.length} records written to ${args.text("out")}`);
  return { out };
});
