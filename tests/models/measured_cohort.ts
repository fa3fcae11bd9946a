/**
 * Records with all that SynEHRgy can tell: stays, rows of measurements at their times, ages, sexes.
 *
 * @module
 */
import { type Cohort, cohortOf, random, type RecordLists, vocabulary } from "ehrloom";

const codes = ["fever", "flu", "wound", "heart rate", "temperature", "score", "cough"];
const [heartRate, temperature, score] = [3, 4, 5];

/**
 * Stays of a few codes, two of three with measurements at once, and rows a few hours apart. Who has
 * a fever has a high temperature; the score is 1, 2 or 3, and once in a while said without a number.
 *
 * @param records four of five in the train split
 */
export function measuredCohort(records: number, seed = 1): Cohort {
  const draws = random(seed);
  const lists = Array.from({ length: records }, (_, record): RecordLists => {
    const visits: number[][] = [];
    const values: number[][] = [];
    const gapDays: number[] = [];
    const isIll = draws.integer(2) === 1;
    const stays = draws.integer(4) + Number(record > 0); // the first record may have none
    const add = (gap: number, plain: number[], measured: [number, number][]) => {
      visits.push([...plain, ...measured.map(([code]) => code)]);
      values.push([...plain.map(() => NaN), ...measured.map(([, value]) => value)]);
      gapDays.push(visits.length === 1 ? 0 : gap);
    };
    const measured = (): [number, number][] => {
      const all: [number, number][] = [
        [heartRate, Math.round(70 + 10 * draws.normal())],
        [temperature, Math.round(10 * ((isIll ? 39 : 37) + 0.3 * draws.normal())) / 10],
        [score, 1 + draws.integer(3)],
      ];
      return all.filter(() => draws.integer(2) === 0);
    };
    for (let stay = 0; stay < stays; stay++) {
      const gap = stay === 1 ? 0.5 * draws.integer(2) : 20 + draws.integer(400);
      const plain = [isIll ? 0 : 2, ...draws.integer(2) === 0 ? [1] : [], 6].slice(
        draws.integer(2),
      );
      if (draws.integer(8) === 0) plain.push(score);
      add(gap, stay === 2 ? [] : plain, draws.integer(3) > 0 ? measured() : []);
      for (let row = draws.integer(4); row > 0; row--) {
        add(draws.integer(5) / 24, [], measured()); // now and then without events
      }
    }
    return {
      visits,
      values,
      gapDays,
      labels: [Number(isIll), draws.integer(2)],
      startDay: 10_000 + draws.integer(5000),
      birthDay: draws.integer(10) === 0 ? NaN : -draws.integer(9000),
      sex: draws.integer(3),
      split: record % 5 < 3 ? 0 : record % 5 === 3 ? 1 : 2,
    };
  });
  return cohortOf(vocabulary(codes), ["ill", "old"], lists);
}
