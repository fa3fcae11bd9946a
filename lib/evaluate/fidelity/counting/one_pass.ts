/**
 * R² of the probabilities of codes and pairs and the figures beside it, with intervals from one pass
 * over the records: the infinitesimal jackknife (Efron 1982). No resample is counted, so it is also for
 * cohorts of hundreds of thousands of records.
 *
 * R² = 1 − S / T with S = Σ (y − z)², T = Σ (y − ȳ)² over keys. Its slope is −2 (y − z) / T +
 * 2 S (y − ȳ) / T² in the real probability y of a key, and 2 (y − z) / T in the synthetic one, z. With
 * these slopes, the influence of each patient is a sum over the patient's own keys, and the variance
 * of R² is the sum of the squared influences. The figure of a resample is that of the cohorts as they
 * are, plus the influences of the patients that were drawn: the same patients that would be counted in
 * that resample, so figures of several models can still be compared in pairs; `linear_resamples.ts` says
 * what is corrected near R² = 1.
 *
 * @module
 */
import type { Cohort } from "../../../cohort/cohort.ts";
import type { OnProgress } from "../../../progress.ts";
import { type Estimate, isDrawnInGroups } from "../../bootstrap.ts";
import type { Asked, Judged } from "../../measure.ts";
import { normal95 } from "../../normal.ts";
import { agreementOf } from "../agreement/agreement.ts";
import { commonFrom, Moments, slopedFigures as figures } from "../agreement/moments.ts";
import { rankCorrelation } from "../agreement/rank_correlation.ts";
import { CountedCohort } from "./counted_cohort.ts";
import type { KindFidelity, Part, ShareFidelity } from "./found.ts";
import { type Influences, influencesOf, KeySlopes } from "./influences.ts";
import { type KeyNumbers, unorderedPairNumbers } from "./key_index.ts";
import { type CodeKind, hasMostPairs, keyIndexFor } from "./key_rows.ts";
import { drawnOf, linearR2 } from "./linear_resamples.ts";
import { PairedCounts } from "./paired_counts.ts";
import { keptKeys } from "./second_order.ts";

const parts: readonly Part[] = [0, 1];

/** Two cohorts, and their keys by counts of visits, and by counts of records. */
interface Compared {
  readonly both: readonly [real: CountedCohort, other: CountedCohort];
  readonly counts: readonly [visits: PairedCounts, records: PairedCounts];
}

function momentsOf(part: Part, { both: [real, other], counts }: Compared): Moments {
  const { [part]: own } = counts;
  const [realTotal, total] = [real.denominators[part], other.denominators[part]];
  return new Moments({
    real: Float64Array.from(own.real, (count) => count / realTotal),
    synthetic: Float64Array.from(own.other, (count) => count / total),
    times: own.times,
    isCommon: Uint8Array.from(own.real, (count) => Number(count >= commonFrom)),
    halves: [0.5 / realTotal, 0.5 / total],
  });
}

/**
 * Enters the slopes of all figures in the probabilities of one side, of visits or of records. Keys
 * with equal counts share a row, but for the one that decides the largest gap.
 */
function enterSlopes(
  slopes: KeySlopes,
  { side, part, moments }: { side: "real" | "synthetic"; part: Part; moments: Moments },
  { both: [real, other], counts: { [part]: counts } }: Compared,
): void {
  const row = new Float32Array(figures);
  const enter = (entry: number, times: number, isLargest: boolean): number => {
    const shares = {
      real: counts.real[entry] / real.denominators[part],
      synthetic: counts.other[entry] / other.denominators[part],
    };
    const sloped = { isLargest, ...shares, isCommon: counts.real[entry] >= commonFrom };
    if (side === "real") moments.realSlopes(sloped, row);
    else moments.syntheticSlopes(sloped, row);
    return slopes.add(part, row, shares[side], times);
  };
  const { largest } = moments;
  const own = side === "real" ? counts.real : counts.other;
  const isOn = (entry: number) => own[entry] > 0; // else no patient of this side has the key
  const placeOf = Uint32Array.from(own, (_, entry) => {
    const times = counts.times[entry] - Number(entry === largest);
    return isOn(entry) && times > 0 ? enter(entry, times, false) : 0;
  });
  let isFirst = true;
  counts.each((key, entry) => {
    if (!isOn(entry)) return;
    const isLargest = isFirst && entry === largest;
    if (isLargest) isFirst = false;
    slopes.places[2 * key + part] = isLargest ? enter(entry, 1, true) : placeOf[entry];
  });
}

/** The figures of shares of visits, or of records; R² only of the cohorts as they are. */
function fidelityOf(
  part: Part,
  { values, total }: Moments,
  { counts }: Compared,
  sides: readonly [Influences, Influences],
  hasIntervals: boolean,
): ShareFidelity {
  const estimates = Array.from(values.subarray(1), (value, i): Estimate => {
    const at = part * figures + 1 + i;
    const variance = sides[0].variances[at] + sides[1].variances[at];
    const half = hasIntervals ? normal95 * Math.sqrt(variance) : 0;
    return { value, low: value - half, high: value + half };
  });
  return {
    r2: values.slice(0, 1),
    noise: (sides[0].sampling[part] + sides[1].sampling[part]) / total,
    agreement: agreementOf(estimates, rankCorrelation(counts[part])),
  };
}

/** Counts progress in records. */
function progressIn({ real, others }: Asked, isDrawn: boolean, onProgress?: OnProgress) {
  // influences, and draws of single records, which take as long
  const passes = (cohort: Cohort) => isDrawn && !isDrawnInGroups(cohort) ? 2 : 1;
  const work = (cohort: Cohort) => passes(cohort) * cohort.recordCount;
  const total = others.reduce(
    (sum, { cohort }) => sum + cohort.recordCount + work(real.cohort) + work(cohort),
    real.cohort.recordCount,
  );
  let done = 0;
  return (records: number) => {
    done += records;
    onProgress?.({ stage: "comparing codes", done: Math.min(done, total), total });
  };
}

/** As {@link keyIndexFor}, in less memory: the codes of keys are not asked for. */
function numbersOf(kind: CodeKind, { cohort }: Judged): KeyNumbers {
  const numbers = unorderedPairNumbers(cohort.vocabulary.codes.length);
  return kind === "same_visit_bigram" && hasMostPairs(cohort, kind, numbers.size)
    ? numbers
    : keyIndexFor(kind, cohort);
}

/**
 * R² of one kind of probabilities and the figures beside it, for several cohorts against the same real
 * one.
 *
 * @param isDrawn whether R² of every resample follows from the influences; otherwise it is only that of
 *   the cohorts as they are
 * @returns one entry for each of the others
 */
export async function onePass(
  kind: CodeKind,
  asked: Asked,
  isDrawn: boolean,
  onProgress?: OnProgress,
): Promise<KindFidelity[]> {
  const index = numbersOf(kind, asked.real);
  const advance = progressIn(asked, isDrawn, onProgress);
  const real = new CountedCohort(asked.real, kind, index);
  await real.count(advance);
  const found: KindFidelity[] = [];
  for (const judged of asked.others) {
    const other = new CountedCohort(judged, kind, index);
    await other.count(advance);
    real.counts.reserve(index.size);
    other.counts.reserve(index.size);
    found.push(await compared([real, other], index.size, { asked, isDrawn, advance }));
  }
  return found;
}

/** Two counted cohorts. */
async function compared(
  both: readonly [CountedCohort, CountedCohort],
  keys: number,
  { asked, isDrawn, advance }: {
    asked: Asked;
    isDrawn: boolean;
    advance: (records: number) => void;
  },
): Promise<KindFidelity> {
  const [visits, records] = parts.map((part) =>
    new PairedCounts(both[0].both[part], both[1].both[part], keys)
  );
  const pair: Compared = { both, counts: [visits, records] };
  const moments = [momentsOf(0, pair), momentsOf(1, pair)] as const;
  const totals = both.map(({ denominators }) => denominators[0]);
  const kept = isDrawn ? visits.mostFrequent(keptKeys, totals) : new Uint32Array(0);
  const slots = new Uint16Array(keys);
  kept.forEach((key, slot) => slots[key] = slot + 1);
  const places = new Uint32Array(2 * keys); // of one side after the other
  const influences = (side: "real" | "synthetic", counted: CountedCohort) => {
    const [visits, records] = parts.map((part) =>
      Float64Array.from(kept, (key) => counted.share(part, key))
    );
    const slopes = new KeySlopes(places);
    for (const part of parts) enterSlopes(slopes, { side, part, moments: moments[part] }, pair);
    return influencesOf(counted, slopes, { slots, keptShares: [visits, records] }, advance);
  };
  const sides = [
    await influences("real", both[0]),
    await influences("synthetic", both[1]),
  ] as const;
  const hasIntervals = asked.resamples > 0;
  const [perVisit, perRecord] = parts.map((part) =>
    fidelityOf(part, moments[part], pair, sides, hasIntervals)
  );
  const found = { keys: visits.keys, interval: "bootstrap" } as const;
  if (!isDrawn) return { ...found, perVisit, perRecord };
  const drawn = [
    { ...sides[0], drawn: await drawnOf(both[0].judged, sides[0].r2, asked, advance) },
    { ...sides[1], drawn: await drawnOf(both[1].judged, sides[1].r2, asked, advance) },
  ] as const;
  return {
    ...found,
    perVisit: { ...perVisit, r2: linearR2(0, moments[0], drawn, perVisit.noise) },
    perRecord: { ...perRecord, r2: linearR2(1, moments[1], drawn, perRecord.noise) },
    interval: "infinitesimal_jackknife",
  };
}
