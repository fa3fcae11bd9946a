/**
 * Reads one CSV table of any program: a long one with an event a row, or a wide one ({@link
 * readWideRows}).
 *
 * @module
 */
import { readCsvHeader } from "../../../files/csv.ts";
import { codeSystemName } from "../../codes/code_system_uris.ts";
import { columnsOption, csvColumns, csvRoles, type CsvTable, CsvVisits } from "./columns.ts";
import { readWideRows } from "./wide.ts";
import { EventTable } from "../event_table.ts";
import { numberIn } from "../field_text.ts";
import { KeptValues } from "../kept_values.ts";
import { readRows } from "../rows.ts";
import { encodingOption, type Source, type SourceOption, switchOption } from "../source.ts";

/** Adds the events of a long table. */
async function readLongRows({ path, named, table, visits, how }: CsvTable): Promise<void> {
  const columns = csvColumns(csvRoles, named, ["subject", "code"]);
  const { notes } = how;
  const verbatim = [named.code ?? "code"]; // NA is sodium
  const values = new KeptValues(table);
  await readRows(path, columns, (fields) => {
    const [subject, time, visit, id] = fields;
    const [system, number, unit, description, sex, birth, race] = fields.slice(4);
    if (id === "") return "code is empty";
    if (/^\.|\.\.|\.$/.test(id)) notes.add("codes have stray dots, and stay as they are", id);
    const value = numberIn(number);
    if (number !== "" && Number.isNaN(value)) {
      return `value is "${number}", must be a number such as 6.5`;
    }
    const moment = visits.momentOf({ subject, time, visit, sex, birth, race });
    if (typeof moment === "string") return moment;
    const name = system === "" ? id : `${codeSystemName(system)}//${id}`;
    const code = table.codes.index(name, description, unit);
    if (typeof code === "string") return code;
    const { time: at, encounter } = moment;
    if (encounter === undefined || number === "") table.event({ ...moment, code, value });
    else values.add({ encounter, code, time: at, value });
    return undefined;
  }, { ...how, verbatim });
  values.flush();
}

const delimiterNames: Readonly<Record<string, string>> = {
  comma: ",",
  semicolon: ";",
  tab: "\t",
};

const delimiter: SourceOption<string | undefined> = {
  value: "NAME",
  help: "What separates the fields: comma, semicolon or tab (default: what the header has)",
  default: undefined,
  parse(text) {
    if (Object.hasOwn(delimiterNames, text)) return delimiterNames[text];
    if (Object.values(delimiterNames).includes(text)) return text;
    throw new RangeError(`is "${text}", must be comma, semicolon or tab`);
  },
};

const options = {
  columns: columnsOption,
  wide: switchOption(
    "A row is a patient or a visit, and each other column a code: 0 or 1, a value, or an answer",
  ),
  delimiter,
  encoding: encodingOption,
};

/** Any CSV table as a source. */
export const csvTable: Source<typeof options> = {
  name: "csv",
  summary: "one CSV table, plain or .gz: an event a row, or with --wide a patient or visit a row",
  options,
  problem({ columns, wide }) {
    const odd = (["code", "system", "value", "unit", "description"] as const)
      .find((role) => columns?.[role] !== undefined);
    if (wide && odd !== undefined) {
      return `--columns names ${odd}, which a table has only without --wide`;
    }
  },
  async read(path, { columns: named = {}, wide, delimiter, encoding }, how) {
    const header = await readCsvHeader(path, { encoding, delimiter });
    const has = (role: "time" | "visit") =>
      named[role] !== undefined ||
      header.columns.some((column) => column.toLowerCase() === role);
    if (!wide && !has("time") && !has("visit")) {
      throw new SyntaxError(
        `Cannot read "${path}": it has no column time or visit, so that nothing says what was ` +
          `recorded together; its columns are ${header.columns.join(", ").slice(0, 200)}; ` +
          "--columns time=COLUMN names one",
      );
    }
    const table = new EventTable({ keep: how.keep });
    const { notes } = table;
    if (!has("time")) {
      how.onNote?.("the table has no times: visits are in the order of its rows, without dates");
    }
    const visits = new CsvVisits(table, has("time"), notes);
    await (wide ? readWideRows : readLongRows)({
      path,
      header: header.columns,
      named,
      table,
      visits,
      how: { ...how, encoding, delimiter: header.delimiter, notes },
    });
    notes.say(how.onNote);
    return table;
  },
};
