import { assert, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { cohortOfEvents } from "ehrloom/cohort/sources/cohort_of_events.ts";
import { EventTable } from "ehrloom/cohort/sources/event_table.ts";
import { LatestValues } from "ehrloom/cohort/sources/latest_values.ts";

/** A table of stays with two codes each, and none of their values. */
function stays(count: number): EventTable {
  const table = new EventTable();
  for (let i = 0; i < count; i++) table.encounter(`${i}`, table.patients.index(`${i % 7}`), i);
  for (const name of ["a", "b", "c"]) table.codes.index(name);
  return table;
}

Deno.test("LatestValues give the cohort of all values, with a tenth of the events", () => {
  const [all, latest] = [stays(50), stays(50)];
  const values = new LatestValues(latest);
  const draws = random(3);
  for (let row = 0; row < 3000; row++) {
    const [encounter, code] = [draws.integer(50), draws.integer(3)];
    const [time, value] = [draws.integer(20), row];
    const patient = all.encounters.patient.at(encounter);
    all.event({ patient, time, encounter, code, value });
    values.add({ encounter, code, time, value });
  }
  values.flush();
  const said: string[][] = [[], []];
  const [wanted, found] = [all, latest].map((table, i) =>
    cohortOfEvents(table, { onLeftOut: (what) => said[i].push(what) })
  );
  assertEquals(found, wanted);
  assertEquals(said[1], said[0]);
  assertEquals(latest.events.code.length, 150);
});

Deno.test("LatestValues hold half a million values at most, and lose none of more", () => {
  const table = stays(1);
  for (let i = 0; i < 600_000; i++) table.codes.index(`code ${i}`);
  const values = new LatestValues(table);
  for (let code = 0; code < 600_000; code++) values.add({ encounter: 0, code, time: 0, value: 1 });
  assert(table.events.code.length > 500_000);
  values.add({ encounter: 0, code: 0, time: 1, value: 2 });
  values.flush();
  const { values: kept } = cohortOfEvents(table);
  assertEquals(kept?.length, 600_000);
  assertEquals(kept?.filter((value) => value === 2).length, 1);
});
