// How often does the 95% interval of an R² hold what it is of? Cohorts are drawn again and again from
// patients whose probabilities of codes are known, so the true R² is known.
//
//   deno run -A tests/bench/r2_coverage.ts [runs, 400] [records, 400] [codes, 40]
import { type Cohort, cohortOf, r2, random, vocabulary } from "ehrloom";
import { r2Estimate } from "ehrloom/evaluate/bootstrap.ts";
import type { Asked } from "ehrloom/evaluate/measure.ts";
import { onePass } from "ehrloom/evaluate/fidelity/counting/one_pass.ts";
import { resampledR2 } from "ehrloom/evaluate/fidelity/counting/resampled_r2.ts";
import { say } from "../../tasks/cli/command.ts";

/** Codes of a generator: a patient has code k at all with probability `ever[k]`, then in `rate[k]` of the visits. */
export interface Source {
  readonly ever: readonly number[];
  readonly rate: readonly number[];
}

const visitsOfRecord = 4;

/** Codes about 1 / k as frequent as the first, changed by up to `change` (relative) at random. */
export function sourceOf(codes: number, change: number, seed: number): Source {
  const [base, draws] = [random(1), random(2, seed)];
  const rate = Array.from({ length: codes }, () => 0.3 + 0.6 * base.uniform());
  const ever = Array.from(
    { length: codes },
    (_, k) => 0.8 / (1 + k / 2) * Math.exp(change * (2 * draws.uniform() - 1)),
  );
  return { ever: ever.map((share) => Math.min(0.99, share)), rate };
}

export function drawn({ ever, rate }: Source, records: number, seed: number): Cohort {
  const draws = random(3, seed);
  return cohortOf(
    vocabulary(ever.map((_, k) => `c${k}`)),
    [],
    Array.from({ length: records }, () => {
      const has = ever.map((share) => draws.uniform() < share);
      const visits = Array.from(
        { length: visitsOfRecord },
        () => rate.flatMap((share, k) => has[k] && draws.uniform() < share ? [k] : []),
      );
      return { visits, labels: [] };
    }),
  );
}

/** R² of the probabilities themselves: of shares of visits, and of shares of records. */
export function trueR2(real: Source, other: Source): [number, number] {
  const visit = ({ ever, rate }: Source) => ever.map((share, k) => share * rate[k]);
  const record = ({ ever, rate }: Source) =>
    ever.map((share, k) => share * (1 - (1 - rate[k]) ** visitsOfRecord));
  return [r2(visit(real), visit(other)), r2(record(real), record(other))];
}

/** Whether the interval, moved by the noise, holds the true R². */
function holds(figures: Float64Array, noise: number, truth: number): boolean {
  const { low, high } = r2Estimate(figures, Infinity);
  return low + noise <= truth && truth <= high + noise;
}

/** [2] Whether both kinds of interval hold the true R² of shares of visits in one pair of cohorts. */
export async function isCovered(
  [real, other]: readonly [Source, Source],
  records: number,
  run: number,
): Promise<[onePass: boolean, bootstrap: boolean]> {
  const asked: Asked = {
    real: { role: "real", cohort: drawn(real, records, 2 * run) },
    others: [{ role: "synthetic", cohort: drawn(other, records, 2 * run + 1) }],
    seed: run,
    resamples: 400,
  };
  const [truth] = trueR2(real, other);
  const [{ perVisit: { r2, noise } }] = await onePass("unigram", asked, true);
  const [{ perVisit }] = await resampledR2("unigram", asked);
  return [holds(r2, noise, truth), holds(perVisit, noise, truth)];
}

if (import.meta.main) {
  const [runs = 400, records = 400, codes = 40] = Deno.args.map(Number);
  for (const change of [0, 0.1, 0.2, 0.3, 1]) {
    const sources = [sourceOf(codes, 0, 0), sourceOf(codes, change, 1)] as const;
    const covered = [0, 0];
    for (let run = 0; run < runs; run++) {
      (await isCovered(sources, records, run)).forEach((is, i) => covered[i] += Number(is));
    }
    const [onePass, bootstrap] = covered.map((count) => `${(100 * count / runs).toFixed(1)}%`);
    const truth = trueR2(...sources)[0].toFixed(3);
    say(`true R² ${truth}: one pass ${onePass}, bootstrap ${bootstrap}`);
  }
}
