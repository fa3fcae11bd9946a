/**
 * How often do records break clinical rules? The rules are learnt from the training records: pairs
 * of codes that never occur together in a record although chance would bring them together often
 * (`learnedRules`). Training records break none of them, by construction; held-out records break a
 * few, which shows how many rules are mere chance.
 *
 * @module
 */
import * as v from "valibot";
import { breathe } from "../../breathe.ts";
import { recordCounts } from "../../cohort/code_counts.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { recordLists } from "../../cohort/records.ts";
import { brokenByVisit } from "../../cohort/rules/broken_rules.ts";
import { learnedRules } from "../../cohort/rules/learned_rules.ts";
import { type Rules, rulesFor } from "../../cohort/rules/rules.ts";
import { isShownCell } from "../../cohort/small_cells.ts";
import { list, object, text, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { type Estimate, estimate, estimateSchema, resampledSums } from "../bootstrap.ts";
import type { Answer, Asked, Judged, Measure } from "../measure.ts";
import { wilson } from "../wilson.ts";

/** Rules that are used at most: those whose codes chance would bring together most often. */
const mostRules = 500;
/** Rules that are listed at most. */
const mostRows = 20;

/** How often records break the rules that training records keep. */
export interface BrokenRules {
  /** Rules that were learnt and used. */
  rules: number;
  /** How many of them at least one record breaks. */
  broken: number;
  /** Share of records that break at least one rule, in [0, 1], with Wilson's interval. */
  records: Estimate;
  /**
   * Share of records that break a rule, on average over the rules. If no rule is broken, its upper
   * end is that of a single rule (Wilson).
   */
  mean: Estimate;
  /**
   * Broken rules without a row: fewer than `min_cell` held-out records break them, or so few
   * training records have one of the codes; absent if there are none.
   */
  rare_rules?: number | undefined;
  /** The rules that most records break, at most 20, with Wilson's intervals. */
  most_broken: BrokenRuleShare[];
}

/** How many records break one rule. */
export interface BrokenRuleShare {
  /** Descriptions of its two codes. */
  rule: string;
  /** Share of records that have both codes, in [0, 1]. */
  share: Estimate;
}

/** What the records of a cohort break. */
interface Breaks {
  /** [records] Number of rules that each breaks. */
  readonly ofRecord: Float64Array;
  /** [rules] Number of records that break each. */
  readonly records: Uint32Array;
}

async function breaksOf(
  cohort: Cohort,
  rules: Rules,
  onProgress?: (records: number) => void,
): Promise<Breaks> {
  const ofRecord = new Float64Array(cohort.recordCount);
  const records = new Uint32Array(rules.rules.length);
  for (let record = 0; record < cohort.recordCount; record++) {
    const visits = brokenByVisit(recordLists(cohort, record), rules);
    const broken = new Set(visits.flatMap((visit) => [...visit]));
    for (const rule of broken) records[rule]++;
    ofRecord[record] = broken.size;
    if (record % 200 > 0) continue;
    onProgress?.(record);
    await breathe();
  }
  return { ofRecord, records };
}

/** [rules] The smaller number of records that have one of the two codes. */
function patientsOf(cohort: Cohort, rules: Rules) {
  const patients = recordCounts(cohort);
  return rules.exclusions.map(({ sides }) =>
    Math.min(...sides.flat().map((code) => patients[code]))
  );
}

/** Of the mean over rules; it does not pretend that a rule cannot be broken. */
function meanOf(figures: Float64Array, records: number): Estimate {
  const { value, low, high } = estimate(figures);
  return { value, low, high: value === 0 ? wilson(0, records).high : high };
}

function answerOf(
  { cohort: { recordCount }, role }: Judged,
  { ofRecord, records }: Breaks,
  rules: Rules,
  { asked, isShown }: { asked: Asked; isShown: (rule: number, records: number) => boolean },
): Answer<BrokenRules> {
  const { seed, resamples } = asked;
  const { descriptions } = rules.vocabulary;
  const sums = resampledSums({ role, seed }, ofRecord, 1, resamples);
  const means = sums.map((sum) => sum / (recordCount * records.length));
  const broken = [...records.keys()].filter((rule) => records[rule] > 0)
    .sort((a, b) => records[b] - records[a] || a - b);
  const shown = broken.filter((rule) => isShown(rule, records[rule]));
  const rare_rules = broken.length - shown.length;
  const name = (rule: number) =>
    rules.exclusions[rule].sides.flat().map((code) => descriptions[code]).join(" / ");
  const breaking = ofRecord.reduce((count, broken) => count + Number(broken > 0), 0);
  return {
    figures: {
      rules: records.length,
      broken: broken.length,
      records: wilson(breaking, recordCount),
      mean: meanOf(means, recordCount),
      ...rare_rules > 0 && { rare_rules },
      most_broken: shown.slice(0, mostRows)
        .map((rule) => ({ rule: name(rule), share: wilson(records[rule], recordCount) })),
    },
    resampled: { mean: means },
  };
}

async function ask(
  asked: Asked,
  onProgress?: OnProgress,
): Promise<Answer<BrokenRules | null>[]> {
  const { real, others, minCell = 1 } = asked;
  const train = { ...real.cohort, splits: null }; // all of them are training records
  const rules = rulesFor(learnedRules(train, { onProgress }).slice(0, mostRules), train);
  if (rules.rules.length === 0) return others.map(() => ({ figures: null, resampled: {} }));
  const patients = patientsOf(train, rules);
  const total = others.reduce((sum, { cohort }) => sum + cohort.recordCount, 0);
  const answers: Answer<BrokenRules>[] = [];
  let before = 0;
  for (const other of others) {
    const breaks = await breaksOf(
      other.cohort,
      rules,
      (records) => onProgress?.({ stage: "counting broken rules", done: before + records, total }),
    );
    before += other.cohort.recordCount;
    const isShown = (rule: number, records: number) =>
      isShownCell(minCell, patients[rule], ...other.role === "held_out" ? [records] : []);
    answers.push(answerOf(other, breaks, rules, { asked, isShown }));
  }
  return answers;
}

/**
 * How often records break the rules that training records keep; fewer is better, and the ceiling is
 * what held-out records break. Null if no rule can be learnt, as from few records. Time is linear in
 * the codes of all records times the rules of a code.
 */
export const ruleFidelity: Measure<"rules", BrokenRules | null> = {
  key: "rules",
  question: "Do records hold codes that never occur together in real ones?",
  schema: v.nullable(object({
    rules: whole(1),
    broken: whole(0),
    records: estimateSchema,
    mean: estimateSchema,
    rare_rules: v.optional(whole(1)),
    most_broken: list(object({ rule: text, share: estimateSchema })),
  })),
  ask,
};
