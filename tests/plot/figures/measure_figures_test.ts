import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  calibrationFigure,
  cohortOf,
  daysBetweenVisits,
  decileLadder,
  figureCsv,
  forestPlot,
  membershipRoc,
  random,
  survivalCurves,
  vocabulary,
} from "ehrloom";
import type { CodeLadder, Survival } from "ehrloom/evaluate/report.ts";
import type { ScaledRow } from "ehrloom/evaluate/summary/scaled_rows.ts";
import { rankedCases } from "ehrloom/evaluate/classification/ranked_cases.ts";
import { attacksOn } from "ehrloom/evaluate/privacy/membership/attack_figures.ts";
import { markup } from "../fixture.ts";

const around = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });

/** The rows of a figure's CSV, without its head. */
const rowsOf = (svg: SVGSVGElement | undefined) =>
  svg === undefined ? [] : figureCsv(svg).trim().split("\n").slice(1);

const texts = (svg: SVGSVGElement | undefined) =>
  [...svg?.querySelectorAll("text") ?? []].map(({ textContent }) => textContent);

const ladder = (error: number): CodeLadder => ({
  misplaced_share: around(0.1),
  rare: null,
  rungs: [1, 2].map((place) => ({
    rung: `${place} of 2`,
    codes: 5,
    most_records: 90,
    fewest_records: 20,
    occurring: around(0.8),
    prevalence_ratio: around(1),
    relative_error: around(error * place),
    r2: null,
    real_share: around(0.5),
    synthetic_share: around(0.5),
  })),
});

Deno.test("decileLadder() draws each decile of each cohort in both panels; large errors stand at the end", () => {
  const svg = decileLadder({ synthetic: ladder(4), ceiling: ladder(0.2), floor: ladder(0.3) });
  assertEquals(svg.querySelectorAll(".mark-dot :is(path, circle)").length, 3 * 2 * 2);
  assertEquals(rowsOf(svg).length, 3 * 2 * 2);
  assert(rowsOf(svg).includes("2,synthetic,relative_error,8,7.9,8.1"));
  assert(texts(svg).includes("200"));
  assert(!svg.outerHTML.includes("NaN"));
});

Deno.test("decileLadder() of an older report, without errors, has one panel", () => {
  const { rungs, ...rest } = ladder(1);
  const older = { ...rest, rungs: rungs.map(({ relative_error: _, ...rung }) => rung) };
  const svg = decileLadder({ synthetic: older });
  assert(texts(svg).includes("Codes that occur (%)"));
  assert(!texts(svg).includes("Error of prevalence (%)"));
});

/** Scores of members, who are higher by a shift, and of as many non-members. */
const attacked = (count: number, shift: number) => {
  const draws = random(1);
  const scores = Array.from(
    { length: 2 * count },
    (_, i) => draws.uniform() + (i < count ? shift : 0),
  );
  const cases = rankedCases(scores, scores.map((_, i) => Number(i < count)));
  const guesses = rankedCases(
    scores.map(() => draws.uniform()),
    scores.map((_, i) => Number(i < count)),
  );
  return attacksOn(new Map([["closest_record", cases], ["density_ratio", guesses]]));
};

Deno.test("membershipRoc() marks the rates that can be estimated and shades the others", () => {
  const few = membershipRoc({ synthetic: attacked(200, 0.2), memoriser: attacked(200, 0.8) });
  assert(texts(few).includes("Shaded: not estimable (0.1%, 1%) from 200 non-members"));
  assertEquals(few?.querySelectorAll(".mark-dot circle").length, 2); // at 10%, on both cohorts
  const enough = membershipRoc({ synthetic: attacked(10_000, 0.2) });
  assert(!enough?.outerHTML.includes("not estimable"));
  assertEquals(enough?.querySelectorAll(".mark-dot circle").length, 3);
});

Deno.test("membershipRoc() draws all attacks on synthetic records, the strongest one on the others", () => {
  const svg = membershipRoc({ synthetic: attacked(200, 0.2), floor: attacked(200, 0.1) });
  const drawn = new Set(rowsOf(svg).map((row) => row.split(",").slice(0, 2).join(" ")));
  assertEquals([...drawn].sort(), [
    "floor closest_record",
    "synthetic closest_record",
    "synthetic density_ratio",
  ]);
  assertStringIncludes(svg?.outerHTML ?? "", "Synthetic: closest record, area 0.");
});

Deno.test("membershipRoc() draws nothing of an older report, which has no curves", () => {
  const { attacks, ...rest } = attacked(50, 0.2);
  const older = Object.fromEntries(
    Object.entries(attacks).map(([name, { roc: _, ...figures }]) => [name, figures]),
  );
  assertEquals(membershipRoc({ synthetic: { ...rest, attacks: older } }), undefined);
});

Deno.test("membershipRoc() draws nothing of so few non-members that curves are single points", () => {
  const few = attacked(9, 0.2);
  assertEquals(Object.values(few.attacks).map(({ roc }) => roc?.fpr), [[1], [1]]);
  assertEquals(membershipRoc({ synthetic: few }), undefined);
});

Deno.test("calibrationFigure() has a dot for each bin, the larger the more cases", () => {
  const bins = {
    probability: [0.1, 0.9],
    share: [0.2, 0.8],
    low: [0.1, 0.7],
    high: [0.3, 0.9],
    cases: [100, 25],
  };
  const svg = calibrationFigure({ real: bins, synthetic: bins });
  const radii = [...svg.querySelectorAll("circle")].map((dot) => Number(dot.getAttribute("r")));
  assertEquals(radii.length, 2);
  assert(Math.abs(radii[0] / radii[1] - 2) < 0.01); // four times the area
  assertEquals(rowsOf(svg)[3], "synthetic,0.9,0.8,0.7,0.9,25");
});

const followed = (followUp: number, codes: readonly string[]): Survival => ({
  unit: "days",
  follow_up: followUp,
  interval: 1,
  mean: null,
  codes: codes.map((code) => ({
    code,
    distance: around(0.1),
    optimism: around(0.1),
    events: 20,
    curve: {
      times: [0, followUp / 2],
      real: [1, 0.6],
      synthetic: [1, 0.7],
      bands: {
        real_low: [1, 0.5],
        real_high: [1, 0.7],
        synthetic_low: [1, 0.6],
        synthetic_high: [1, 0.8],
      },
    },
  })),
  left_out: [],
});

Deno.test("survivalCurves() has a panel with curves and bands for each code, by what it means", () => {
  const names = new Map([["I10", "Hypertension"], ["x", markup]]);
  const svg = survivalCurves(followed(100, ["I10", "x", "E11"]), { names });
  for (const title of ["Hypertension", "E11"]) assert(texts(svg).includes(title));
  assertEquals(/<(script|img|b)\b/.test(svg?.outerHTML ?? ""), false);
  assertEquals(svg?.querySelectorAll(".mark-area path").length, 2 * 3);
  assertEquals(rowsOf(svg)[1], "Hypertension,50,0.6,0.5,0.7,0.7,0.6,0.8");
  assertEquals(survivalCurves(followed(100, [])), undefined);
});

Deno.test("survivalCurves() shows many days as years", () => {
  const title = (followUp: number) => texts(survivalCurves(followed(followUp, ["I10"]))).join(" ");
  assertStringIncludes(title(300), "Days since the first visit");
  assertStringIncludes(title(3000), "Years since the first visit");
});

/** One record for each list of days before its visits. */
const timed = (...records: number[][]) =>
  cohortOf(
    vocabulary(["a"]),
    [],
    records.map((gapDays) => ({ visits: gapDays.map(() => [0]), gapDays, labels: [] })),
  );

Deno.test("daysBetweenVisits() by hand: shares of visits that follow within so many days", () => {
  const real = timed([0, 1, 7], [0, 7, 7]);
  const svg = daysBetweenVisits(real, timed([0, 0]), { heldOut: timed([0, 30]) });
  const rows = rowsOf(svg);
  for (
    const row of ["real,1,25", "real,7,100", "synthetic,0,100", "ceiling,28,0", "ceiling,31,100"]
  ) {
    assert(rows.includes(row), row);
  }
  assertEquals(daysBetweenVisits(real, timed([0])), undefined);
});

Deno.test("daysBetweenVisits() has no step of fewer than minCell real or held-out patients", () => {
  const real = timed([0, 1], [0, 2], [0, 3], [0, 4], [0, 5]);
  const heldOut = timed([0, 9]);
  const rows = rowsOf(daysBetweenVisits(real, timed([0, 1], [0, 2]), { heldOut, minCell: 2 }));
  const daysOf = (key: string) =>
    rows.filter((row) => row.startsWith(key)).map((row) => row.split(",")[1]);
  assertEquals(daysOf("real").length, 2); // 1 and 2 days; 3 days and more
  assertEquals(daysOf("real")[0], "2");
  assertEquals(daysOf("ceiling"), []); // one patient
  assertEquals(daysBetweenVisits(timed([0, 1]), real, { minCell: 2 }), undefined);
});

const row = (name: string, group: ScaledRow["group"], value: number): ScaledRow => ({
  figure: name,
  group,
  name,
  scaled: around(value),
  memoriser: 1.1,
  synthetic: around(0.5),
  floor: around(0),
  ceiling: around(1),
});

Deno.test("forestPlot() has a line for each figure and group; what is beyond is a number", () => {
  const svg = forestPlot([row("a", "Codes", 0.5), row("b", "Codes", 2), row("c", "Utility", -3)]);
  assertEquals(texts(svg).filter((text) => ["Codes", "Utility"].includes(text ?? "")).length, 2);
  for (const text of ["a", "b", "c", "200% ▸", "◂ −300%"]) assert(texts(svg).includes(text), text);
  assertEquals(svg?.querySelectorAll(".mark-dot circle").length, 1);
  assertStringIncludes(svg?.outerHTML ?? "", "a: 50% (40% to 60%).");
  assertEquals(rowsOf(svg)[0], "a,a,0.5,0.4,0.6,1.1,0.5,0,1");
  assertEquals(forestPlot([]), undefined);
});
