/**
 * What a dossier is made of, by hand: every attack has a figure, and none finds anything.
 *
 * @module
 */
import type { Estimate } from "ehrloom/evaluate/bootstrap.ts";
import type { PrivacyAudit } from "ehrloom/evaluate/report.ts";
import type { StoredReport } from "ehrloom/evaluate/read_report.ts";
import type { Disclosure } from "ehrloom/plot/dossier/attack.ts";
import type { DossierSources } from "ehrloom/plot/dossier/sources.ts";
import type { RunConfig } from "ehrloom/train/run_folder.ts";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { runOf } from "../../evaluate/run_of.ts";

/** An estimate with an interval of ±0.05. */
export const about = (value: number): Estimate => ({
  value,
  low: value - 0.05,
  high: value + 0.05,
});

/** A share that is known to be 0, and an interval up to 3%. */
const none = { value: 0, low: 0, high: 0.03 };

/** How well somebody guesses who finds nothing, or something. */
export const told = (auc: number, tpr = 0.01) => ({
  members: 200,
  non_members: 1000,
  auc: about(auc),
  accuracy: about(0.5),
  tpr_at_fpr: [
    { label: "10% false positives", fpr: 0.1, tpr: about(0.1) },
    { label: "1% false positives", fpr: 0.01, tpr: { value: tpr, low: tpr - 0.01, high: tpr } },
  ],
  left_out: [],
});

const attacks = (auc: number) => ({
  members: 200,
  non_members: 1000,
  attacks: {
    closest_record: {
      auc: about(auc),
      advantage: 0.1,
      tpr_at_fpr: told(auc).tpr_at_fpr,
      roc: { fpr: [0.01, 0.1, 1], tpr: [0.01, 0.12, 1] },
    },
  },
  strongest: { attack: "closest_record", attacks: 5, auc: about(auc) },
});

/** Guesses that are right as often about others. */
export const risk = (value: number) => ({
  guesses: 200,
  control_guesses: 100,
  attack: about(0.6),
  control: about(0.6),
  naive: about(0.5),
  risk: about(value),
  conclusion: "",
});

const closest = {
  distance: { low: about(1), median: about(3) },
  ratio: { low: about(0.5), median: about(0.9) },
};

const copying = (share: number) => ({
  records: 300,
  compared_with: 100,
  training_samples: 2,
  found: {
    share: about(share),
    alarmed: share - 0.05 > 0.5,
    to_training: closest,
    to_held_out: closest,
  },
  left_out: [],
});

const distance = (auc: number) => ({
  records: 300,
  corrected: told(auc, auc > 0.6 ? 0.5 : 0.01),
  published: null,
  left_out: [],
});

const inferred = (difference: number) => ({
  attack: about(0.2),
  baseline: about(0.2),
  difference: about(difference),
});

/** Attribute inference that gains so much with the ten nearest records. */
export const attributes = (difference: number) => ({
  attacked: 200,
  references: 100,
  known_codes: 100,
  corrected: { k1: inferred(0), k10: inferred(difference) },
  published: null,
  left_out: [],
});

/** Several attacks, the strongest with this area; on the most exposed it is 0.5. */
export const battery = (auc: number) => ({
  records: 300,
  references: 100,
  all: attacks(auc),
  exposed: attacks(0.5),
  empirical_epsilon: { attack: "closest_record", lower_bound: 0, delta: 1e-5, confidence: 0.95 },
  left_out: [],
});

/** What comes out of the model after a visit: so much more of training patients. */
export const extracted = (difference: number) => ({
  pairs: 60,
  training: about(0.1 + difference),
  held_out: about(0.1),
  difference: about(difference),
});

/** The figures of privacy of a report in which nothing was found. */
export const nothingFound: Disclosure = {
  identical_records: { identical: 0, records: 300, share: none },
  copying_check: copying(0.5),
  membership_by_distance: distance(0.5),
  membership_by_likelihood: {
    is_bound: false,
    too_long: 0,
    corrected: told(0.5),
    published: null,
    left_out: [],
  },
  nn_adversarial_accuracy: {
    records_each: 100,
    corrected: { held_out: about(0.5), training: about(0.5), loss: about(0) },
    published: null,
    left_out: [],
  },
  attribute_inference: attributes(0),
  membership: battery(0.5),
  singling_out: { patients: 200, control_patients: 100, outcome: risk(0), left_out: [] },
  linkability: { records: 300, outcome: risk(0), left_out: [] },
  inference: { codes: 20, outcome: risk(0), by_code: [], left_out: [] },
  extraction: { one_visit: extracted(0), two_visits: null, five_visits: null, left_out: [] },
  ceiling: { identical_records: { identical: 0, records: 100, share: none } },
  floor: { copying_check: copying(0.5), membership_by_distance: distance(0.5) },
  memoriser: { copying_check: copying(0.9), membership_by_distance: distance(0.9) },
};

const cohort = cohortOf(vocabulary(["code 1"]), [], [{ visits: [[0]], labels: [], split: 0 }]);

/** A run, trained plainly unless its config says something else. */
export function run(
  config: Partial<RunConfig> & { readonly privacy?: unknown; readonly canaries?: unknown } = {},
) {
  return runOf(cohort, { ehrloom: "0.1.0", model: "halo", cohort: "c0", ...config });
}

/** A report on it. */
export function report(
  privacy: Disclosure | undefined = nothingFound,
  more: Partial<StoredReport["about"]> = {},
): StoredReport {
  return {
    about: {
      ehrloom: "0.1.0",
      created: "2026-11-25T10:00:00.000Z",
      seed: 7,
      resamples: 1000,
      min_cell: 10,
      real: {
        name: "my-cohort",
        records: 1300,
        train: 200,
        test: 1000,
        codes: 50,
        train_codes: 45,
        labels: 2,
      },
      synthetic: { records: 300, seed: 5 },
      versions: { deno: "2" },
      seconds: 1,
      ...more,
    },
    ...privacy && { privacy },
  };
}

/** All of it. */
export function sources(more: Partial<DossierSources> = {}): DossierSources {
  return {
    run: run(),
    report: report(),
    fingerprints: { run: "r0", cohort: "c0", report: "f0" },
    ...more,
  };
}

/** The same report with an audit by 64 canaries. */
export const audited = (
  lower_bound: number,
  more: Partial<PrivacyAudit> = {},
): StoredReport => report({ ...nothingFound, audit: { ...audit, lower_bound, ...more } });

/** An audit that shows nothing. */
const audit: PrivacyAudit = {
  canaries: 64,
  in_training: 33,
  too_long: 0,
  guesses: 20,
  right: 19,
  lower_bound: 0,
  largest_bound: 3,
  promised: null,
  delta: 1e-5,
  confidence: 0.95,
  exposure: 1,
  extracted: 0,
  conclusion: "this shows no epsilon above 0",
};
