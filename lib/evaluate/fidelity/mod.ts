/**
 * The measures of fidelity: how closely does a synthetic cohort follow the training records?
 *
 * @module
 */
import type { FiguresOf } from "../measure.ts";
import { aggregate } from "./aggregate_statistics.ts";
import { calendar } from "./calendar.ts";
import { covariance } from "./covariance.ts";
import { codeLadder } from "./code_ladder.ts";
import { coherence } from "./coherence.ts";
import { demographics } from "./demographics.ts";
import { gapDays } from "./gap_days.ts";
import { gapDistribution } from "./gap_distribution.ts";
import { labelFidelity } from "./label_prevalence.ts";
import { lengthDistributions } from "./length_distributions.ts";
import { onsets } from "./onsets.ts";
import { persistence } from "./persistence.ts";
import {
  recordSameVisitBigram,
  recordSequentialBigram,
  recordUnigram,
  sameVisitBigram,
  sequentialBigram,
  unigram,
} from "./probability_fidelity.ts";
import { ruleFidelity } from "./rules.ts";
import { trajectories } from "./trajectories.ts";
import { valueDistributions } from "./value_distributions.ts";
import { transitions } from "./transitions.ts";
import { twoSampleMeasures } from "./two_sample/mod.ts";
import { valueFidelity } from "./value_fidelity.ts";
import { codeVocabulary } from "./vocabulary.ts";

/**
 * In the order in which they are asked, and in which `report.json` has them.
 *
 * @internal
 */
export const fidelityMeasures = [
  unigram,
  sameVisitBigram,
  sequentialBigram,
  recordUnigram,
  recordSameVisitBigram,
  recordSequentialBigram,
  codeLadder,
  codeVocabulary,
  aggregate,
  lengthDistributions,
  onsets,
  persistence,
  transitions,
  trajectories,
  coherence,
  demographics,
  labelFidelity,
  valueFidelity,
  valueDistributions,
  gapDays,
  gapDistribution,
  calendar,
  covariance,
  ruleFidelity,
  ...twoSampleMeasures,
] as const;

/** The fidelity figures of one cohort against the training records, by their measures' keys. */
export type FidelityFigures = FiguresOf<typeof fidelityMeasures>;
