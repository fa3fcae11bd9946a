import { assert, assertAlmostEquals } from "@std/assert";
import { random } from "ehrloom/random.ts";
import { adaptedClip, splitNoise } from "ehrloom/train/private/adaptive_clip.ts";
import { gaussianFrom, seededBits } from "ehrloom/train/private/gaussian.ts";

Deno.test("splitNoise() gives gradients and count together the noise multiplier", () => {
  for (const [multiplier, expected] of [[1, 48], [0.5, 8], [4, 1000], [20, 8]]) {
    const { gradients, share } = splitNoise(multiplier, expected);
    const ofCount = share / 0.5; // each patient moves the count by one half
    // Sensitivities of two independent Gaussians add as squares of 1 / noise
    assertAlmostEquals(1 / Math.sqrt(gradients ** -2 + ofCount ** -2), multiplier, 1e-12);
    assert(gradients <= 1.021 * multiplier, `${gradients}`);
    assert(share >= expected / 20);
  }
});

Deno.test("adaptedClip() follows the median of the norms, from far above and below", () => {
  const source = seededBits(random(5));
  // Norms of a patient are exp(N(2, 1)): their median is e²
  for (const start of [0.01, 1000]) {
    const { share } = splitNoise(1, 50);
    let clip = start;
    for (let step = 0; step < 400; step++) {
      let above = -25;
      for (let i = 0; i < 50; i++) if (Math.exp(2 + gaussianFrom(source)) <= clip) above++;
      clip = adaptedClip(clip, (above + share * gaussianFrom(source)) / 50);
    }
    // its deviation around the median is about 0.1 of its logarithm
    assertAlmostEquals(Math.log(clip), 2, 0.5);
  }
});
