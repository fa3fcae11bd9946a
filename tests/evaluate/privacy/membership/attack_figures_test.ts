import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rankedCases } from "ehrloom/evaluate/classification/ranked_cases.ts";
import { deLong } from "ehrloom/evaluate/classification/roc.ts";
import { attackFigures, attacksOn } from "ehrloom/evaluate/privacy/membership/attack_figures.ts";

const cases = (members: number[], nonMembers: number[]) =>
  rankedCases([...members, ...nonMembers], [...members.map(() => 1), ...nonMembers.map(() => 0)]);

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

Deno.test("attackFigures() of a case by hand: area, advantage and a threshold from non-members", () => {
  // four members beat all of 100 non-members, one beats 90, one beats none
  const { auc, advantage, tpr_at_fpr } = attackFigures(
    cases([200, 200, 200, 200, 89.5, -1], upTo(100)),
  );
  assertAlmostEquals(auc.value, (4 + 0.9) / 6, 1e-12);
  assertAlmostEquals(advantage, 5 / 6 - 0.1, 1e-12);
  assertEquals(tpr_at_fpr.map(({ label, fpr }) => [label, fpr]), [["10% false positives", 0.1]]);
  assertAlmostEquals(tpr_at_fpr[0].tpr.value, 5 / 6, 1e-12); // ten non-members are above 89.5
  assertAlmostEquals(tpr_at_fpr[0].tpr.low, 0.3587654, 1e-6); // 5 of 6, Clopper & Pearson
});

Deno.test("attackFigures() has no rate for which there are fewer than ten false positives", () => {
  const rows = (nonMembers: number) =>
    attackFigures(cases([1, 2], upTo(nonMembers))).tpr_at_fpr.map(({ fpr }) => fpr);
  assertEquals(rows(99), []);
  assertEquals(rows(100), [0.1]);
  assertEquals(rows(10_000), [0.1, 0.01, 0.001]);
});

Deno.test("attackFigures() of equal scores show nothing, whatever the order", () => {
  const { auc, advantage, tpr_at_fpr } = attackFigures(cases(upTo(50).fill(7), upTo(100).fill(7)));
  assertEquals([auc.value, advantage, tpr_at_fpr[0].tpr.value], [0.5, 0, 0]);
});

Deno.test("attacksOn() names the strongest attack, with an interval for all of them", () => {
  const [weak, strong] = [cases([1, 3, 5, 7], [0, 2, 4, 6]), cases([3, 4, 5, 7], [0, 1, 2, 6])];
  const { strongest, members, non_members } = attacksOn(new Map([["a", weak], ["b", strong]]));
  assertEquals([members, non_members], [4, 4]);
  assertEquals([strongest.attack, strongest.attacks, strongest.auc.value], ["b", 2, 13 / 16]);
  assertEquals(strongest.auc.low < deLong(strong).low, true);
  // the widened interval has the half width of the 97.5% normal interval
  const half = (tail: number) => 13 / 16 - deLong(strong, tail).low;
  assertAlmostEquals((13 / 16 - strongest.auc.low) / half(0.025), 2.241402727 / 1.959963985, 1e-7);
});
