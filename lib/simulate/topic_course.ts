/**
 * A topic in patients of one sex and age: two states, had or not had, with constant hazards.
 *
 * @module
 */
import { daysPerYear } from "../cohort/cohort.ts";
import type { SimulationModel, Topic } from "./truth.ts";

/** Patients of one sex and age. */
export interface Stratum {
  readonly isFemale: boolean;
  /** Whole years at the first visit. */
  readonly age: number;
}

/** How a topic comes and ends. After t days, 1 − exp(−rate × t) of the way to `steady` is done. */
export interface TopicCourse {
  /** Hazard of its start in those who do not have it, per day. */
  readonly onset: number;
  /** Hazard of its end in those who have it, per day. */
  readonly end: number;
  /** Both hazards together. */
  readonly rate: number;
  /** Share of patients who have it after endless time. */
  readonly steady: number;
  /** Share of patients who have it at the first visit. */
  readonly atStart: number;
}

/** The age at which a hazard is as stated. */
const referenceAge = 50;

/** All strata of a model, which have equally many patients: women of all ages, then men. */
export function strata({ ages: { youngest, oldest } }: SimulationModel): Stratum[] {
  const ages = Array.from({ length: oldest - youngest + 1 }, (_, i) => youngest + i);
  return [true, false].flatMap((isFemale) => ages.map((age) => ({ isFemale, age })));
}

/** The course of a topic in a stratum. */
export function topicCourse(topic: Topic, { isFemale, age }: Stratum): TopicCourse {
  const ratio = (isFemale ? topic.hazard_ratio_female : 1) *
    topic.hazard_ratio_per_ten_years ** ((age - referenceAge) / 10);
  const onset = topic.onset_per_year * ratio / daysPerYear;
  const end = topic.end_per_year / daysPerYear;
  const rate = onset + end;
  const steady = onset / rate;
  return { onset, end, rate, steady, atStart: steady * -Math.expm1(-rate * age * daysPerYear) };
}
