import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { oneRunAudit, random } from "ehrloom";
import { binomialTail } from "ehrloom/evaluate/binomial.ts";

Deno.test("oneRunAudit() is the largest epsilon whose tail is below the level, by hand", () => {
  const epsilon = oneRunAudit({ canaries: 100, guesses: 80, right: 70 });
  assertAlmostEquals(binomialTail(70, 80, 1 / (1 + Math.exp(-epsilon))), 0.05, 1e-6);
  assertEquals(epsilon > 1.2 && epsilon < 1.5, true, String(epsilon));
});

Deno.test("oneRunAudit() with delta adds its term, as in theorem 5.2, computed term by term", () => {
  const [canaries, guesses, right, delta] = [60, 40, 36, 1e-3];
  const epsilon = oneRunAudit({ canaries, guesses, right }, { delta });
  const share = 1 / (1 + Math.exp(-epsilon));
  const tail = (k: number) => binomialTail(k, guesses, share);
  const terms = Array.from(
    { length: right },
    (_, i) => (tail(right - i - 1) - tail(right)) / (i + 1),
  );
  assertAlmostEquals(tail(right) + 2 * canaries * delta * Math.max(...terms), 0.05, 1e-6);
  assertEquals(epsilon < oneRunAudit({ canaries, guesses, right }), true);
});

Deno.test("oneRunAudit() of coin tosses is above 0 in at most 5% of audits", () => {
  const draws = random(1);
  let above = 0;
  for (let audit = 0; audit < 400; audit++) {
    const right = Array.from({ length: 60 }, () => draws.integer(2)).filter((each) => each === 1);
    if (oneRunAudit({ canaries: 60, guesses: 60, right: right.length }) > 0) above++;
  }
  assertEquals(above <= 20, true, `${above} of 400`);
});

Deno.test("oneRunAudit() refuses more right guesses than guesses", () => {
  assertThrows(
    () => oneRunAudit({ canaries: 10, guesses: 5, right: 6 }),
    RangeError,
    "Cannot audit 6 right of 5 guesses about 10 canaries",
  );
});
