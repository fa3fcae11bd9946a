/**
 * How many codes of the next visit are among the k likeliest ones, in held-out records.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { forEachFollowing } from "./following_visits.ts";
import { type Predictor, predictorNames, type Scorer } from "./predictors.ts";

/** Which codes of a visit are asked about, each among the candidates of its kind. */
export type PredictedCodes = "all" | "onsets" | "repeats";

/** All kinds of codes. */
export const codeKinds: readonly PredictedCodes[] = ["all", "onsets", "repeats"];

/** Lengths of the lists of likeliest codes. */
export const listLengths = [5, 10, 20] as const;

const longest = Math.max(...listLengths);

/** Numbers of a record: codes of each kind, then hits by predictor, kind and length. */
export const hitWidth = codeKinds.length *
  (1 + predictorNames.length * listLengths.length);

/** Where the codes of a kind are counted. */
export function totalColumn(kind: PredictedCodes): number {
  return codeKinds.indexOf(kind);
}

/** Where the hits of a predictor are counted. */
export function hitColumn(predictor: Predictor, kind: PredictedCodes, length: number): number {
  const place = predictorNames.indexOf(predictor) * codeKinds.length + codeKinds.indexOf(kind);
  return codeKinds.length + place * listLengths.length +
    listLengths.findIndex((each) => each === length);
}

/** The candidates with the highest scores; of equal scores, the first ones. */
class Likeliest {
  readonly #codes: number[] = [];
  readonly #scores: number[] = [];

  clear(): void {
    this.#codes.length = this.#scores.length = 0;
  }

  add(code: number, score: number): void {
    if (this.#codes.length === longest && !(score > this.#scores[longest - 1])) return;
    let place = Math.min(this.#codes.length, longest - 1);
    for (; place > 0 && this.#scores[place - 1] < score; place--) {
      this.#codes[place] = this.#codes[place - 1];
      this.#scores[place] = this.#scores[place - 1];
    }
    this.#codes[place] = code;
    this.#scores[place] = score;
  }

  /** Calls back with each hit's place in the list, from 0. */
  forEachHit(isThere: Uint8Array, hit: (place: number) => void): void {
    for (const [place, code] of this.#codes.entries()) if (isThere[code] === 1) hit(place);
  }
}

/**
 * The hits of predictors.
 *
 * @returns [records × {@link hitWidth}]
 */
export async function hitsOf(
  predictors: Readonly<Record<Predictor, Scorer>>,
  test: Cohort,
): Promise<Float64Array> {
  const found = new Float64Array(test.recordCount * hitWidth);
  const codes = test.vocabulary.codes.length;
  const scores = new Float64Array(codes);
  const isThere = new Uint8Array(codes);
  const lists = { all: new Likeliest(), onsets: new Likeliest(), repeats: new Likeliest() };
  for (let record = 0; record < test.recordCount; record++) {
    const row = found.subarray(record * hitWidth, (record + 1) * hitWidth);
    forEachFollowing(test, record, (visit) => {
      if (visit.codes.length === 0) return;
      for (const code of visit.codes) {
        isThere[code] = 1;
        row[totalColumn("all")]++;
        row[totalColumn(visit.times[code] > 0 ? "repeats" : "onsets")]++;
      }
      for (const predictor of predictorNames) {
        predictors[predictor](visit, scores);
        for (const kind of codeKinds) lists[kind].clear();
        for (let code = 0; code < codes; code++) {
          lists.all.add(code, scores[code]);
          (visit.times[code] > 0 ? lists.repeats : lists.onsets).add(code, scores[code]);
        }
        for (const kind of codeKinds) {
          lists[kind].forEachHit(isThere, (place) => {
            for (const length of listLengths) {
              if (place < length) row[hitColumn(predictor, kind, length)]++;
            }
          });
        }
      }
      for (const code of visit.codes) isThere[code] = 0;
    });
    await breathe();
  }
  return found;
}
