/**
 * The figures of the study for some records: fidelity, utility and privacy.
 *
 * @module
 */
import { type Cohort, judge, type JudgeOptions, type Run, runLikelihood, splitOf } from "ehrloom";
import { independentMarginals } from "ehrloom/evaluate/fidelity/independent_marginals.ts";
import { labelFidelity } from "ehrloom/evaluate/fidelity/label_prevalence.ts";
import {
  sameVisitBigram,
  sequentialBigram,
  unigram,
} from "ehrloom/evaluate/fidelity/probability_fidelity.ts";
import { r2Of } from "ehrloom/evaluate/key_figures.ts";
import { copyingCheck } from "ehrloom/evaluate/privacy/copying_check.ts";
import { identicalRecords } from "ehrloom/evaluate/privacy/identical_records.ts";
import { membershipByDistance } from "ehrloom/evaluate/privacy/membership_by_distance.ts";
import { membershipByLikelihood } from "ehrloom/evaluate/privacy/membership_by_likelihood.ts";
import { phenotyping } from "ehrloom/evaluate/utility/phenotyping.ts";
import { withoutEmptyRecords } from "ehrloom/evaluate/without_empty_records.ts";
import type { Row } from "./result.ts";

const measures = [
  unigram,
  sameVisitBigram,
  sequentialBigram,
  labelFidelity,
  identicalRecords,
  copyingCheck,
  membershipByLikelihood,
  membershipByDistance,
] as const;

/** What was judged of some records. */
export type Judged = Pick<Row, "figures" | "identical">;

/** The real records, and how many resamples are behind each interval. */
export interface JudgedAgainst {
  /** With splits. */
  readonly real: Cohort;
  readonly resamples: number;
}

const partOf = (real: Cohort, split: "train" | "test") => withoutEmptyRecords(splitOf(real, split));

/** Asks all measures about some records, the same way for each; classifiers are trained once. */
async function asked(
  others: JudgeOptions["others"],
  { real, resamples }: JudgedAgainst,
  run?: Run,
) {
  const how = {
    real: { role: "real", cohort: partOf(real, "train") },
    others,
    heldOut: partOf(real, "test"),
    resamples,
    run,
  } as const;
  const judgements = await judge(measures, how);
  const utility = await judge([phenotyping], { ...how, quick: true });
  return judgements.map(({ figures }, i) => ({ ...figures, ...utility[i].figures }));
}

/** The figures of the study, without the test loss. */
function judgedOf(found: Awaited<ReturnType<typeof asked>>[number]): Judged {
  return {
    figures: {
      test_loss: null,
      codes: r2Of(found.unigram),
      pairs: r2Of(found.same_visit_bigram),
      pairs_over_visits: r2Of(found.sequential_bigram),
      labels: r2Of(found.label_prevalence),
      auroc: found.phenotyping?.macro?.synthetic.auroc ?? null,
      membership_by_likelihood: found.membership_by_likelihood?.corrected?.auc ?? null,
      membership_by_distance: found.membership_by_distance?.corrected?.auc ?? null,
      copying: found.copying_check?.found?.share ?? null,
    },
    identical: found.identical_records.identical,
  };
}

/** Records that a run generated. */
export async function judgedSynthetic(
  records: Cohort,
  run: Run,
  against: JudgedAgainst,
): Promise<Judged> {
  const cohort = withoutEmptyRecords(records);
  const [found] = await asked([{ role: "synthetic", cohort }], against, run);
  const loss = await runLikelihood(run, against.real, { resamples: against.resamples });
  const { figures, identical } = judgedOf(found);
  const test_loss = {
    value: loss.nll_per_visit,
    low: loss.nll_per_visit_low,
    high: loss.nll_per_visit_high,
  };
  return { figures: { ...figures, test_loss }, identical };
}

/**
 * The ends of the scale: records drawn from independent marginals, and held-out ones. Beside these
 * stands the classifier that has learned from training records.
 */
export async function judgedEnds(
  against: JudgedAgainst,
): Promise<{ independent: Judged; heldOut: Judged }> {
  const floor = independentMarginals(partOf(against.real, "train"), { seed: 0 });
  const [ofFloor, ofHeldOut] = await asked([
    { role: "floor", cohort: floor },
    { role: "held_out", cohort: partOf(against.real, "test") },
  ], against);
  const { figures, identical } = judgedOf(ofHeldOut);
  const auroc = ofFloor.phenotyping?.macro?.real.auroc ?? null;
  return { independent: judgedOf(ofFloor), heldOut: { figures: { ...figures, auroc }, identical } };
}
