import { assert, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, judge, random, useBackend, vocabulary } from "ehrloom";
import { cohort as cohortFrom } from "ehrloom/cohort/cohort.ts";
import { misfit } from "ehrloom/files/checked_json.ts";
import {
  deathCases,
  outcomeList,
  readmissionCases,
  stayCases,
} from "ehrloom/evaluate/utility/outcomes/outcome_cases.ts";
import { outcomes } from "ehrloom/evaluate/utility/outcomes/outcomes.ts";

const words = vocabulary(["a", "frail", "MEDS_DEATH", "icu_los"]);
const [a, frail, death, los] = words.codes.keys();

/** Records with so many days before each of their visits. */
function timed(...records: { visits: number[][]; gapDays: number[] }[]): Cohort {
  return cohortOf(words, [], records.map((each) => ({ ...each, labels: [] })));
}

/** Which records are in a pool, and how many of their visits are shown. */
function shown({ positives, negatives }: ReturnType<typeof deathCases>) {
  return [positives, negatives].map((of) => of.map(({ record, visits }) => [record, visits]));
}

Deno.test("readmissionCases() are the next visit within 30 days, which is not shown", () => {
  const cohort = timed(
    { visits: [[a], [frail]], gapDays: [0, 30] },
    { visits: [[a], [frail]], gapDays: [0, 31] },
    { visits: [[a]], gapDays: [0] }, // nobody knows what came after
    { visits: [[a], [death]], gapDays: [0, 3] }, // death is no readmission
    { visits: [[a], [a], [death]], gapDays: [0, 200, 3] },
  );
  assertEquals(shown(readmissionCases(cohort, 1)), [[[0, 1]], [[1, 1], [4, 1]]]);
});

Deno.test("readmissionCases() take each visit but the last of a patient equally often", () => {
  const visits = Array.from({ length: 4 }, () => [a]);
  const many = timed(...Array.from({ length: 900 }, () => ({ visits, gapDays: [0, 1, 99, 1] })));
  const { positives, negatives } = readmissionCases(many, 3);
  const counts = [1, 2, 3].map((shownVisits) =>
    [...positives, ...negatives].filter(({ visits }) => visits === shownVisits).length
  );
  assert(counts.every((count) => Math.abs(count - 300) < 50), counts.join());
  assertEquals(negatives.every(({ visits }) => visits === 2), true);
});

Deno.test("deathCases() show the visits before the death, and whole records of others", () => {
  const cohort = timed(
    { visits: [[a], [a], [frail, death], [a]], gapDays: [0, 1, 1, 1] },
    { visits: [[death]], gapDays: [0] }, // nothing before it
    { visits: [[a], [frail]], gapDays: [0, 1] },
    { visits: [[a]], gapDays: [0] }, // nothing could be kept from it
  );
  assertEquals(shown(deathCases(cohort)), [[[0, 2]], [[2, 2]]]);
});

Deno.test("stayCases() are stays longer than a limit, shown before their visit", () => {
  const measured = (lengths: number[]) => ({
    visits: lengths.map(() => [a, los]),
    values: lengths.map((length) => [NaN, length]),
    labels: [],
  });
  const cohort = cohortOf(
    words,
    [],
    [[9, NaN, 8], [9, 2], [9]].map(measured), // the first visit has nothing before it
  );
  assertEquals(shown(stayCases(cohort, new Set([los]), 5)), [[[0, 2]], [[1, 1]]]);
  const poolOf = outcomeList.length_of_stay.poolsOf(cohort);
  assert(typeof poolOf !== "string");
  assertEquals(shown(poolOf(cohort)), [[[0, 2]], [[1, 1]]]); // the median of 8 and 2 is 5
});

Deno.test("outcomes that a cohort does not hold have a reason", () => {
  const cohort = cohortOf(vocabulary(["a", "closed"]), [], [{ visits: [[0], [1]], labels: [] }]);
  const reasons = Object.values(outcomeList).map(({ poolsOf }) => poolsOf(cohort, 1));
  assertEquals(reasons, [
    "days between visits are not known",
    "no code says that a patient died (MEDS_DEATH)",
    "no measured code is named as a length of stay", // "closed" is not a "los"
  ]);
});

/**
 * Records of 2 to 6 visits. After a visit with "frail" the next one mostly comes within 30 days, else
 * mostly later; patients who are frail at their first visit mostly die.
 */
function records(seed: number, count: number): Cohort {
  const draws = random(seed);
  return timed(...Array.from({ length: count }, () => {
    const isFrail = Array.from({ length: 2 + draws.integer(5) }, () => draws.integer(2) === 1);
    const isNear = (at: number) => (draws.uniform() < 0.9) === isFrail[at - 1];
    const gapDays = isFrail.map((_, at) => at === 0 ? 0 : isNear(at) ? 7 : 90);
    const visits = isFrail.map((each) => each ? [a, frail] : [a]);
    if ((draws.uniform() < 0.9) === isFrail[0]) visits[visits.length - 1] = [death];
    return { visits, gapDays };
  }));
}

/** The same records, with the days between visits in another order. */
function shuffledGaps(source: Cohort): Cohort {
  const gapDays = source.gapDays.slice();
  const isFirst = new Set(source.visitOffsets);
  const later = [...gapDays.keys()].filter((visit) => !isFirst.has(visit));
  const order = random(5).shuffle([...later]);
  for (const [i, visit] of later.entries()) gapDays[visit] = source.gapDays[order[i]];
  return cohortFrom({ ...source, gapDays });
}

const areaOf = ({ auroc }: { auroc: { value: number } | null }) => auroc?.value ?? NaN;

Deno.test("outcomes tells a generator with shuffled gaps by readmission, and not by mortality", async () => {
  await useBackend("wasm");
  const good = records(3, 300);
  const [faithful, shuffled] = await judge([outcomes], {
    real: { role: "real", cohort: records(1, 300) },
    others: [
      { role: "synthetic", cohort: good },
      { role: "floor", cohort: shuffledGaps(good) }, // not added to real records, which saves time
    ],
    heldOut: records(2, 200),
    resamples: 40,
    quick: true,
  });
  const { readmission, mortality, length_of_stay, left_out } = faithful.figures.outcomes ?? {};
  assert(readmission && mortality);
  for (const each of [readmission, mortality]) {
    assert(areaOf(each.real) > 0.8, `real ${areaOf(each.real)}`);
    assert(areaOf(each.synthetic) > 0.8, `synthetic ${areaOf(each.synthetic)}`);
  }
  assertEquals([length_of_stay, left_out?.length], [null, 1]);
  const other = shuffled.figures.outcomes;
  assert(other?.readmission && other.mortality);
  assert(
    areaOf(other.readmission.synthetic) < 0.7,
    `shuffled ${areaOf(other.readmission.synthetic)}`,
  );
  const difference = other.readmission.synthetic_minus_real.auroc;
  assert(difference !== null && difference.high < 0, JSON.stringify(difference));
  assert(areaOf(other.mortality.synthetic) > 0.8); // it needs no days
  const stored = JSON.parse(JSON.stringify(faithful.figures.outcomes));
  assertEquals(misfit(stored, outcomes.schema), undefined);
  assertEquals(
    faithful.resampled["outcomes.readmission.synthetic.auroc"][0],
    readmission.synthetic.auroc?.value,
  );
});

Deno.test("outcomes says why each is left out: too few patients, or fewer than the smallest cell", async () => {
  const ask = async (count: number, minCell: number) => {
    const [{ figures }] = await judge([outcomes], {
      real: { role: "real", cohort: records(1, count) },
      others: [{ role: "synthetic", cohort: records(3, 30) }],
      heldOut: records(2, 9),
      resamples: 0,
      minCell,
    });
    return figures.outcomes?.left_out.slice(0, 2).map(({ reason }) => reason);
  };
  assertEquals(await ask(200, 1000), [
    "fewer than 1000 real patients are in one of the classes",
    "fewer than 1000 real patients are in one of the classes",
  ]);
  assertEquals(await ask(200, 10), [
    "fewer than 10 held-out records have a next visit within 30 days",
    "fewer than 10 held-out records die after a first visit",
  ]);
});
