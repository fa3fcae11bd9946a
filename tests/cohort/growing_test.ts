import { assertEquals } from "@std/assert";
import { growing } from "ehrloom/cohort/growing.ts";

Deno.test("growing() holds what was pushed, appended and set, over many enlargements", () => {
  const array = growing((length) => new Float64Array(length));
  const wanted: number[] = [];
  for (let i = 0; i < 5000; i++) {
    array.push(i);
    wanted.push(i);
    if (i % 500 > 0) continue;
    array.append(new Float64Array(i).fill(-i));
    wanted.push(...new Array<number>(i).fill(-i));
  }
  array.set(1234, 0.5);
  wanted[1234] = 0.5;
  assertEquals([array.length, array.at(1234), array.at(4000)], [wanted.length, 0.5, wanted[4000]]);
  assertEquals([...array.view()], wanted);
});
