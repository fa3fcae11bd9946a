import { type Cohort, daysPerYear } from "../cohort.ts";
import { type RecordLists, recordLists } from "../records.ts";
import { type Exclusion, type Patient, type Rule, type Rules, sexOf } from "./rules.ts";

/** How often a cohort breaks a rule. */
export interface BrokenRule {
  /** The rule. */
  readonly rule: Rule;
  /** Number of records that break it. */
  readonly records: number;
  /** Number of visits with a code that it forbids, given everything before in the record. */
  readonly visits: number;
}

/** Codes on each side of an exclusion so far. */
type Seen = Map<Exclusion, [Set<number>, Set<number>]>;

/** Adds a code to what was seen of its exclusions; yields the rules that this breaks. */
function* added(code: number, rules: Rules, sex: number, seenIn: (e: Exclusion) => Seen) {
  for (const [exclusion, excluded] of rules.exclusionsOf.get(code) ?? []) {
    if (exclusion.isForUnknownSex && sex > 0) continue;
    const seen = seenIn(exclusion);
    const sides = seen.get(exclusion) ?? [new Set(), new Set()];
    seen.set(exclusion, sides);
    const others = sides[excluded];
    if (others.size > (others.has(code) ? 1 : 0)) yield* exclusion.rules;
    const areSame = exclusion.sides[0] === exclusion.sides[1];
    sides[areSame ? excluded : 1 - excluded].add(code);
  }
}

/** For each visit of a record, the indices of the rules that it breaks given everything before. */
export function brokenByVisit(record: RecordLists, rules: Rules): Set<number>[] {
  const inRecord: Seen = new Map();
  const { labels, sex, birthDay = NaN, gapDays } = record;
  let day = record.startDay ?? NaN;
  return record.visits.map((visit, at) => {
    day += gapDays?.[at] ?? 0;
    const age = (day - birthDay) / daysPerYear;
    const patient: Patient = { labels, sex, ageYears: Number.isNaN(age) ? undefined : age };
    const inVisit: Seen = new Map();
    const held = new Set(visit);
    const broken = new Set<number>();
    for (const { rules: indices, codes, isAllowed } of rules.restrictions) {
      if (!isAllowed(patient) && codes.some((code) => held.has(code))) broken.add(indices[0]);
    }
    const ownSex = sexOf(patient, rules.labelNames);
    for (const code of visit) {
      const breaks = added(code, rules, ownSex, (e) => e.within === "visit" ? inVisit : inRecord);
      for (const rule of breaks) broken.add(rule);
    }
    return broken;
  });
}

/**
 * How often a cohort breaks each rule. A real cohort should break none; if it does, the rule is
 * wrong.
 *
 * @returns one for each rule, in their order
 */
export function brokenRules(source: Cohort, rules: Rules): BrokenRule[] {
  const records = new Uint32Array(rules.rules.length);
  const visits = new Uint32Array(rules.rules.length);
  for (let record = 0; record < source.recordCount; record++) {
    const broken = brokenByVisit(recordLists(source, record), rules);
    for (const visit of broken) for (const rule of visit) visits[rule]++;
    for (const rule of new Set(broken.flatMap((visit) => [...visit]))) records[rule]++;
  }
  return rules.rules.map((rule, i) => ({ rule, records: records[i], visits: visits[i] }));
}
