/**
 * Reads FHIR's observations. A number is the observation's code with a value; an answer, coded or in
 * words, is a code for each answer ("LOINC//72166-2//Ex-smoker (finding)"), as with Synthea's tables.
 * Parts of an observation, such as those of a blood pressure, count like observations of their own.
 *
 * @module
 */
import { timeOf } from "../../time.ts";
import { AnswersInWords } from "../answers_in_words.ts";
import type { EventTable, Moment } from "../event_table.ts";
import { numberIn } from "../field_text.ts";
import { KeptValues } from "../kept_values.ts";
import type { Notes } from "../notes.ts";
import { inWords, type NamedConcept, namedConcept } from "./concepts.ts";
import type { Written } from "./files.ts";
import { type People, timeProblem } from "./people.ts";
import { happened } from "./recorded.ts";
import { type Finding, fits, misfitInWords, observationSchema } from "./schemas.ts";

/** Where and when something was found. */
interface Found {
  readonly moment: Moment;
  /** When by the observation itself; else when its encounter began. */
  readonly time: number;
  readonly written: Written;
}

/** The number of a finding with its unit; undefined if it has none. */
function numberOf(
  { valueQuantity, valueInteger, valueString = "" }: Finding,
): { readonly value: number; readonly unit: string } | undefined {
  const { value, unit = "", code = "" } = valueQuantity ?? {};
  const number = value ?? valueInteger ?? numberIn(valueString.trim());
  return Number.isFinite(Math.fround(number)) ? { value: number, unit: code || unit } : undefined;
}

/** Observations on their way into a table. */
export class Observations {
  private readonly answers: AnswersInWords;
  private readonly values: KeptValues;

  constructor(
    private readonly table: EventTable,
    private readonly people: People,
    private readonly notes: Notes,
    private readonly timeSeries: boolean,
  ) {
    this.answers = new AnswersInWords(table);
    this.values = new KeptValues(table);
    table.expectValues();
  }

  /** Takes an observation; returns what is wrong with it, if anything is. */
  add(written: Written): string | undefined {
    const { resource } = written;
    if (!fits(resource, observationSchema)) return misfitInWords(resource, observationSchema);
    if (!happened(resource.status)) {
      return this.people.leaveOut(written, `with the status ${resource.status}`);
    }
    const when = resource.effectiveDateTime ?? resource.effectiveInstant ??
      resource.effectivePeriod?.start ?? "";
    const moment = this.people.momentOf(written, { ...resource, when });
    if (typeof moment !== "object") return moment;
    const time = timeOf(when);
    if (Number.isNaN(time) && !/^(\d{4}(-\d\d)?)?$/.test(when)) {
      return timeProblem("the date", when);
    }
    const { component = [] } = resource;
    const parts = component.length > 0 && !hasValue(resource)
      ? component
      : [resource, ...component];
    for (const part of parts) {
      const problem = this.addFinding(part, {
        moment,
        time: Number.isNaN(time) ? moment.time : time,
        written,
      });
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  private addFinding(finding: Finding, found: Found): string | undefined {
    const concept = namedConcept(finding.code ?? {});
    if (concept === undefined) {
      return this.people.leaveOutPart(found.written, "or parts of them without a code");
    }
    const number = numberOf(finding);
    if (number !== undefined) return this.addNumber(concept, number, found, finding);
    const code = this.answerOf(concept, finding);
    if (code === null) {
      return this.people.leaveOutPart(
        found.written,
        "or parts of them without a number, a code or words",
      );
    }
    if (typeof code !== "number") return code;
    const { patient, encounter } = found.moment;
    const time = encounter === undefined ? found.moment.time : found.time;
    this.table.event({ patient, encounter, time, code });
    return undefined;
  }

  private addNumber(
    { name, description }: NamedConcept,
    { value, unit }: { readonly value: number; readonly unit: string },
    { moment, time, written }: Found,
    { valueQuantity }: Finding,
  ): string | undefined {
    const comparator = valueQuantity?.comparator ?? "";
    if (comparator !== "") {
      this.notes.add(
        `values with "${comparator}" were taken as the number behind it`,
        written.place,
      );
    }
    const observed = this.answers.of(name, description);
    const code = this.table.codes.index(name, observed.description, unit);
    if (typeof code === "string") return code;
    const { encounter } = moment;
    if (encounter === undefined) this.table.event({ ...moment, code, value });
    else if (this.timeSeries) this.table.event({ ...moment, time, code, value });
    else this.values.add({ encounter, code, time, value });
    return undefined;
  }

  /** The code of an answer; undefined for free text, null for a finding without an answer. */
  private answerOf(
    { name, description }: NamedConcept,
    { valueCodeableConcept, valueBoolean, valueString = "" }: Finding,
  ): number | string | undefined | null {
    const observed = this.answers.of(name, description);
    const coded = valueBoolean === undefined
      ? inWords(valueCodeableConcept ?? {})
      : String(valueBoolean);
    if (coded !== "") {
      return this.table.codes.index(`${name}//${coded}`, `${observed.description}: ${coded}`);
    }
    const text = valueString.trim();
    return text === "" ? null : this.answers.answer(name, observed, text);
  }

  /** To be called after the last observation. */
  finish(onLeftOut?: (what: string) => void): void {
    this.values.flush();
    this.answers.leaveOutFreeText(onLeftOut);
  }
}

/** Whether an observation says something itself, besides its parts. */
function hasValue(finding: Finding): boolean {
  const { valueQuantity, valueInteger, valueString, valueBoolean, valueCodeableConcept } = finding;
  return [valueQuantity, valueInteger, valueString, valueBoolean, valueCodeableConcept]
    .some((value) => value !== undefined);
}
