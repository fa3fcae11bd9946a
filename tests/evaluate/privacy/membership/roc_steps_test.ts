import { assert, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { rankedCases } from "ehrloom/evaluate/classification/ranked_cases.ts";
import { rocCurve } from "ehrloom/evaluate/classification/roc.ts";
import { rocSteps } from "ehrloom/evaluate/privacy/membership/roc_steps.ts";

const cases = (members: number[], nonMembers: number[]) =>
  rankedCases([...members, ...nonMembers], [...members.map(() => 1), ...nonMembers.map(() => 0)]);

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

Deno.test("rocSteps() by hand: every tenth non-member, and the end", () => {
  // of four members, two beat all of 30 non-members, one beats 15, one none
  const { fpr, tpr } = rocSteps(cases([99, 98, 14.5, -1], upTo(30)));
  assertEquals(fpr, [10 / 30, 20 / 30, 1]);
  assertEquals(tpr, [2 / 4, 3 / 4, 1]);
});

Deno.test("rocSteps() shows an attack that tells all members", () => {
  const { fpr, tpr } = rocSteps(cases(upTo(50).map((i) => 1000 + i), upTo(20)));
  assertEquals([fpr, tpr], [[10 / 20, 1], [1, 1]]);
});

Deno.test("rocSteps() of equal scores, or of few non-members, is the end alone", () => {
  assertEquals(rocSteps(cases(upTo(50).fill(7), upTo(90).fill(7))), { fpr: [1], tpr: [1] });
  assertEquals(rocSteps(cases([1, 2], upTo(19))), { fpr: [1], tpr: [1] });
});

Deno.test("rocSteps() lie on the curve, are few, and have minCell non-members between them", () => {
  const draws = random(1);
  const scores = (count: number, shift: number) => upTo(count).map(() => draws.uniform() + shift);
  const many = cases(scores(5000, 0.1), scores(8000, 0));
  const onCurve = new Set(
    rocCurve(many).map(({ falsePositiveRate, truePositiveRate }) =>
      `${falsePositiveRate} ${truePositiveRate}`
    ),
  );
  for (const minCell of [10, 200]) {
    const { fpr, tpr } = rocSteps(many, minCell);
    assert(fpr.length < 150);
    assertEquals(fpr.at(-1), 1);
    fpr.forEach((rate, i) => {
      assert(onCurve.has(`${rate} ${tpr[i]}`));
      assert(Math.round(8000 * (rate - (fpr[i - 1] ?? 0))) >= minCell);
    });
  }
});
