import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { random } from "ehrloom/random.ts";
import {
  type BitSource,
  gaussianFrom,
  secureBits,
  secureGaussian,
  seededBits,
} from "ehrloom/train/private/gaussian.ts";

const many = 400_000;
/** A sound generator fails a bound of five standard errors once in 1.7 million. */
const sigmas = 5 / Math.sqrt(many);

/** Φ at the points where the counts are taken, from tables: two of them in the ziggurat's tail. */
const phi: readonly (readonly [at: number, below: number])[] = [
  [-4, 3.167124183e-5],
  [-3.5, 2.326290790e-4],
  [-2, 0.02275013195],
  [-1, 0.1586552539],
  [-0.25, 0.4012936743],
  [0, 0.5],
  [0.5, 0.6914624613],
  [1.5, 0.9331927987],
  [3, 0.9986501020],
  [4, 0.99996832876],
];

function assertNormal(draw: () => number): void {
  const numbers = Float64Array.from({ length: many }, draw);
  // Deviations of z, z², z³, z⁴ are 1, √2, √15, √96
  for (const [k, [expected, variance]] of [[0, 1], [1, 2], [0, 15], [3, 96]].entries()) {
    const moment = numbers.reduce((sum, z) => sum + z ** (k + 1), 0) / many;
    assert(Math.abs(moment - expected) < Math.sqrt(variance) * sigmas, `z^${k + 1}: ${moment}`);
  }
  for (const [at, below] of phi) {
    const share = numbers.filter((z) => z < at).length / many;
    const bound = Math.sqrt(below * (1 - below)) * sigmas;
    assert(Math.abs(share - below) < bound, `below ${at}: ${share}, wanted ${below}`);
  }
  let together = 0;
  for (let i = 1; i < many; i++) together += numbers[i] * numbers[i - 1] / (many - 1);
  assert(Math.abs(together) < sigmas, `neighbours: ${together}`);
}

Deno.test("gaussianFrom() has the moments and the distribution of N(0, 1), tails included", () => {
  const source = seededBits(random(1));
  assertNormal(() => gaussianFrom(source));
});

Deno.test("gaussianFrom() a hundredth too small would not pass for N(0, 1)", () => {
  const source = seededBits(random(1));
  let failed = false;
  try {
    assertNormal(() => 0.99 * gaussianFrom(source));
  } catch (_) {
    failed = true;
  }
  assertEquals(failed, true);
});

Deno.test("secureGaussian() has the distribution of N(0, 1), from bits that never repeat", () => {
  const source = secureBits();
  assertNormal(() => secureGaussian(source));
  const first = (bits: BitSource) => Array.from({ length: 4 }, () => bits.bits());
  assertNotEquals(first(secureBits()), first(secureBits()));
});
