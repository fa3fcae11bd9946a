/** @jsxImportSource preact */
/**
 * The report's head: which model and cohorts, when, with which random seeds, and how many patients.
 *
 * @module
 */
import type { ReportAbout } from "../../evaluate/report.ts";
import { floorOf, titleOf } from "../../models/mod.ts";
import { Sharing } from "./page_parts.tsx";
import { counted } from "../../in_words.ts";

/** A report's title: "HALO on my-cohort: synthetic cohort report". */
export function reportTitle({ run, real }: ReportAbout): string {
  const model = run && titleOf(run.model);
  const subject = [model, real.name].filter((part) => part !== undefined).join(" on ");
  return subject === "" ? "Synthetic cohort report" : `${subject}: synthetic cohort report`;
}

/** An ISO 8601 time as a date: "25 November 2026". */
export function dateText(created: string): string {
  const how = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  return new Date(created).toLocaleDateString("en-GB", how);
}

/** Title, sizes, date and random seeds. */
export function ReportHead({ about }: { about: ReportAbout }) {
  const { real, synthetic, run, seed, created, ehrloom } = about;
  const floor = run && floorOf(run.model);
  const seeds = [
    ...run ? [`training ${run.training.seed}`] : [],
    ...synthetic.seed === undefined ? [] : [`generation ${synthetic.seed}`],
    `evaluation ${seed}`,
  ];
  return (
    <header>
      <h1>{reportTitle(about)}</h1>
      <p class="lead">
        {counted(synthetic.records)} synthetic records
        {synthetic.name !== undefined && ` (${synthetic.name})`}, compared with{" "}
        {counted(real.train)} real training records and {counted(real.test)} held-out real records
        {real.name !== undefined && ` of ${real.name}`}. {dateText(created)}. Random seeds:{" "}
        {seeds.join(", ")}. Ehrloom {ehrloom}.
        {run === undefined && " The model is not known, since no run was given."}
      </p>
      {run && floor !== undefined && (
        <p>
          <strong>{titleOf(run.model)} is a floor.</strong> {floor}
        </p>
      )}
      <Sharing minCell={about.min_cell} />
    </header>
  );
}
