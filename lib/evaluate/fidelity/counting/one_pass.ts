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
import type { OnProgress } from "../../../progress.ts";
import type { Estimate } from "../../bootstrap.ts";
import type { Asked, Judged } from "../../measure.ts";
import { normal95 } from "../../normal.ts";
import { agreementOf } from "../agreement/agreement.ts";
import { commonFrom, Moments, slopedFigures as figures } from "../agreement/moments.ts";
import { rankCorrelation } from "../agreement/rank_correlation.ts";
import { CountedCohort } from "./counted_cohort.ts";
import type { KindFidelity, Part, ShareFidelity } from "./found.ts";
import { type Influences, influencesOf, KeySlopes } from "./influences.ts";
import { type KeyNumbers, pairNumbers, unorderedPairNumbers } from "./key_index.ts";
import { codeKeyIndex, type CodeKind, occurrencesIn } from "./key_rows.ts";
import { drawnOf, linearR2 } from "./linear_resamples.ts";
import { keptKeys } from "./second_order.ts";

const parts: readonly Part[] = [0, 1];

/** [keys] The keys that either cohort has. */
function unionOf(
  [real, other]: readonly [CountedCohort, CountedCohort],
  keys: number,
): Uint32Array {
  const isIn = (key: number) => real.counts.records[key] > 0 || other.counts.records[key] > 0;
  let size = 0;
  for (let key = 0; key < keys; key++) size += Number(isIn(key));
  const union = new Uint32Array(size);
  let next = 0;
  for (let key = 0; key < keys; key++) if (isIn(key)) union[next++] = key;
  return union;
}

function momentsOf(
  part: Part,
  union: Uint32Array,
  [real, other]: readonly [CountedCohort, CountedCohort],
): Moments {
  const [realCounts, counts] = [real.both[part], other.both[part]];
  const [realTotal, total] = [real.denominators[part], other.denominators[part]];
  const pair = {
    real: new Float64Array(union.length),
    synthetic: new Float64Array(union.length),
    isCommon: new Uint8Array(union.length),
    halves: [0.5 / realTotal, 0.5 / total] as const,
  };
  for (let i = 0; i < union.length; i++) {
    pair.real[i] = realCounts[union[i]] / realTotal;
    pair.synthetic[i] = counts[union[i]] / total;
    pair.isCommon[i] = Number(realCounts[union[i]] >= commonFrom);
  }
  return new Moments(pair);
}

/** Which keys of the union are kept for the quadratic part: the most frequent, by shares of visits. */
function keptOf(
  union: Uint32Array,
  [real, other]: readonly [CountedCohort, CountedCohort],
): Uint32Array {
  const together = new Float32Array(union.length);
  for (let i = 0; i < union.length; i++) {
    together[i] = real.share(0, union[i]) + other.share(0, union[i]);
  }
  const least = together.length <= keptKeys
    ? 0
    : together.slice().sort()[together.length - keptKeys];
  const kept: number[] = [];
  for (let i = 0; i < together.length && kept.length < keptKeys; i++) {
    if (together[i] >= least) kept.push(i);
  }
  return Uint32Array.from(kept);
}

/** Keys with smaller counts on both sides share rows of slopes. */
const small = 256;

/**
 * The slopes of all figures in the probabilities of one side.
 *
 * @param places as in {@link KeySlopes}
 */
function slopesOf(
  side: "real" | "synthetic",
  moments: readonly [Moments, Moments],
  { union, both: [real, other], places }: {
    readonly union: Uint32Array;
    readonly both: readonly [CountedCohort, CountedCohort];
    readonly places: Uint32Array;
  },
): KeySlopes {
  const slopes = new KeySlopes(places);
  const row = new Float32Array(figures);
  for (const part of parts) {
    const { largest } = moments[part];
    const [realCounts, counts] = [real.both[part], other.both[part]];
    const shared = new Int32Array(small ** 2).fill(-1); // the place of a row by both counts
    for (let i = 0; i < union.length; i++) {
      const key = union[i];
      const [ofReal, ofOther] = [realCounts[key], counts[key]];
      if ((side === "real" ? ofReal : ofOther) === 0) continue; // no patient of this side has it
      const shares = { real: real.share(part, key), synthetic: other.share(part, key) };
      const isShared = ofReal < small && ofOther < small && i !== largest;
      let place = isShared ? shared[ofReal * small + ofOther] : -1;
      if (place < 0) {
        const sloped = { key: i, ...shares, isCommon: ofReal >= commonFrom };
        if (side === "real") moments[part].realSlopes(sloped, row);
        else moments[part].syntheticSlopes(sloped, row);
        place = slopes.add(row, shares[side]);
        if (isShared) shared[ofReal * small + ofOther] = place;
      }
      slopes.enter(key, part, shares[side], place);
    }
  }
  return slopes;
}

/** The figures of shares of visits, or of records; R² only of the cohorts as they are. */
function fidelityOf(
  part: Part,
  { values, total }: Moments,
  [real, other]: readonly [CountedCohort, CountedCohort],
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
    agreement: agreementOf(estimates, rankCorrelation(real.both[part], other.both[part])),
  };
}

/** Counts progress in records. */
function progressIn({ real, others }: Asked, isDrawn: boolean, onProgress?: OnProgress) {
  const records = real.cohort.recordCount;
  const passes = isDrawn ? 2 : 1; // influences; and draws, which take as long
  const total = others.reduce(
    (sum, { cohort: { recordCount } }) => sum + recordCount + passes * (records + recordCount),
    records,
  );
  let done = 0;
  return (records: number) => {
    done += records;
    onProgress?.({ stage: "comparing codes", done: Math.min(done, total), total });
  };
}

/** Numbers for the keys: of those that occur, or of all pairs where most of them are likely to. */
function numbersOf(kind: CodeKind, { cohort }: Judged): KeyNumbers {
  const codes = cohort.vocabulary.codes.length;
  if (kind === "unigram") return codeKeyIndex(kind, codes);
  const pairs = kind === "same_visit_bigram" ? unorderedPairNumbers(codes) : pairNumbers(codes);
  return 2 * occurrencesIn(cohort, kind) > pairs.size ? pairs : codeKeyIndex(kind, codes);
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
  const union = unionOf(both, keys);
  const moments = [momentsOf(0, union, both), momentsOf(1, union, both)] as const;
  const kept = isDrawn ? keptOf(union, both) : new Uint32Array(0);
  const slots = new Uint16Array(keys);
  kept.forEach((i, slot) => slots[union[i]] = slot + 1);
  const places = new Uint32Array(2 * keys); // of one side after the other
  const influences = (side: "real" | "synthetic", counted: CountedCohort) => {
    const [visits, records] = parts.map((part) =>
      Float64Array.from(kept, (i) => counted.share(part, union[i]))
    );
    const slopes = slopesOf(side, moments, { union, both, places });
    return influencesOf(counted, slopes, { slots, keptShares: [visits, records] }, advance);
  };
  const sides = [
    await influences("real", both[0]),
    await influences("synthetic", both[1]),
  ] as const;
  const hasIntervals = asked.resamples > 0;
  const [perVisit, perRecord] = parts.map((part) =>
    fidelityOf(part, moments[part], both, sides, hasIntervals)
  );
  const found = { keys: union.length, interval: "bootstrap" } as const;
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
