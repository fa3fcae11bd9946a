/**
 * Reads Synthea's observations: vital signs, laboratory values, surveys. What they become:
 *
 * - a number: the code "LOINC//8302-2" with a value; its unit is at the end of the description
 *   ("Body Height, cm"). Rows of a code in another unit than most of its rows have another code
 *   ("LOINC//8310-5//[degF]"), since their numbers mean something else
 * - an answer in words: a code for each answer, without a value ("LOINC//72166-2//Ex-smoker
 *   (finding)"), as MEDS has categories. An answer that is a number counts as a number
 * - free text, such as addresses: questions with too many different answers in words are left out
 *
 * Rows without an encounter (Synthea's yearly QALY, DALY and QOLS) are left out.
 *
 * @module
 */
import { codeSystemName } from "../../codes/code_system_uris.ts";
import { timeOf } from "../../time.ts";
import { AnswersInWords } from "../answers_in_words.ts";
import { numberIn } from "../field_text.ts";
import { noteTime } from "../notes.ts";
import { namedEncounter, readTable, type SyntheaRows, systemColumn } from "./tables.ts";

/** What Synthea 2 says, which wrote no types: a value that is a number is one. */
const eitherType = "numeric or text";
const types = ["numeric", "text", eitherType];

const columns = [
  ...["DATE", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION", "VALUE"],
  { name: "UNITS", missing: "" },
  { name: "TYPE", missing: eitherType },
  systemColumn("LOINC"),
];

/**
 * Adds the observations to the events.
 *
 * @param makesVisits whether an observation makes its encounter a visit
 * @throws what `readSynthea` throws
 */
export async function readObservations(
  { makesVisits, ...rows }: SyntheaRows & { readonly makesVisits: boolean },
): Promise<void> {
  const { table, how } = rows;
  const observations = new AnswersInWords(table);
  let withoutEncounter = 0;
  table.expectValues();
  await readTable(rows, "observations", columns, (fields) => {
    const [date, patientId, encounterId, id, description, text, unit, type, system] = fields;
    if (encounterId === "") {
      withoutEncounter++;
      return undefined;
    }
    const encounter = table.encounterOf(encounterId, patientId, namedEncounter);
    if (typeof encounter === "string") return encounter;
    const time = timeOf(date);
    if (Number.isNaN(time)) return `DATE is "${date}", must be a time such as 2020-12-31T23:59:59Z`;
    for (const [name, field] of Object.entries({ CODE: id, VALUE: text, SYSTEM: system })) {
      if (field === "") return `${name} is empty`;
    }
    if (!types.includes(type)) return `TYPE is "${type}", must be numeric or text`;
    const value = numberIn(text);
    const isNumber = !Number.isNaN(value);
    if (type === "numeric" && !isNumber) return `VALUE is "${text}", must be a number`;

    noteTime(rows.notes, "DATE", date);
    const name = `${codeSystemName(system)}//${id}`;
    const observed = observations.of(name, description);
    const code = isNumber
      ? table.codes.index(name, observed.description, type === "text" ? "" : unit)
      : observations.answer(name, observed, text);
    if (typeof code !== "number") return code;
    table.event({ ...table.inEncounter(encounter, time), code, value });
    if (makesVisits) table.makeVisit(encounter);
    return undefined;
  });

  if (withoutEncounter > 0) {
    how.onLeftOut?.(`${withoutEncounter} observations without an encounter`);
  }
  observations.leaveOutFreeText(how.onLeftOut);
}
