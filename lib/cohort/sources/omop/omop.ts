/**
 * Reads the OMOP Common Data Model (5.3 and 5.4): a folder of CSV or Parquet files, or a DuckDB
 * database. A record is a person, a visit a visit_occurrence; what is in none is a visit by its day.
 * Codes are those of the table concept, where it is there ("SNOMED-CT//44054006", "RxNorm//312617"),
 * else "OMOP//201826".
 *
 * @see https://ohdsi.github.io/CommonDataModel
 * @module
 */
import { EventTable } from "../event_table.ts";
import {
  encodingOption,
  listOption,
  type ReadHow,
  type Source,
  type SourceOption,
  switchOption,
  timeSeriesOption,
} from "../source.ts";
import { files, OmopReader } from "./reader.ts";
import { OmopTables } from "./tables.ts";

const tables = [
  "conditions",
  "drugs",
  "procedures",
  "measurements",
  "observations",
  "deaths",
] as const;
type Table = typeof tables[number];
/** Measurements and observations are many, and few models use values. */
const defaultTables: readonly Table[] = ["conditions", "drugs", "procedures", "deaths"];

const concepts: SourceOption<"standard" | "source"> = {
  value: "WHICH",
  help: "Concepts to take: standard, or source, those of the data before they were mapped",
  default: "standard",
  parse(text) {
    if (text === "standard" || text === "source") return text;
    throw new RangeError(`is "${text}", must be standard or source`);
  },
};

const schema: SourceOption<string | undefined> = {
  value: "NAME",
  help: "Schema of the tables in a DuckDB database (default: the one that has the table person)",
  default: undefined,
  parse: (text) => text,
};

const options = {
  tables: listOption(tables, { help: "Tables to read, comma-separated", default: defaultTables }),
  concepts,
  conceptParents: switchOption(
    "Say what is right above each code, by the table concept_ancestor (for HiSGT)",
  ),
  schema,
  timeSeries: timeSeriesOption,
  encoding: encodingOption,
};

/** Those of the chosen tables that are there; says of the others that they are left out. */
function thoseThere(
  all: OmopTables,
  chosen: readonly Table[],
  onLeftOut: ReadHow["onLeftOut"],
): Table[] {
  const there = chosen.filter((table) => all.has(files[table]));
  const others = chosen.filter((table) => !all.has(files[table]));
  if (there.length === 0) {
    throw new Deno.errors.NotFound(
      `Cannot read OMOP: ${others.map((table) => all.without(files[table])).join(", and ")}`,
    );
  }
  for (const table of others) onLeftOut?.(`the table ${table}: ${all.without(files[table])}`);
  return there;
}

/** OMOP as a source. */
export const omop: Source<typeof options> = {
  name: "omop",
  summary:
    "OMOP Common Data Model 5.3 or 5.4: a folder of CSV or Parquet files, or a DuckDB database",
  options,
  problem({ tables, timeSeries }) {
    if (timeSeries && !tables.includes("measurements") && !tables.includes("observations")) {
      return "--time-series needs --tables with measurements";
    }
  },
  async read(path, values, how) {
    const { concepts, timeSeries, encoding, schema, conceptParents: hasParents } = values;
    using all = await OmopTables.at(path, { schema, onNote: how.onNote });
    const chosen = thoseThere(all, values.tables, how.onLeftOut);
    const table = new EventTable({ visits: timeSeries ? "times" : "encounters", keep: how.keep });
    const { notes } = table;
    const reader = new OmopReader(all, table, { ...how, encoding, notes }, concepts === "source");
    await reader.readPersons();
    await reader.readVisits();
    for (const name of ["conditions", "drugs", "procedures"] as const) {
      if (chosen.includes(name)) await reader.readCodes(name);
    }
    for (const name of ["measurements", "observations"] as const) {
      if (chosen.includes(name)) await reader.readValues(name, { timeSeries });
    }
    if (chosen.includes("deaths")) await reader.readDeaths();
    await reader.nameConcepts({ hasParents });
    notes.say(how.onNote);
    return table;
  },
};
