import { assertEquals } from "@std/assert";
import { EventTable } from "ehrloom/cohort/sources/event_table.ts";
import { VisitsByFile } from "ehrloom/cohort/sources/visits_by_file.ts";
import { visitsOf } from "ehrloom/cohort/sources/visits_of.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { random } from "ehrloom/random.ts";

const names = ["a", "b", "c", "d"];
const subjects = Array.from({ length: 30 }, (_, patient) => BigInt(patient));
const newTable = () =>
  new EventTable({ vocabulary: vocabulary(names), visits: "times", order: "subject" });

/** Events of a patient, which are the same whenever they are asked for; some files have no values. */
function addPatient(table: EventTable, patient: number): void {
  const draws = random(patient);
  if (patient % 7 === 0) table.patients.setUndated(patient);
  let time = 0;
  for (let visit = draws.integer(4); visit > 0; visit--) {
    time += draws.integer(5) * 1e12;
    for (let event = 1 + draws.integer(4); event > 0; event--) {
      const value = patient < 20 && draws.uniform() < 0.5 ? draws.integer(9) : NaN;
      table.event({ patient, time, code: draws.integer(names.length), value });
    }
  }
}

Deno.test("visits made file by file are those of all events together", () => {
  const { length } = subjects;
  const order = random(1).shuffle(Uint32Array.from({ length }, (_, patient) => patient));
  const recordOf = random(2).shuffle(Uint32Array.from({ length }, (_, record) => record));
  const rank = Int32Array.of(2, 0, 3, 1);
  for (const size of [1, 7, 30]) {
    const [whole, parts] = [newTable(), newTable()];
    for (const table of [whole, parts]) subjects.forEach((id) => table.patients.index(id));
    order.forEach((patient) => addPatient(whole, patient));
    const byFile = new VisitsByFile();
    for (let from = 0; from < length; from += size) {
      for (const patient of order.slice(from, from + size)) addPatient(parts, patient);
      byFile.take(parts);
      assertEquals([parts.events.code.length, parts.moments.time.length], [0, 0]);
    }
    assertEquals(byFile.together(recordOf, rank), visitsOf(whole, recordOf, rank));
  }
});

Deno.test("a table whose events were taken begins anew, without the values of those before", () => {
  const table = newTable();
  subjects.forEach((id) => table.patients.index(id));
  const byFile = new VisitsByFile();
  table.event({ patient: 0, time: 5, code: 0, value: 3 });
  table.event({ patient: 0, time: 5, code: 1, value: 4 });
  byFile.take(table);
  table.event({ patient: 0, time: 5, code: 2 }); // as the last event before, but of another file
  assertEquals([...table.moments.time.view()], [5]);
  table.append({ moment: Uint32Array.of(0), code: Uint32Array.of(3), value: null });
  assertEquals([...table.events.value.view()], [NaN, NaN]);
});
