import { assertAlmostEquals, assertEquals } from "@std/assert";
import { attackRisk } from "ehrloom/evaluate/privacy/disclosure/attack_risk.ts";

const of = (right: number, made: number) => ({ right, made });

Deno.test("attackRisk() is Giomi et al.'s risk, by hand", () => {
  const { attack, risk, conclusion } = attackRisk({
    attack: of(90, 100),
    control: of(20, 100),
    naive: of(5, 100),
  });
  assertEquals(attack.value, 0.9);
  const z = 1.959963984540054;
  const centre = (right: number) => (right + z * z / 2) / (100 + z * z);
  const half = (right: number) =>
    z / (100 + z * z) * Math.sqrt(right * (100 - right) / 100 + z * z / 4);
  const [main, control] = [centre(90), centre(20)];
  const value = (main - control) / (1 - control);
  const error = Math.sqrt(
    (half(90) / (1 - control)) ** 2 + (half(20) * (main - 1) / (1 - control) ** 2) ** 2,
  );
  assertAlmostEquals(risk?.value ?? NaN, value, 1e-12);
  assertAlmostEquals(risk?.low ?? NaN, value - error, 1e-12);
  assertAlmostEquals(risk?.high ?? NaN, value + error, 1e-12);
  assertEquals(conclusion.startsWith("more is found out about training patients"), true);
});

Deno.test("attackRisk() says that an attack is not better than guessing, with the upper bound", () => {
  const { conclusion, risk } = attackRisk({
    attack: of(5, 100),
    control: of(5, 100),
    naive: of(5, 100),
  });
  assertAlmostEquals(risk?.value ?? NaN, 0, 1e-12);
  assertEquals(
    conclusion,
    `the attack is not better than guessing (upper bound ${risk?.high.toFixed(3)})`,
  );
});

Deno.test("attackRisk() says that training patients are not worse off where the control is as good", () => {
  const { conclusion } = attackRisk({
    attack: of(60, 100),
    control: of(58, 100),
    naive: of(5, 100),
  });
  assertEquals(conclusion.startsWith("no more is found out about training patients"), true);
});

Deno.test("attackRisk() counts guesses that were made, and has no risk beside a control that is always right", () => {
  const { guesses, control_guesses, control, risk } = attackRisk({
    attack: of(30, 40),
    control: of(30, 60),
    naive: of(1, 40),
  }, 2);
  assertEquals([guesses, control_guesses, control.value, risk], [40, 60, 1, null]);
});
