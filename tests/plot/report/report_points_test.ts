import { assertEquals, assertLessOrEqual } from "@std/assert";
import { packPoints } from "ehrloom/plot/report/report_points.ts";
import { unpackPoints } from "ehrloom/plot/report/page_script/points.ts";

Deno.test("unpackPoints() gives back what packPoints() packed", async () => {
  for (const second of [null, Uint32Array.of(7, 70_000)]) {
    const packed = packPoints({
      kind: second === null ? "unigram" : "sequential_bigram",
      first: Uint32Array.of(3, 100_000),
      second,
      real: Float64Array.of(0.25, 0),
      synthetic: Float64Array.of(0.1, 1),
    }, 10);
    assertEquals(packed.count, 2);
    assertEquals(await unpackPoints(packed), {
      first: Uint32Array.of(3, 100_000),
      second,
      real: Float32Array.of(0.25, 0),
      synthetic: Float32Array.of(0.1, 1),
    });
  }
});

Deno.test("unpackPoints() gives back the held-out column of the points that are kept", async () => {
  const packed = packPoints(
    {
      kind: "sequential_bigram",
      first: Uint32Array.of(0, 1),
      second: Uint32Array.of(1, 0),
      real: Float64Array.of(0.25, 0.5),
      synthetic: Float64Array.of(0.1, 1),
    },
    10,
    { heldOut: Float64Array.of(NaN, 0.75) },
  );
  const { synthetic, heldOut } = await unpackPoints(packed);
  assertEquals(synthetic, Float32Array.of(0.1, 1));
  assertEquals(heldOut, Float32Array.of(NaN, 0.75));
});

Deno.test("packPoints() thins to the limit", async () => {
  const real = Float64Array.from({ length: 500 }, (_, index) => (index + 1) / 1000);
  const pairs = { kind: "unigram", first: new Uint32Array(500), second: null } as const;
  const packed = packPoints({ ...pairs, real, synthetic: real }, 50);
  assertEquals(packed.count, 500);
  assertLessOrEqual(packed.kept, 50);
  assertEquals((await unpackPoints(packed)).real.length, packed.kept);
});
