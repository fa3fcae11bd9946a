import { assertEquals } from "@std/assert";
import { pointsTable } from "ehrloom/plot/figures/points_table.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";

const words = vocabulary(["I10", "E11"], ["Hypertension, essential", "Diabetes"]);

Deno.test("pointsTable() has each code with its meaning and both probabilities", () => {
  const pairs = {
    kind: "unigram",
    first: Uint32Array.of(0, 1),
    second: null,
    real: Float64Array.of(0.5, 0),
    synthetic: Float64Array.of(0.25, 1 / 3),
  } as const;
  assertEquals(
    pointsTable([{ name: "synthetic", pairs }], words),
    'code,description,real,synthetic\nI10,"Hypertension, essential",0.5,0.25\n' +
      "E11,Diabetes,0,0.333333\n",
  );
});

Deno.test("pointsTable() has a column for each model; a pair that it never writes has 0", () => {
  const pairs = (first: number[], second: number[], real: number[], synthetic: number[]) => ({
    kind: "sequential_bigram" as const,
    first: Uint32Array.from(first),
    second: Uint32Array.from(second),
    real: Float64Array.from(real),
    synthetic: Float64Array.from(synthetic),
  });
  const table = pointsTable([
    { name: "HALO", pairs: pairs([0], [1], [0.5], [0.25]) },
    { name: "GPT", pairs: pairs([0, 1], [1, 0], [0.5, 0], [0.75, 0.125]) },
  ], words);
  assertEquals(table, "first,second,real,HALO,GPT\nI10,E11,0.5,0.25,0.75\nE11,I10,0,0,0.125\n");
});

Deno.test("pointsTable() keeps the most frequent codes where there are more than its limit", () => {
  const many = vocabulary(["a", "b", "c", "d", "e"]);
  const pairs = (synthetic: number[]) => ({
    kind: "unigram" as const,
    first: Uint32Array.of(0, 1, 2, 3, 4),
    second: null,
    real: Float64Array.of(0.5, 0.1, 0.1, 0, 0.2),
    synthetic: Float64Array.from(synthetic),
  });
  const kept = (limit: number, ...columns: number[][]) => {
    const named = columns.map((column, index) => ({ name: `m${index}`, pairs: pairs(column) }));
    return pointsTable(named, many, { limit }).split("\n").slice(1, -1).map((row) => row[0]).join(
      "",
    );
  };
  const equal = [0.5, 0.1, 0.1, 0, 0.2];
  assertEquals(kept(5, equal), "abcde");
  assertEquals(kept(4, equal), "abce");
  assertEquals(kept(3, equal), "ae"); // b and c are equally frequent
  // d is frequent in the second column only, where the first has its own probability
  assertEquals(kept(2, equal, [0.5, 0, 0, 0.4, 0]), "ad");
  const table = pointsTable(
    [{ name: "A", pairs: pairs([0, 0, 0, 0.01, 0]) }, { name: "B", pairs: pairs([1, 0, 0, 1, 0]) }],
    many,
    { limit: 2 },
  );
  assertEquals(table, "code,description,real,A,B\na,a,0.5,0,1\nd,d,0,0.01,1\n");
});
