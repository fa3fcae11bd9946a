import { assert, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { drawnByCells, innerQuantiles } from "ehrloom/models/numbers/inner_quantiles.ts";
import { binOf, drawnFromBin, endsOfBin } from "ehrloom/models/numbers/value_bins.ts";

const range = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

Deno.test("innerQuantiles() cuts bins into cells of enough patients, with equally many values", () => {
  const whole = { numbers: range(100, 1), records: range(100) }; // 1 to 100, a patient each
  assertEquals(innerQuantiles([0.5, 100], whole, { decimals: 0, minCell: 10 }), [[
    1,
    ...range(10, 1).map((i) => 10 * i),
  ]]);
  assertEquals(innerQuantiles([0, 40, 100], whole, { decimals: 0, minCell: 30 }), [[0, 40], [
    41,
    70,
    100,
  ]]);
  assertEquals(innerQuantiles([0, 100], whole, { decimals: null, minCell: 1 })[0].length, 21);
  const pairs = { numbers: range(100, 1), records: range(100).map((i) => Math.floor(i / 2)) };
  assertEquals(innerQuantiles([0, 100], pairs, { decimals: 0, minCell: 10 }), [[
    0,
    20,
    40,
    60,
    80,
    100,
  ]]);
  const alone = { numbers: range(100, 1), records: range(100).map(() => 0) };
  assertEquals(innerQuantiles([0, 100], alone, { decimals: 0, minCell: 2 }), [[0, 100]]);
  assertEquals(innerQuantiles([0, 200, 300], whole, { decimals: 0, minCell: 60 }), [[0, 200], [
    201,
    300,
  ]]); // nobody is above 200
  const beyond = { numbers: [-5, -4, 1, 2, 90, 91], records: range(6) };
  assertEquals(innerQuantiles([0, 10], beyond, { decimals: 0, minCell: 2 }), [[0, 0, 2, 10]]);
});

Deno.test("innerQuantiles() gives what many have a cell of its own, of width 0", () => {
  const numbers = [...range(30).map(() => 7), ...range(10, 8)];
  const inner = innerQuantiles([0, 20], { numbers, records: range(40) }, {
    decimals: null,
    minCell: 10,
  });
  assertEquals(inner, [[0, 7, 7, 7, 20]]);
  const drawn = range(400).map((i) => drawnByCells(inner, 0, 0, (i + 0.5) / 400));
  assertEquals(drawn.slice(100, 300), range(200).map(() => 7));
  assert(drawn.slice(300).every((value) => value > 7 && value <= 20));
});

Deno.test("innerQuantiles() ends no cell in which fewer patients have values", () => {
  const draws = random(3);
  for (let repetition = 0; repetition < 50; repetition++) {
    const count = 20 + draws.integer(400);
    const records = range(count).map(() => draws.integer(60)).sort((a, b) => a - b);
    const numbers = records.map((record) =>
      Math.fround(Math.round(10 * (record % 7 + draws.normal())) / 10)
    );
    const edges = [-3, 0, 3, 5, 10];
    const minCell = 1 + draws.integer(12);
    for (
      const [bin, ends] of innerQuantiles(edges, { numbers, records }, { decimals: 1, minCell })
        .entries()
    ) {
      const own = range(count).filter((i) => binOf(edges, numbers[i]) === bin);
      assertEquals([ends[0], ends.at(-1)], endsOfBin(edges, bin, 1));
      for (const [cell, end] of ends.slice(1).entries()) {
        if (ends.length === 2) continue; // one cell stores nothing of the bin
        const from = ends[cell];
        const holders = own.filter((i) => {
          const value = Math.min(ends[ends.length - 1], Math.max(ends[0], numbers[i]));
          return value >= from && value <= end;
        });
        assert(new Set(holders.map((i) => records[i])).size >= minCell);
      }
    }
  }
});

Deno.test("drawnByCells() follows skewed values more closely than even draws, with their decimals", () => {
  const draws = random(4);
  const numbers = range(2000).map(() => Math.round(-100 * Math.log(1 - draws.uniform())) / 10);
  const edges = [0, 25, 50, 100];
  const inner = innerQuantiles(edges, { numbers, records: range(2000) }, {
    decimals: 1,
    minCell: 10,
  });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const again = (draw: (bin: number) => number) =>
    numbers.filter((value) => value <= 100).map((value) => draw(binOf(edges, value)));
  const byCells = again((bin) => drawnByCells(inner, bin, 1, draws.uniform()));
  const evenly = again((bin) => drawnFromBin(edges, bin, 1, draws.uniform()));
  assert(byCells.every((value) => Math.fround(Math.round(value * 10) / 10) === value));
  assert(Math.abs(mean(byCells) - mean(numbers)) < 0.3, `${mean(byCells)}`); // 5 standard errors
  assert(Math.abs(mean(evenly) - mean(numbers)) > 1.5, `${mean(evenly)}`);
});

Deno.test("drawnByCells() keeps decimals where values lie beyond an edge between them", () => {
  const numbers = [...range(20).map(() => 36.9), ...range(20).map(() => 37.4)];
  const edges = [37.02, 37.35, 37.36];
  const inner = innerQuantiles(edges, { numbers, records: range(40) }, {
    decimals: 1,
    minCell: 10,
  });
  const ends = [37.1, 37.3].map(Math.fround);
  assertEquals(inner[0], [ends[0], ends[0], ends[1]]); // of those below the first edge
  const drawn = range(100).map((i) => drawnByCells(inner, 0, 1, i / 100));
  assertEquals(drawn.slice(0, 50), range(50).map(() => ends[0]));
  assert(drawn.every((value) => Math.fround(Math.round(value * 10) / 10) === value));
  assertEquals(inner[1], [37.35, 37.36, 37.36]); // no number has one decimal there
});
