import { assert, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, judge, random, useBackend, vocabulary } from "ehrloom";
import { misfit } from "ehrloom/files/checked_json.ts";
import { phenotyping } from "ehrloom/evaluate/utility/phenotyping.ts";
import { phenotypingBefore } from "ehrloom/evaluate/utility/phenotyping_before.ts";

const words = vocabulary(["a", "b", "dx", "hint"]);

/**
 * Records of 3 visits with "a" and "b" at random. A third has the label "ill", which the code "dx" in
 * the last visit defines; "hint" is in the first visit of most of them, and of few others. Five
 * records have the label "rare".
 */
function records(
  seed: number,
  count: number,
  { hasDx = true, hints = [0.1, 0.9], share = 3 } = {},
): Cohort {
  const draws = random(seed);
  return cohortOf(
    words,
    ["ill", "rare"],
    Array.from({ length: count }, (_, record) => {
      const visits = Array.from({ length: 3 }, () => [0, 1].filter(() => draws.uniform() < 0.5));
      const isIll = Number(record % share === 0);
      if (draws.uniform() < hints[isIll]) visits[0].push(3);
      if (isIll === 1 && hasDx) visits[2].push(2);
      return { visits, labels: [isIll, Number(record < 5)] };
    }),
  );
}

const real = { role: "real", cohort: records(1, 240) } as const;
const heldOut = records(2, 90);
const asked = (
  ...others: readonly { role: "synthetic" | "floor" | "held_out"; cohort: Cohort }[]
) => ({
  real,
  heldOut,
  others,
  resamples: 40,
  quick: true,
});

const areaOf = ({ auroc }: { auroc: { value: number } | null }) => auroc?.value ?? NaN;

/** What both measures say of records that teach, and of two cohorts that do not. */
async function judged() {
  await useBackend("wasm");
  return await judge(
    [phenotyping, phenotypingBefore],
    asked(
      { role: "synthetic", cohort: records(3, 240) },
      { role: "floor", cohort: records(4, 240, { hints: [0.5, 0.5] }) }, // nothing before "dx" tells
    ),
  );
}

Deno.test("phenotyping finds that good records teach a label; phenotyping_before, that others teach only its codes", async () => {
  const [good, other] = await judged();
  const { macro, labels, sizes, left_out } = good.figures.phenotyping ?? {};
  assert(macro && labels && sizes);
  assertEquals(labels.map(({ label }) => label), ["ill"]);
  assertEquals(left_out, [
    { label: "rare", reason: "fewer than 20 training records have it" },
  ]);
  assertEquals([sizes.train, sizes.validation, sizes.test, sizes.repetitions], [216, 24, 90, 1]);
  for (const each of [macro.real, macro.synthetic, macro.both]) {
    assert(each && areaOf(each) > 0.95, `${each && areaOf(each)}`);
  }
  assertEquals(other.figures.phenotyping?.macro?.real, macro.real);
  assertEquals(other.figures.phenotyping?.macro?.both, null); // controls are not added to real records
  const stored = JSON.parse(JSON.stringify(good.figures.phenotyping));
  assertEquals(misfit(stored, phenotyping.schema), undefined);

  // visits before the label: learned from "hint", which the second cohort has at random
  const [before, blind] = [good, other].map(({ figures }) => figures.phenotyping_before?.macro);
  assert(before && blind);
  assert(areaOf(before.real) > 0.8 && areaOf(before.real) < 0.99, `real: ${areaOf(before.real)}`);
  assert(areaOf(before.synthetic) > 0.8, `synthetic: ${areaOf(before.synthetic)}`);
  assert(areaOf(blind.synthetic) < 0.7, `without hints: ${areaOf(blind.synthetic)}`);
  const difference = blind.synthetic_minus_real.auroc;
  assert(difference !== null && difference.high < 0, `${difference?.value}`);
  const leaky = other.figures.phenotyping?.macro;
  assert(leaky && areaOf(leaky.synthetic) > 0.95); // which the leaky task does not see
});

Deno.test("phenotyping says that a cohort without the label teaches guessing, and does not skip it", async () => {
  await useBackend("wasm");
  const healthy = records(5, 60, { hasDx: false });
  const never = { ...healthy, labels: new Uint8Array(healthy.labels.length) };
  const [{ figures, resampled }] = await judge(
    [phenotyping],
    asked({ role: "synthetic", cohort: never }),
  );
  const { macro } = figures.phenotyping ?? {};
  assertEquals(macro?.synthetic.auroc?.value, 0.5);
  assertEquals(macro?.synthetic.brier?.value, 0.25);
  assertEquals(macro?.synthetic.f1?.value, 0);
  assertEquals(macro?.synthetic.calibration_slope, null);
  assertEquals(macro?.both, macro?.real);
  assertEquals(resampled["phenotyping.macro.synthetic.auroc"][0], 0.5);
  assertEquals(resampled["phenotyping.macro.synthetic.auroc"].length, 41);
});

Deno.test("phenotyping names no label that too few patients have, and counts it", async () => {
  await useBackend("wasm");
  const [{ figures }] = await judge([phenotyping], {
    ...asked({ role: "synthetic", cohort: records(3, 240) }),
    minCell: 100,
  });
  assertEquals(figures.phenotyping?.rare_labels, 2); // 80 and 5 patients
  assertEquals(figures.phenotyping?.macro, null);
  assertEquals(figures.phenotyping?.left_out, []);
});

Deno.test("phenotyping is not asked of held-out records, on which it tests, nor without them", async () => {
  const others = [{ role: "held_out", cohort: heldOut }] as const;
  const [{ figures }] = await judge([phenotyping], { ...asked(...others) });
  assertEquals(figures.phenotyping, null);
  const [alone] = await judge([phenotyping], {
    real,
    others: [{ role: "synthetic", cohort: heldOut }],
    resamples: 0,
  });
  assertEquals(alone.figures.phenotyping, null);
});
