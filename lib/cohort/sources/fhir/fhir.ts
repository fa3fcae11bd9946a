/**
 * Reads FHIR (R4): a folder of NDJSON files as a bulk export writes them, of bundles in JSON as
 * Synthea writes them, or a single such file. A record is a Patient, a visit an Encounter; what is in
 * none is a visit by its day. Codes are "SNOMED-CT//44054006", "RxNorm//312617", "LOINC//8302-2",
 * "CVX//140", and "SOURCE//…" for concepts in words only.
 *
 * Files are read twice, since resources refer to others in any order: first patients, encounters and
 * medicines, then what refers to them. Files that have none of the latter are read once.
 *
 * @see https://hl7.org/fhir/R4, https://hl7.org/fhir/uv/bulkdata
 * @module
 */
import { counted } from "../../../in_words.ts";
import { addDeaths } from "../deaths.ts";
import { EventTable } from "../event_table.ts";
import { listOption, type ReadHow, type Source, timeSeriesOption } from "../source.ts";
import { namedConcept } from "./concepts.ts";
import { FhirFiles, type Written } from "./files.ts";
import { Observations } from "./observations.ts";
import { People, peopleTypes } from "./people.ts";
import { happened, type Kind, kinds } from "./recorded.ts";

const tables = [
  ...["conditions", "medications", "procedures", "immunizations"] as const,
  ...["observations", "deaths"] as const,
];
type Table = typeof tables[number];
/** Observations are many, and few models use values. */
const defaultTables: readonly Table[] = tables.filter((name) => name !== "observations");

const options = {
  tables: listOption(tables, { help: "What to read, comma-separated", default: defaultTables }),
  timeSeries: timeSeriesOption,
};

/** Adds a resource that has a code and no value; returns what is wrong with it, if anything is. */
function addCode(
  written: Written,
  kind: Kind,
  { table, people }: { readonly table: EventTable; readonly people: People },
): string | undefined {
  const recorded = kind.recorded(written.resource);
  if (typeof recorded === "string") return recorded;
  const { status, concept = {}, reference = {} } = recorded;
  if (!happened(status)) return people.leaveOut(written, `with the status ${status}`);
  const moment = people.momentOf(written, recorded);
  if (typeof moment !== "object") return moment;
  const named = namedConcept(concept) ?? people.medicine(reference);
  if (named === undefined) return people.leaveOut(written, "without a code");
  const code = table.codes.index(named.name, named.description);
  if (typeof code === "string") return code;
  table.event({ ...moment, code });
  return undefined;
}

/** The types that `--tables` can name. */
const readable = new Set(["Observation", ...Object.values(kinds).map(({ type }) => type)]);

/** Says of which types there are resources that are not read. */
function sayOthers(
  counts: ReadonlyMap<string, number>,
  read: ReadonlySet<string>,
  onLeftOut: ReadHow["onLeftOut"],
): void {
  const others = [...counts].filter(([type]) => !read.has(type)).sort(([, a], [, b]) => b - a);
  const list = (chosen: typeof others) =>
    chosen.map(([type, count]) => `${counted(count)} ${type}`).join(", ");
  const choice = others.filter(([type]) => readable.has(type));
  if (choice.length > 0) onLeftOut?.(`resources that --tables does not name: ${list(choice)}`);
  const unknown = others.filter(([type]) => !readable.has(type));
  if (unknown.length > 0) onLeftOut?.(`resources of types that are not read: ${list(unknown)}`);
}

/** FHIR as a source. */
export const fhir: Source<typeof options> = {
  name: "fhir",
  summary: "FHIR R4: a folder of NDJSON files or bundles in JSON, or one file, plain or .gz",
  options,
  problem({ tables, timeSeries }) {
    if (timeSeries && !tables.includes("observations")) {
      return "--time-series needs --tables with observations";
    }
  },
  async read(path, { tables, timeSeries }, how) {
    const files = await FhirFiles.of(path);
    const table = new EventTable({ visits: timeSeries ? "times" : "encounters", keep: how.keep });
    const { notes } = table;
    const people = new People(table, notes);
    const { rows } = people;
    await files.read(peopleTypes, rows.counted((written) => people.add(written)), how);
    if (table.patients.count === 0) {
      throw new SyntaxError(`Cannot read "${path}": it has no Patient resources`);
    }
    people.finish(how);
    const chosen = Object.entries(kinds).filter(([name]) => tables.some((one) => one === name));
    const kindOf = new Map(chosen.map(([, kind]) => [kind.type, kind]));
    const observations = tables.includes("observations")
      ? new Observations(table, people, notes, timeSeries)
      : undefined;
    const types = new Set([...kindOf.keys(), ...observations === undefined ? [] : ["Observation"]]);
    const add = rows.counted((written) => {
      const kind = kindOf.get(written.type);
      return kind === undefined
        ? observations?.add(written)
        : addCode(written, kind, { table, people });
    });
    await files.read(types, add, how);
    observations?.finish(how.onLeftOut);
    if (tables.includes("deaths")) addDeaths(table, people.deaths, people.ends.view());
    people.leftOut.say(how.onLeftOut);
    rows.finish(how.onTable);
    sayOthers(files.counts, types.union(peopleTypes), how.onLeftOut);
    notes.say(how.onNote);
    return table;
  },
};
