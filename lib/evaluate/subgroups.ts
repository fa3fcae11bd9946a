/**
 * Fidelity for groups of patients: by sex, by age, by race, or by a label. A model can follow a cohort on the
 * whole and fail those of whom it saw few.
 *
 * @module
 */
import { leftOutSchema } from "./not_measured.ts";
import * as v from "valibot";
import type { Cohort } from "../cohort/cohort.ts";
import { shownRaces } from "../cohort/races.ts";
import { type Group, groupsBy, membersOf } from "../cohort/groups.ts";
import { list, named, object, type Schema, text, whole } from "../files/checked_json.ts";
import { listed } from "../in_words.ts";
import { type Estimate, estimate, estimateSchema } from "./bootstrap.ts";
import { judge, type JudgeOptions } from "./judge.ts";
import type { Measure } from "./measure.ts";

/** Records that a group must have in each cohort. */
export const fewestRecords = 20;

/** A headline figure of one group. */
export interface GroupFigure {
  /** Of the group's synthetic records, against its training records. */
  synthetic: Estimate;
  /** Of its held-out records, against its training records. */
  ceiling?: Estimate | undefined;
}

/** Fidelity for one group. */
export interface Subgroup {
  /** Its name: "female", "18–39", "diabetes", "not diabetes". */
  group: string;
  /** Number of its records, each with at least one visit. */
  records: { train: number; held_out: number; synthetic: number };
  /** The headline figures of the measures that take only seconds, by `measure.path`. */
  fidelity: Record<string, GroupFigure>;
}

/** Fidelity for groups of patients, each against the real records of the same group. */
export interface Subgroups {
  /** By what they are divided: "sex", "age", "race" or "label:NAME". */
  by: string;
  /** Those with enough records. */
  groups: Subgroup[];
  /** The others, and why they have no figures. */
  left_out: { label: string; reason: string }[];
}

/** {@link Subgroups}, when they are read from a file. */
export const subgroupsSchema: Schema<Subgroups> = object({
  by: text,
  groups: list(object({
    group: text,
    records: object({ train: whole(0), held_out: whole(0), synthetic: whole(0) }),
    fidelity: named(object({ synthetic: estimateSchema, ceiling: v.optional(estimateSchema) })),
  })),
  left_out: leftOutSchema,
});

/** The value of a name, where the figures have one. */
function entry(figures: unknown, name: string): unknown {
  return typeof figures === "object" && figures !== null
    ? new Map<string, unknown>(Object.entries(figures)).get(name)
    : undefined;
}

/** The interval that figures have at a path: an estimate, or `x` with `x_low` and `x_high`. */
function intervalAt(figures: unknown, path: readonly string[]): Estimate | undefined {
  const [name, ...rest] = path;
  if (rest.length > 0) return intervalAt(entry(figures, name), rest);
  const at = entry(figures, name);
  const [value, low, high] = typeof at === "number"
    ? [at, entry(figures, `${name}_low`), entry(figures, `${name}_high`)]
    : ["value", "low", "high"].map((part) => entry(at, part));
  return typeof value === "number" && typeof low === "number" && typeof high === "number"
    ? { value, low, high }
    : undefined;
}

/** The headline figures of a judgement, by `measure.path`. */
function headlines(
  { figures, resampled }: { figures: unknown; resampled: Readonly<Record<string, Float64Array>> },
): Map<string, Estimate> {
  return new Map(
    Object.entries(resampled).map(([path, each]) => [
      path,
      intervalAt(figures, path.split(".")) ?? estimate(each),
    ]),
  );
}

/** The records of one group, or of all. */
type GroupCohorts = Readonly<Record<"train" | "heldOut" | "synthetic", Cohort>>;

/** Why a group has no figures; undefined if it has enough records. No count of real ones is told. */
function lacking({ train, heldOut, synthetic }: GroupCohorts): string | undefined {
  const few = Object.entries({ training: train, "held-out": heldOut, synthetic })
    .filter(([, { recordCount }]) => recordCount < fewestRecords).map(([name]) => name);
  return few.length === 0 ? undefined : `fewer than ${fewestRecords} ${listed(few)} records`;
}

/**
 * The headline figures of fidelity for each group of patients.
 *
 * @param by as in {@link groupsBy}
 * @param measures asked about each group; those that take more than seconds are left out
 * @param cohorts the whole ones; each record has at least one visit
 * @throws {RangeError} If there is no such division
 */
export async function subgroupsOf(
  by: string,
  measures: readonly Measure[],
  cohorts: GroupCohorts,
  options: Omit<JudgeOptions, "real" | "others" | "heldOut">,
): Promise<Subgroups> {
  const quick = measures.filter(({ effort }) => effort === undefined);
  const groups: Subgroup[] = [];
  const left_out: Subgroups["left_out"] = [];
  const races = [cohorts.train, cohorts.heldOut].map(({ demographics }) => demographics?.races);
  const { minCell = 1 } = options;
  const shown = shownRaces(races, minCell);
  if (by === "race" && shown.length === 0) {
    left_out.push({
      label: "races",
      reason: `none is known of ${Math.max(1, minCell)} training and held-out records`,
    });
  }
  for (const group of groupsBy(by, cohorts.train.labelNames, shown)) {
    const own = {
      train: membersOf(cohorts.train, group),
      heldOut: membersOf(cohorts.heldOut, group),
      synthetic: membersOf(cohorts.synthetic, group),
    };
    const reason = lacking(own);
    if (reason !== undefined) {
      left_out.push({ label: group.name, reason });
      continue;
    }
    groups.push(await judgedGroup(group, own, quick, options));
  }
  return { by, groups, left_out };
}

async function judgedGroup(
  { name }: Group,
  { train, heldOut, synthetic }: GroupCohorts,
  measures: readonly Measure[],
  options: Omit<JudgeOptions, "real" | "others" | "heldOut">,
): Promise<Subgroup> {
  const [own, ceiling] = await judge(measures, {
    ...options,
    real: { role: "real", cohort: train },
    others: [{ role: "synthetic", cohort: synthetic }, { role: "held_out", cohort: heldOut }],
    heldOut,
  });
  const ofHeldOut = headlines(ceiling);
  return {
    group: name,
    records: {
      train: train.recordCount,
      held_out: heldOut.recordCount,
      synthetic: synthetic.recordCount,
    },
    fidelity: Object.fromEntries(
      Array.from(headlines(own), ([path, figure]) => {
        const ofReal = ofHeldOut.get(path);
        return [path, { synthetic: figure, ...ofReal && { ceiling: ofReal } }];
      }),
    ),
  };
}
