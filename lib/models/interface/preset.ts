/**
 * Defaults that follow the size of a cohort. A large network on few records learns them by heart
 * before it has learned what they have in common, or takes too few steps to learn anything; a small
 * one on many records stops too early. The table has what predicted validation records best among
 * the sizes that were tried (docs/results.md); beyond what was tried it goes up to the size of
 * HALO's paper.
 *
 * @module
 */
import { type Cohort, splitSize } from "../../cohort/cohort.ts";

/** The size of a network, and how to train it. */
export interface Preset {
  /** Width of the network. */
  readonly width: number;
  /** Its layers. */
  readonly layers: number;
  /** Its attention heads. */
  readonly heads: number;
  /** Whether rows tell what the record has had: few records would be known by it. */
  readonly codesSoFar: boolean;
  /** Records per batch. */
  readonly batch: number;
  /** Adam's learning rate. */
  readonly learningRate: number;
  /** Passes over the training records. */
  readonly epochs: number;
}

/** Presets by the largest number of training visits that each is for. */
export const presets: readonly (Preset & { readonly visits: number })[] = [
  {
    visits: 3e4,
    width: 64,
    layers: 2,
    heads: 4,
    codesSoFar: false,
    batch: 8,
    learningRate: 5e-3,
    epochs: 20,
  },
  {
    visits: 2e5,
    width: 128,
    layers: 2,
    heads: 4,
    codesSoFar: true,
    batch: 16,
    learningRate: 3e-3,
    epochs: 20,
  },
  {
    visits: 2e6,
    width: 256,
    layers: 4,
    heads: 8,
    codesSoFar: true,
    batch: 24,
    learningRate: 1e-3,
    epochs: 25,
  },
  {
    visits: Infinity,
    width: 768,
    layers: 12,
    heads: 12,
    codesSoFar: true,
    batch: 48,
    learningRate: 1e-4,
    epochs: 50,
  },
];

/** Fewer steps than these teach little; small cohorts get more epochs. */
const leastSteps = 700;
const mostEpochs = 200;

/** The records that a model learns from: all, or those of the train split. */
export function trainingRecords(cohort: Cohort): number {
  return cohort.splits === null ? cohort.recordCount : splitSize(cohort, "train");
}

/** The visits of the records that a model learns from: all, or those of the train split. */
export function trainingVisits({ splits, visitOffsets, visitCount }: Cohort): number {
  if (splits === null) return visitCount;
  return splits.reduce(
    (sum, split, record) =>
      split === 0 ? sum + visitOffsets[record + 1] - visitOffsets[record] : sum,
    0,
  );
}

/**
 * The preset that suits a cohort.
 *
 * @example 400 patients with 10,900 training visits get a small network
 * ```ts
 * import { presetFor, syntheaSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { width, batch, epochs } = presetFor(await syntheaSample());
 * assertEquals({ width, batch, epochs }, { width: 64, batch: 8, epochs: 20 });
 * ```
 *
 * @param family whose training may bear lower rates only
 */
export function presetFor(
  cohort: Cohort,
  { highestRate = Infinity }: { readonly highestRate?: number } = {},
): Preset {
  const visits = trainingVisits(cohort);
  const { visits: _, ...preset } = presets.find((each) => visits <= each.visits) ?? presets[0];
  const learningRate = Math.min(preset.learningRate, highestRate);
  const batches = Math.max(1, Math.ceil(trainingRecords(cohort) / preset.batch));
  const epochs = Math.min(mostEpochs, Math.max(preset.epochs, Math.ceil(leastSteps / batches)));
  return { ...preset, learningRate, epochs };
}
