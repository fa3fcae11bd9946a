import { assertEquals } from "@std/assert";
import type { Cohort } from "ehrloom/cohort/cohort.ts";
import { recordLists } from "ehrloom/cohort/records.ts";
import { cohortOfEvents } from "ehrloom/cohort/sources/cohort_of_events.ts";
import { EventTable, type EventTableOptions } from "ehrloom/cohort/sources/event_table.ts";
import { subjectIdOf } from "ehrloom/cohort/subject_id.ts";
import { microsecondsPerDay } from "ehrloom/cohort/time.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { random } from "ehrloom/random.ts";

const day = microsecondsPerDay;

/** The index of a code that must be a good one. */
function coded(table: EventTable, name: string, unit = ""): number {
  const code = table.codes.index(name, "", unit);
  if (typeof code === "string") throw new Error(code);
  return code;
}

/** A cohort's visits as the codes of each. */
function visits(cohort: Cohort): string[][] {
  return Array.from(
    { length: cohort.visitCount },
    (_, visit) =>
      Array.from(
        cohort.codes.subarray(cohort.codeOffsets[visit], cohort.codeOffsets[visit + 1]),
        (code) => cohort.vocabulary.codes[code],
      ),
  );
}

Deno.test("cohortOfEvents() makes a visit of what is recorded at one time, in any order of rows", () => {
  const table = new EventTable();
  const { patients } = table;
  const rows: [string, number, string][] = [
    ["p", 3, "b"],
    ["q", 0.5, "b"],
    ["p", 1, "b"],
    ["p", 3, "a"],
    ["p", 3, "b"],
  ];
  for (const [patient, time, code] of rows) {
    table.event({ patient: patients.index(patient), time: time * day, code: coded(table, code) });
  }
  const cohort = cohortOfEvents(table);
  assertEquals(cohort.vocabulary.codes, ["a", "b"]);
  assertEquals([...cohort.visitOffsets], [0, 2, 3]);
  assertEquals(visits(cohort), [["b"], ["a", "b"], ["b"]]);
  assertEquals([...cohort.startDays], [1, 0.5]);
  assertEquals([...cohort.gapDays], [0, 2, 0]);
  assertEquals([cohort.values, cohort.demographics, cohort.splits], [null, null, null]);
});

/** Two encounters that begin at once, with values at several times. */
function encounters(options: EventTableOptions): Cohort {
  const table = new EventTable(options);
  const patient = table.patients.index("p");
  const second = table.encounter("e2", patient, 2 * day);
  const first = table.encounter("e1", patient, 2 * day);
  const none = table.encounter("e0", patient, day, { isVisit: false });
  const code = coded(table, "weight");
  const rows: [number, number, number][] = [
    [second, 3, 70],
    [first, 5, 72],
    [first, 4, 71], // earlier, but later in the file
    [first, 1, 69], // before the encounter began
    [none, 1, 68],
  ];
  for (const [encounter, time, value] of rows) {
    table.event({ patient, time: time * day, code, value, encounter });
  }
  return cohortOfEvents(table);
}

Deno.test("cohortOfEvents() makes a visit of an encounter, with the value measured last", () => {
  const cohort = encounters({ visits: "encounters" });
  assertEquals([...cohort.values ?? []], [72, 70]);
  assertEquals([...cohort.startDays], [2]);
  assertEquals([...cohort.gapDays], [0, 0]);
});

Deno.test("cohortOfEvents() makes a visit of each time of an encounter, none before its start", () => {
  const cohort = encounters({ visits: "times" });
  assertEquals([...cohort.values ?? []], [69, 70, 71, 72]);
  assertEquals([...cohort.startDays], [2]);
  assertEquals([...cohort.gapDays], [0, 1, 1, 1]);
});

Deno.test("cohortOfEvents() says what it leaves out", () => {
  const table = new EventTable();
  const patient = table.patients.index("p");
  const code = coded(table, "weight");
  for (const value of [70, NaN, 71, 72]) table.event({ patient, time: 0, code, value });
  table.event({ patient, time: NaN, code });
  const leftOut: string[] = [];
  const cohort = cohortOfEvents(table, { onLeftOut: (what) => leftOut.push(what) });
  assertEquals([...cohort.values ?? []], [72]);
  assertEquals(leftOut, [
    "1 events without a time, such as marital status",
    "2 values that a later value of the same code and visit replaced",
  ]);
});

Deno.test("cohortOfEvents() keeps a source's own codes, labels, splits, births and order", () => {
  const table = new EventTable({
    vocabulary: vocabulary(["z", "a"], ["last", "first"]),
    labelNames: ["ill", "old"],
    order: "subject",
  });
  const { patients } = table;
  for (const [id, bits, split] of [[7n, [1, 0], 2], [3n, [0, 1], 0]] as const) {
    const patient = patients.index(id);
    patients.setLabels(patient, bits);
    patients.setSplit(patient, split);
    table.event({ patient, time: Number(id) * day, code: 1 });
  }
  patients.setBirth(0, -day);
  patients.setSex(1, 2);
  assertEquals(coded(table, "a"), 1);
  assertEquals(table.codes.index("b"), `code "b" is not in the source's list of codes`);
  const cohort = cohortOfEvents(table);
  assertEquals(cohort.vocabulary.descriptions, ["last", "first"]);
  assertEquals([...cohort.subjectIds], [3n, 7n]);
  assertEquals([...cohort.labels], [0, 1, 1, 0]);
  assertEquals([...cohort.splits ?? []], [0, 2]);
  assertEquals([...cohort.startDays], [3, 7]);
  assertEquals(cohort.demographics, {
    birthDays: Float64Array.of(NaN, -1),
    sexes: Uint8Array.of(2, 0),
  });
});

Deno.test("cohortOfEvents() knows no day of undated patients, but the time between their visits", () => {
  const table = new EventTable();
  const patient = table.patients.index("p");
  table.patients.setUndated(patient);
  const minute = 60_000_000;
  for (const offset of [720, -720, 2160]) {
    table.event({ patient, time: offset * minute, code: coded(table, "a") });
  }
  table.visit({ patient, time: 2160 * minute + 1 }); // empty, at the same time
  const cohort = cohortOfEvents(table);
  assertEquals([...cohort.startDays], [NaN]);
  assertEquals([...cohort.gapDays], [0, 1, 1, 0]);
  assertEquals([...cohort.codeOffsets], [0, 1, 2, 3, 3]);
});

Deno.test("cohortOfEvents() leaves out who is in no split while others are, unless splits are not wanted", () => {
  const table = new EventTable();
  for (const id of ["p", "q", "r"]) table.patients.index(id);
  table.patients.setSplit(0, 1);
  table.patients.setSplit(2, 0);
  const said: string[] = [];
  const { subjectIds, splits } = cohortOfEvents(table, { onLeftOut: (what) => said.push(what) });
  assertEquals([...subjectIds], [subjectIdOf("p"), subjectIdOf("r")]);
  assertEquals([...splits ?? []], [1, 0]);
  assertEquals(said.map((what) => what.slice(0, 34)), ["1 patients who are in no split; pr"]);
  const whole = cohortOfEvents(table, { hasSplits: false });
  assertEquals([whole.recordCount, whole.splits], [3, null]);
});

Deno.test("CodeList names the rarer units of a code, and refuses reserved and empty names", () => {
  const table = new EventTable();
  const patient = table.patients.index("p");
  for (const unit of ["[degF]", "Cel", "Cel", ""]) {
    table.event({ patient, time: 0, code: coded(table, "LOINC//8310-5", unit), value: 1 });
  }
  const { vocabulary: { codes, descriptions } } = cohortOfEvents(table);
  assertEquals(codes.map((code, i) => [code, descriptions[i]]), [
    ["LOINC//8310-5", "LOINC//8310-5, Cel"],
    ["LOINC//8310-5//[degF]", "LOINC//8310-5, [degF]"],
    ["LOINC//8310-5//no unit", "LOINC//8310-5"],
  ]);
  assertEquals(table.codes.index(""), 'code "" is empty');
  assertEquals(
    String(table.codes.index("GENDER//F")).slice(0, 38),
    'code "GENDER//F" is a reserved name: M',
  );
});

Deno.test("cohortOfEvents() equals a slow way over lists, for many random tables", () => {
  const draws = random(11);
  for (let round = 0; round < 60; round++) {
    const table = new EventTable({ visits: round % 2 === 0 ? "encounters" : "times" });
    const patientCount = 1 + draws.integer(4);
    const codeCount = round % 5 === 0 ? 120 : 6; // long visits are sorted in another way
    const starts: { patient: number; start: number; id: string }[] = [];
    for (let patient = 0; patient < patientCount; patient++) table.patients.index(`p${patient}`);
    for (let i = 0; i < 5; i++) {
      const [patient, start] = [draws.integer(patientCount), draws.integer(4)];
      const id = `e${draws.integer(1e9)}`;
      starts.push({ patient, start, id });
      table.encounter(id, patient, start * day);
    }
    const records = Array.from(
      { length: patientCount },
      () => new Map<string, { key: [number, string]; rows: [number, number, number, string][] }>(),
    );
    const rowCount = draws.integer(800);
    for (let row = 0; row < rowCount; row++) {
      const encounter = draws.integer(6);
      const known = starts[encounter]; // undefined for an event in none
      const patient = known?.patient ?? draws.integer(patientCount);
      const time = draws.integer(6);
      const name = `c${draws.integer(codeCount)}`;
      const value = draws.integer(2) === 0 ? NaN : draws.integer(100);
      table.event({
        patient,
        time: time * day,
        code: coded(table, name),
        value,
        encounter: known === undefined ? undefined : encounter,
      });
      const at = known === undefined
        ? time
        : table.visits === "encounters"
        ? known.start
        : Math.max(known.start, time);
      const key: [number, string] = [at, known?.id ?? "~"];
      const visit = records[patient].get(key.join());
      if (visit === undefined) records[patient].set(key.join(), { key, rows: [] });
      records[patient].get(key.join())?.rows.push([time, row, value, name]);
    }
    const cohort = cohortOfEvents(table);
    for (const [patient, own] of records.entries()) {
      const wanted = [...own.values()]
        .sort((a, b) => a.key[0] - b.key[0] || (a.key[1] < b.key[1] ? -1 : 1))
        .map(({ rows }) => {
          const last = new Map<string, number>();
          for (const [, , value, name] of rows.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
            if (!Number.isNaN(value) || !last.has(name)) last.set(name, value);
          }
          return [...last].sort(([a], [b]) => a < b ? -1 : 1);
        });
      const lists = recordLists(cohort, patient);
      const seen = lists.visits.map((codes, visit) =>
        codes.map((code, i) => [cohort.vocabulary.codes[code], lists.values?.[visit][i] ?? NaN])
      );
      assertEquals(seen, wanted, `round ${round}`);
    }
  }
});
