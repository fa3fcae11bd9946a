// Cohorts of patients whose codes are drawn independently, and answers of measures about them.
import { type Cohort, cohortOf, judge, random, subset, vocabulary } from "ehrloom";
import { copiesOf } from "ehrloom/cohort/cohort.ts";
import type { Measure } from "ehrloom/evaluate/measure.ts";
import type { Role } from "ehrloom/evaluate/bootstrap.ts";

/**
 * Records of 2 to 5 visits over `codes` codes, the k-th of which is about 1 / k as frequent as the
 * first; with one label.
 */
export function simulated(seed: number, records: number, codes = 60): Cohort {
  const draws = random(seed);
  const visit = () => {
    const length = 2 + draws.integer(3);
    return Array.from({ length }, () => Math.floor(codes ** draws.uniform()) - 1);
  };
  return cohortOf(
    vocabulary(Array.from({ length: codes }, (_, code) => `code${code}`)),
    ["ill"],
    Array.from({ length: records }, () => ({
      visits: Array.from({ length: 2 + draws.integer(4) }, visit),
      labels: [draws.integer(2)],
    })),
  );
}

/** Copies of a share of a cohort's records, and other records for the rest. */
export function partlyCopied(source: Cohort, others: Cohort, share: number): Cohort {
  const copies = Math.round(share * source.recordCount);
  const records = Array.from({ length: source.recordCount }, (_, i) => i);
  const own = copiesOf(source, records.slice(0, copies));
  const rest = subset(others, records.slice(copies));
  return cohortOf(source.vocabulary, source.labelNames, [...listsOf(own), ...listsOf(rest)]);
}

function listsOf({ recordCount, visitOffsets, codeOffsets, codes, labels }: Cohort) {
  return Array.from({ length: recordCount }, (_, record) => ({
    visits: Array.from(
      { length: visitOffsets[record + 1] - visitOffsets[record] },
      (_, i) => {
        const visit = visitOffsets[record] + i;
        return [...codes.subarray(codeOffsets[visit], codeOffsets[visit + 1])];
      },
    ),
    labels: [labels[record]],
  }));
}

/** The figures of a measure for one cohort. */
export async function figuresOf<F>(
  measure: Measure<string, F>,
  { training, heldOut, records, role = "synthetic", seed = 0, resamples = 0 }: {
    training: Cohort;
    heldOut?: Cohort;
    records: Cohort;
    role?: Role;
    seed?: number;
    resamples?: number;
  },
): Promise<NonNullable<F>> {
  const [{ figures }] = await judge([measure], {
    real: { role: "real", cohort: training },
    others: [{ role, cohort: records }],
    heldOut,
    seed,
    resamples,
  });
  const found = figures[measure.key];
  if (found === null || found === undefined) throw new Error(`${measure.key} has no figures`);
  return found;
}
