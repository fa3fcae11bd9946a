import { assertEquals } from "@std/assert";
import { figureRows, figureSentences } from "ehrloom/evaluate/figure_rows.ts";

Deno.test("figureRows() names rows by their paths, and leaves out curves", () => {
  const figures = {
    mean: { value: 1, low: 0, high: 2 },
    codes: [{ code: "a", events: 3, curve: { times: [0, 1], real: [1, 0.5] } }],
  };
  assertEquals(figureRows(figures), [
    ["mean", { value: 1, low: 0, high: 2 }],
    ["codes, a, events", { value: 3 }],
  ]);
});

Deno.test("figureRows() names codes by what they mean, and tells apart those that mean the same", () => {
  const codes = [
    { code: "a", description: "Heart rate", events: 1 },
    { code: "b", description: "Weight", events: 2 },
    { code: "c", description: "Weight", events: 3 },
    { code: "d", description: "d", events: 4 },
  ];
  const names = figureRows({ codes }, () => "").map(([name]) => name);
  assertEquals(names, ["Heart rate", "Weight (b)", "Weight (c)", "d"]);
});

Deno.test("figureSentences() join what was left out for the same reason, and count long lists", () => {
  const of = (labels: readonly string[], reason: string) =>
    labels.map((label) => ({ label, reason }));
  const letters = [..."abcdefgh"];
  assertEquals(
    figureSentences({ left_out: [...of(["x"], "too rare"), ...of(["y"], "too rare")] }),
    [
      "Not measured: x and y (too rare).",
    ],
  );
  assertEquals(figureSentences({ all: { left_out: of(letters.slice(1), "no value") } }), [
    "Not measured: b, c, d, e, f, g and h (no value).",
  ]);
  assertEquals(
    figureSentences({ left_out: [...of(letters, "no value"), ...of(["x"], "too rare")] }),
    ["Not measured: a, b, c, d, e, f and 2 others (no value); x (too rare)."],
  );
  assertEquals(figureSentences({ left_out: [], lag: { left_out: 5 } }), []);
});
