import { assertEquals, assertThrows } from "@std/assert";
import { cohort } from "ehrloom/cohort/cohort.ts";
import { trimmed } from "ehrloom/cohort/trim.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";

// Record 0: visits {a, b}, {c}, {a}; record 1: visits {c}, {}, {b, c}; record 2: none.
const source = cohort({
  vocabulary: vocabulary(["a", "b", "c", "unused"]),
  labelNames: ["x"],
  subjectIds: BigInt64Array.of(7n, 8n, 9n),
  visitOffsets: Uint32Array.of(0, 3, 6, 6),
  codeOffsets: Uint32Array.of(0, 2, 3, 4, 5, 5, 7),
  codes: Uint32Array.of(0, 1, 2, 0, 2, 1, 2),
  labels: Uint8Array.of(1, 0, 1),
  startDays: Float64Array.of(100, 200, NaN),
  gapDays: Float64Array.of(0, 5, 6, 0, 7, 8),
  values: Float32Array.of(1, 2, 3, 4, 5, 6, 7),
  demographics: { birthDays: Float64Array.of(1, NaN, 3), sexes: Uint8Array.of(2, 1, 0) },
  splits: null,
});

Deno.test("trimmed() without options changes nothing", () => {
  assertEquals(trimmed(source, {}), source);
});

Deno.test("trimmed() drops rare codes, visits emptied by that, and counts days over them", () => {
  const some = trimmed(source, { minCount: 2 });
  assertEquals(some.vocabulary.codes, ["b", "c"]);
  assertEquals([...some.visitOffsets], [0, 2, 5, 5]);
  assertEquals([...some.codes], [0, 1, 1, 0, 1]);
  assertEquals([...some.values ?? []], [2, 3, 5, 6, 7]);
  const onlyC = trimmed(source, { minCount: 2, maxVisits: 2 });
  assertEquals(onlyC.vocabulary.codes, ["c"]);
  assertEquals([...onlyC.visitOffsets], [0, 1, 3, 3]);
  assertEquals([...onlyC.startDays], [105, 200, NaN]);
  assertEquals([...onlyC.gapDays], [0, 0, 7]);
});

Deno.test("trimmed() counts a code once per record, in the visits kept", () => {
  assertEquals(trimmed(source, { minCount: 1 }).vocabulary.codes, ["a", "b", "c"]);
  assertEquals(trimmed(source, { minCount: 1, maxVisits: 1 }).vocabulary.codes, ["a", "b", "c"]);
  assertEquals(trimmed(source, { minCount: 3 }).vocabulary.codes, []);
});

Deno.test("trimmed() refuses counts out of range", () => {
  assertThrows(() => trimmed(source, { maxVisits: 0 }), RangeError, "maxVisits 0");
  assertThrows(() => trimmed(source, { minCount: 1.5 }), RangeError, "minCount 1.5");
});

Deno.test("trimmed() drops codes by name, and visits that had nothing else", () => {
  const some = trimmed(source, { drop: ["c", "unused"] });
  assertEquals(some.vocabulary.codes, ["a", "b"]);
  assertEquals([...some.visitOffsets], [0, 2, 4, 4]);
  assertEquals([...some.codes], [0, 1, 0, 1]);
  assertEquals([...some.gapDays], [0, 11, 0, 8]);
  assertThrows(() => trimmed(source, { drop: ["a", "d"] }), RangeError, 'Cannot drop "d"');
});
