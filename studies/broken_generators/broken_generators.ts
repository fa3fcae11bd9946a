/**
 * Do the measures of utility tell generators with a known fault from a good one? Prints a table:
 *
 *     deno run --allow-read --allow-env studies/broken_generators/broken_generators.ts
 *
 * @module
 */
import { type Estimate, judge } from "ehrloom";
import { effects } from "ehrloom/evaluate/utility/effects/effects.ts";
import { nextVisit } from "ehrloom/evaluate/utility/next_visit/next_visit.ts";
import { survival } from "ehrloom/evaluate/utility/survival/survival.ts";
import { type Fault, faults, simulated } from "./simulated_cohort.ts";

/** The figures in which a fault may show; null where there is none. */
export interface FaultFigures {
  readonly fault: Fault;
  /** Slope of the log odds ratios of codes with the label; 1 is best. */
  readonly labelSlope: Estimate | null;
  /** Slope of those of codes with later codes; 1 is best. */
  readonly laterSlope: Estimate | null;
  /** Optimism of lung disease; 0 is best. */
  readonly optimism: Estimate | null;
  /** Recall of all codes at 5 of the bigram predictor, synthetic minus real; 0 is best. */
  readonly recall: Estimate | null;
}

/**
 * The figures of a generator with a fault, against a cohort without one.
 *
 * @param records in each cohort
 */
export async function faultFigures(
  fault: Fault,
  { records, seed, resamples }: {
    readonly records: number;
    readonly seed: number;
    readonly resamples: number;
  },
): Promise<FaultFigures> {
  const [{ figures }] = await judge([effects, survival, nextVisit], {
    real: { role: "real", cohort: simulated(3 * seed, records) },
    others: [{ role: "synthetic", cohort: simulated(3 * seed + 1, records, fault) }],
    heldOut: simulated(3 * seed + 2, records),
    resamples,
  });
  const lungDisease = figures.survival?.codes.find(({ code }) => code === "lung disease");
  return {
    fault,
    labelSlope: figures.effects.labels?.slope ?? null,
    laterSlope: figures.effects.codes?.slope ?? null,
    optimism: lungDisease?.optimism ?? null,
    recall: figures.next_visit?.predictors?.bigram.all?.at_5.difference ?? null,
  };
}

/** "0.12 (0.10 to 0.14)". */
function words(estimate: Estimate | null): string {
  if (estimate === null) return "–";
  const [value, low, high] = [estimate.value, estimate.low, estimate.high]
    .map((each) => each.toFixed(3).replace("-", "−"));
  return `${value} (${low} to ${high})`;
}

/** Writes a row of the table. */
async function writeRow(cells: readonly string[]): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`| ${cells.join(" | ")} |\n`));
}

if (import.meta.main) {
  const figures = [
    "codes → label, slope",
    "codes → later codes, slope",
    "lung disease, optimism",
    "recall at 5, difference",
  ];
  await writeRow(["generator", ...figures]);
  await writeRow(["---", ...figures.map(() => "---")]);
  for (const fault of faults) {
    const found = await faultFigures(fault, { records: 1000, seed: 1, resamples: 1000 });
    const cells = [found.labelSlope, found.laterSlope, found.optimism, found.recall];
    await writeRow([fault, ...cells.map(words)]);
  }
}
