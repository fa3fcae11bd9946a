import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { canaryAudit, epsilonSpent, oneRunAudit, type Random, random } from "ehrloom";
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

Deno.test("oneRunAudit() gives the two bounds that Steinke, Nasr & Jagielski print", () => {
  // arXiv 2305.08846v1: appendix D, rounded; section 7, figure 11, cut off after three digits
  const first = oneRunAudit({ canaries: 1000, guesses: 100, right: 75 }, { delta: 1e-4 });
  const second = oneRunAudit({ canaries: 100_000, guesses: 1510, right: 1439 }, { delta: 1e-5 });
  assertAlmostEquals(first, 0.673, 5e-4);
  assertEquals(Math.floor(1000 * second), 2675);
});

Deno.test("oneRunAudit() shows nothing by four guesses, and something by five or six if all are right", () => {
  assertEquals(oneRunAudit({ canaries: 12, guesses: 4, right: 4 }), 0);
  assert(oneRunAudit({ canaries: 12, guesses: 5, right: 5 }) > 0); // 1 / 32 is below 5%
  assert(oneRunAudit({ canaries: 12, guesses: 6, right: 6 }) > 0);
  assertEquals(oneRunAudit({ canaries: 12, guesses: 6, right: 5 }), 0);
});

Deno.test("oneRunAudit() of coin tosses is above 0 in at most 5% of audits", () => {
  for (const guesses of [6, 32, 60, 501]) {
    const above = Array.from({ length: guesses + 1 }, (_, right) => right)
      .filter((right) => oneRunAudit({ canaries: guesses, guesses, right }) > 0);
    const alarm = binomialTail(Math.min(...above), guesses, 0.5);
    assert(alarm > 0 && alarm <= 0.05, `${alarm} for ${guesses} guesses`);
    assertEquals(above.at(-1), guesses);
    assertEquals(above.length, guesses - above[0] + 1); // all from the smallest on
  }
});

/** Bounds of many audits of randomised response, which tells the truth with e^ε / (1 + e^ε). */
function responses(epsilon: number, canaries: number, audits: number, revealed = 0) {
  const draws = random(canaries);
  const truth = 1 / (1 + Math.exp(-epsilon));
  return Array.from({ length: audits }, () => {
    let right = 0;
    for (let i = 0; i < canaries; i++) {
      const isTold = revealed > 0 && draws.uniform() < revealed; // what δ allows
      if (isTold || draws.uniform() < truth) right++;
    }
    return oneRunAudit({ canaries, guesses: canaries, right }, { delta: revealed });
  });
}

/** Three standard errors above 5% of a number of audits. */
const most = (audits: number) => audits * 0.05 + 3 * Math.sqrt(audits * 0.05 * 0.95);

Deno.test("oneRunAudit() of randomised response exceeds its epsilon in at most 5% of audits", () => {
  for (const [epsilon, revealed] of [[0.5, 0], [2, 0], [1, 0.005]]) {
    const above = responses(epsilon, 200, 400, revealed).filter((bound) => bound > epsilon).length;
    assert(above <= most(400), `${above} of 400 at ${epsilon}`);
  }
});

Deno.test("oneRunAudit() of randomised response approaches its epsilon with more canaries", () => {
  const mean = (bounds: number[]) => bounds.reduce((sum, bound) => sum + bound, 0) / bounds.length;
  const [few, some, many] = [50, 500, 50_000].map((canaries) => mean(responses(1.5, canaries, 20)));
  assert(few < some && some < many && many < 1.5, `${few} ${some} ${many}`);
  assert(few > 0.5 && many > 1.45, `${few} ${many}`);
});

/**
 * A training in miniature: each canary in training has a gradient along a direction of its own in every
 * step; gradients are clipped, noise is added to their sum. The attacker looks along each direction.
 */
function noisySums(
  draws: Random,
  { canaries, clip, noise, steps }: Record<"canaries" | "clip" | "noise" | "steps", number>,
) {
  const isIn = Uint8Array.from({ length: canaries }, () => draws.integer(2));
  const gradient = 4; // before it is clipped
  const scores = Float64Array.from(isIn, (own) => {
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      sum += own * Math.min(gradient, clip) + noise * draws.normal();
    }
    return sum;
  });
  return { isIn, scores };
}

const steps = 10;
/** What the training promises: a clip of 1, a noise of 4 in each of ten steps. */
const promised = epsilonSpent([{ samplingRate: 1, noiseMultiplier: 4, steps }], 1e-5);

/** The bounds of some audits of such a training. */
function boundsOf(clip: number, noise: number): number[] {
  return Array.from({ length: 20 }, (_, seed) => {
    const { isIn, scores } = noisySums(random(seed), { canaries: 1000, clip, noise, steps });
    return canaryAudit(scores, isIn, { delta: 1e-5 }).epsilon;
  });
}

Deno.test("canaryAudit() of clipped sums with Gaussian noise is below the accountant's epsilon, and above 0", () => {
  for (const bound of boundsOf(1, 4)) {
    assert(bound > 0.3 && bound < promised, `${bound}, promised ${promised}`);
  }
});

Deno.test("canaryAudit() finds a broken clip, and noise that is left out, above the accountant's epsilon", () => {
  for (const bound of [...boundsOf(Infinity, 4), ...boundsOf(1, 0)]) {
    assert(bound > promised, `${bound}, promised ${promised}`);
  }
});

Deno.test("oneRunAudit() refuses more right guesses than guesses", () => {
  assertThrows(
    () => oneRunAudit({ canaries: 10, guesses: 5, right: 6 }),
    RangeError,
    "Cannot audit 6 right of 5 guesses about 10 canaries",
  );
});
