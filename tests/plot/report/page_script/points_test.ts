import { assertEquals } from "@std/assert";
import {
  farthestPoints,
  indexByCode,
  pointName,
  pointsWith,
  shortName,
} from "ehrloom/plot/report/page_script/points.ts";

const names = ["asthma", "fever", "cough"];
const codes = {
  first: Uint32Array.of(0, 1, 2),
  second: null,
  real: Float32Array.of(0.5, 0.25, 0.125),
  synthetic: Float32Array.of(0.5, 0.75, 0),
};
const pairs = { ...codes, second: Uint32Array.of(1, 2, 2) };

Deno.test("pointName() joins the names of a pair's codes, first one first", () => {
  assertEquals(pointName(codes, 2, { names, joint: " + " }), "cough");
  assertEquals(pointName(pairs, 1, { names, joint: " → " }), "fever → cough");
});

Deno.test("pointsWith() marks the points that hold one of the codes, on either side of a pair", () => {
  const withCodes = (points: typeof codes | typeof pairs, found: Set<number> | null) =>
    pointsWith(points, indexByCode(points, names.length), found);
  assertEquals(withCodes(codes, new Set([1])), Uint8Array.of(0, 1, 0));
  assertEquals(withCodes(pairs, new Set([1])), Uint8Array.of(1, 1, 0));
  assertEquals(withCodes(pairs, new Set([0, 2])), Uint8Array.of(1, 1, 1));
  assertEquals(withCodes(pairs, new Set()), Uint8Array.of(0, 0, 0));
  assertEquals(withCodes(pairs, null), null);
});

Deno.test("indexByCode() lists the points of each code", () => {
  assertEquals(indexByCode(pairs, 3), {
    offsets: Uint32Array.of(0, 1, 3, 6),
    points: Uint32Array.of(0, /* fever */ 1, 0, /* cough */ 2, 1, 2),
  });
});

Deno.test("shortName() leaves out the kind of concept that SNOMED CT adds, nothing else", () => {
  const cases = [
    ["Assessment of substance use (procedure)", "Assessment of substance use"],
    ["Patient transfer (physical force)", "Patient transfer"],
    ["Aspirin (ASA) 7 MG", "Aspirin (ASA) 7 MG"],
    ["Type (I)", "Type (I)"],
  ];
  for (const [name, short] of cases) assertEquals(shortName(name), short);
});

Deno.test("farthestPoints() puts the point first whose probabilities differ most", () => {
  assertEquals(farthestPoints(codes, null, 5), [1, 2, 0]);
  assertEquals(farthestPoints(codes, null, 2), [1, 2]);
  assertEquals(farthestPoints(codes, Uint8Array.of(1, 0, 1), 5), [2, 0]);
  assertEquals(farthestPoints(codes, Uint8Array.of(0, 0, 0), 5), []);
});

Deno.test("farthestPoints() equals sorting all points by their differences", () => {
  const real = Float32Array.from({ length: 200 }, (_, index) => (index * 61 % 199) / 199);
  const many = { ...codes, real, synthetic: new Float32Array(200) };
  const sorted = [...real.keys()].sort((a, b) => real[b] - real[a]);
  assertEquals(farthestPoints(many, null, 7), sorted.slice(0, 7));
});
