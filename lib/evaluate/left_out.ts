/**
 * What a report does not speak of: what was cut from the source, what the model could not learn, and
 * what cannot be judged.
 *
 * @module
 */
import { coverageInWords } from "../models/coverage.ts";
import { titleOf } from "../models/mod.ts";
import { tooLongInWords } from "./likelihood/likelihood.ts";
import type { PartialReport, ReportAbout } from "./report.ts";

/** Why the time between visits was asked about and not judged. */
function timesInWords({ real, synthetic }: ReportAbout): string[] {
  const without = [
    ...real.times === undefined ? [] : ["real"],
    ...synthetic.times === undefined ? [] : ["synthetic"],
  ];
  if (without.length === 0) return [];
  return [
    `the ${without.join(" and the ")} records say in which order visits come and nothing of when ` +
    "(order only): days between visits are not judged",
  ];
}

/** All that is known, in sentences without a full stop. */
export function leftOutInWords({ about, likelihood, fidelity }: PartialReport): string[] {
  const { run } = about;
  return [
    ...about.real.cuts ?? [],
    ...run?.coverage === undefined ? [] : coverageInWords(run.model, run.coverage, titleOf),
    ...fidelity?.gap_days === null ? timesInWords(about) : [],
    ...likelihood?.too_long === undefined ? [] : [tooLongInWords(likelihood.too_long)],
  ];
}
