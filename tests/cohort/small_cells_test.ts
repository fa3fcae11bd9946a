import { assertEquals } from "@std/assert";
import { joinedCells, recordsByCell, sharedRange } from "ehrloom/cohort/small_cells.ts";

/** The numbers of patients, a list for each. */
function ofPatients(...lists: number[][]) {
  return {
    numbers: lists.flat(),
    records: lists.flatMap((list, record) => list.map(() => record)),
  };
}

Deno.test("sharedRange() ends where N patients are at or beyond each end", () => {
  const six = ofPatients([1, 90], [2], [3, 4], [5], [60], [70]);
  assertEquals(sharedRange(six, 1), [1, 90]);
  assertEquals(sharedRange(six, 0), [1, 90]);
  assertEquals(sharedRange(six, 2), [2, 70]); // 90 is one patient's, 70 and 90 are two patients'
  assertEquals(sharedRange(six, 3), [3, 60]);
});

Deno.test("sharedRange() counts patients, not numbers", () => {
  const often = ofPatients([1, 1, 1, 1, 9, 9, 9], [4], [5]);
  assertEquals(sharedRange(often, 2), [4, 5]);
});

Deno.test("sharedRange() is the median where the two ends would cross", () => {
  assertEquals(sharedRange(ofPatients([1], [2], [3]), 3), [2, 2]);
});

Deno.test("sharedRange() needs N patients", () => {
  const two = ofPatients([1, 2, 3], [4]);
  assertEquals(sharedRange(two, 2) !== undefined, true);
  assertEquals(sharedRange(two, 3), undefined);
  assertEquals(sharedRange(ofPatients(), 1), undefined);
});

Deno.test("joinedCells() joins neighbours until each cell has N distinct patients", () => {
  const numbers = ofPatients([0, 0, 0], [1, 2], [2], [3], [3], [5]);
  const holders = recordsByCell(numbers, 6, (number) => number);
  assertEquals(holders, [[0], [1], [1, 2], [3, 4], [], [5]]);
  assertEquals(joinedCells(holders, 1), [1, 2, 3, 4, 5, 6]);
  assertEquals(joinedCells(holders, 2), [2, 3, 6]); // what is left at the end joins the last one
  assertEquals(joinedCells(holders, 3), [3, 6]);
  assertEquals(joinedCells(holders, 7), [6]); // there are six patients
});
