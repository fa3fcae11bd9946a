/**
 * Why codes of label definitions gave no record a label.
 *
 * @module
 */
import type { Cohort } from "../cohort.ts";
import { type Phenotype, withLabels } from "../labels.ts";

/** A code or prefix of a definition that no kept visit has. */
export interface Unmatched {
  readonly label: string;
  readonly code: string;
}

/** The part of a code before "//"; undefined for a code without a system. */
function systemOf(code: string): string | undefined {
  const end = code.indexOf("//");
  return end === -1 ? undefined : code.slice(0, end);
}

/** Records that have a code, or a code with this prefix. */
function recordsWith(code: string, whole: Cohort): number {
  const phenotype: Phenotype = { label: "any", codes: [code] };
  return withLabels(whole, [phenotype]).labels.reduce((sum, bit) => sum + bit, 0);
}

function whyUnmatched({ label, code }: Unmatched, whole: Cohort, maxVisits?: number): string {
  const records = maxVisits === undefined ? 0 : recordsWith(code, whole);
  const reason = records === 0
    ? "no record has it"
    : records === 1
    ? `1 record has it, only after its first ${maxVisits} visits`
    : `${records} records have it, all of them only after their first ${maxVisits} visits`;
  return `code ${code} of label ${label}: ${reason}`;
}

/**
 * A sentence for each code, and one for all codes of a system that the cohort does not have.
 *
 * @param whole the cohort with all visits
 * @param maxVisits number of visits of each record that were kept; omitted for all
 */
export function unmatchedInWords(
  unmatched: readonly Unmatched[],
  whole: Cohort,
  maxVisits?: number,
): string[] {
  const systems = new Set(whole.vocabulary.codes.map(systemOf));
  const isKnown = ({ code }: Unmatched) => systems.has(systemOf(code));
  const unknown = Map.groupBy(
    unmatched.filter((each) => !isKnown(each)),
    ({ code }) => systemOf(code),
  );
  const known = [...systems].filter((system) => system !== undefined).sort().join(", ");
  const sentences = [...unknown].map(([system, codes]) => {
    const labels = [...new Set(codes.map(({ label }) => label))].join(", ");
    const of = system === undefined ? "no code system" : `code system "${system}"`;
    return `all codes with ${of}, of labels ${labels}: the cohort has no such codes; its code ` +
      `systems are ${known === "" ? "unknown: its codes have none" : known}`;
  });
  return [
    ...sentences,
    ...unmatched.filter(isKnown).map((each) => whyUnmatched(each, whole, maxVisits)),
  ];
}
