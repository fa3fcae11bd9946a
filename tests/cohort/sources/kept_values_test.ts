import { assert, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { cohortOfEvents } from "ehrloom/cohort/sources/cohort_of_events.ts";
import { EventTable } from "ehrloom/cohort/sources/event_table.ts";
import { type WhichValue, whichValues } from "ehrloom/cohort/sources/which_value.ts";
import { KeptValues } from "ehrloom/cohort/sources/kept_values.ts";

/** A table of stays with two codes each, and none of their values. */
function stays(count: number, keep?: WhichValue): EventTable {
  const table = new EventTable({ keep });
  for (let i = 0; i < count; i++) table.encounter(`${i}`, table.patients.index(`${i % 7}`), i);
  for (const name of ["a", "b", "c"]) table.codes.index(name);
  return table;
}

for (const keep of whichValues) {
  Deno.test(`KeptValues give the cohort of all values, with a tenth of the events: the ${keep}`, () => {
    const [all, few] = [stays(50, keep), stays(50, keep)];
    const values = new KeptValues(few);
    const draws = random(3);
    for (let row = 0; row < 3000; row++) {
      const [encounter, code] = [draws.integer(50), draws.integer(3)];
      const [time, value] = [draws.integer(20), draws.integer(200)];
      const patient = all.encounters.patient.at(encounter);
      all.event({ patient, time, encounter, code, value });
      values.add({ encounter, code, time, value });
    }
    values.flush();
    const said: string[][] = [[], []];
    const [wanted, found] = [all, few].map((table, i) =>
      cohortOfEvents(table, { onLeftOut: (what) => said[i].push(what) })
    );
    assertEquals(found, wanted);
    assertEquals(said[1], said[0]);
    assertEquals(few.events.code.length, 150);
  });
}

Deno.test("a visit keeps the last, first, lowest or highest of several values, and says so", () => {
  const measured = [[10, 5], [30, 7], [20, 3], [20, 9], [0, 6]]; // time and value, out of order
  const kept = whichValues.map((keep) => {
    const table = stays(1, keep);
    const said: string[] = [];
    table.event({ patient: 0, time: 5, encounter: 0, code: 0 }); // without a value
    for (const [time, value] of measured) {
      table.event({ patient: 0, time, encounter: 0, code: 0, value });
    }
    const { values } = cohortOfEvents(table, { onLeftOut: (what) => said.push(what) });
    return [keep, [...values ?? []], said];
  });
  assertEquals(kept, [
    ["last", [7], ["4 values that a later value of the same code and visit replaced"]],
    ["first", [6], ["4 values after the first value of the same code and visit"]],
    ["lowest", [3], ["4 values that are not the lowest of their code and visit"]],
    ["highest", [9], ["4 values that are not the highest of their code and visit"]],
  ]);
});

Deno.test("KeptValues hold half a million values at most, and lose none of more", () => {
  const table = stays(1);
  for (let i = 0; i < 600_000; i++) table.codes.index(`code ${i}`);
  const values = new KeptValues(table);
  for (let code = 0; code < 600_000; code++) values.add({ encounter: 0, code, time: 0, value: 1 });
  assert(table.events.code.length > 500_000);
  values.add({ encounter: 0, code: 0, time: 1, value: 2 });
  values.flush();
  const { values: kept } = cohortOfEvents(table);
  assertEquals(kept?.length, 600_000);
  assertEquals(kept?.filter((value) => value === 2).length, 1);
});
