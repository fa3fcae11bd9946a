/** @jsxImportSource preact */
/**
 * Do records and visits have the right length?
 *
 * @module
 */
import { aggregate } from "../../../evaluate/fidelity/aggregate_statistics.ts";
import type { FidelityFigures } from "../../../evaluate/report.ts";
import {
  codesPerVisit,
  countDistribution,
  recordOfVisits,
  visitsPerRecord,
} from "../../figures/count_distribution.ts";
import { AggregateCells, aggregateReading, Apart, Table } from "../page_parts.tsx";
import { Figure } from "../../page/picture.tsx";
import { type Drawn, scaleOf, type Section, type SectionContents } from "./section.ts";

type Lengths = FidelityFigures["aggregate"];

function pictures(
  { real, synthetic, minCell, look }: Drawn,
): [name: string, svg: SVGSVGElement][] {
  // Records without visits are left out here as in every figure of the evaluation.
  const visits = [real, synthetic].map((each) => visitsPerRecord(each).filter(Boolean));
  const codes = [real, synthetic].map((each) => codesPerVisit(each));
  return [
    [
      "visits_per_record",
      countDistribution(visits[0], visits[1], {
        counted: "visits",
        holders: "records",
        minCell,
        ...look,
      }),
    ],
    [
      "codes_per_visit",
      countDistribution(codes[0], codes[1], {
        counted: "codes",
        holders: "visits",
        minCell,
        patients: recordOfVisits(real),
        ...look,
      }),
    ],
  ];
}

const aggregateRows = [
  ["Visits per record", "visits_per_record"],
  ["Codes per visit", "codes_per_visit"],
] as const;

function AggregateTable(
  { own, ceiling, floor }: Record<"own" | "ceiling" | "floor", Lengths>,
) {
  const source = (name: string, lengths: Lengths) =>
    aggregateRows.map(([row, key]) => (
      <tr key={name + key}>
        <th scope="row">{row}, {name}</th>
        <AggregateCells aggregate={lengths[key]} isStrong={name === "synthetic"} />
      </tr>
    ));
  return (
    <Table
      caption="Mean ± standard deviation; difference of the means with its 95% interval"
      columns={["Count", "Real training mean", "Mean", "Difference"]}
    >
      {source("synthetic", own)}
      <Apart columns={4}>
        For scale: real patients that the model never saw, and draws without a model
      </Apart>
      {source("held-out real (ceiling)", ceiling)}
      {source("independent draws (floor)", floor)}
    </Table>
  );
}

function View({ fidelity, pictures }: SectionContents) {
  const scale = scaleOf(fidelity, "aggregate");
  return (
    <section aria-labelledby="counts">
      <h2 id="counts">{aggregate.question}</h2>
      {scale && (
        <p>
          {aggregateRows.map(([name, key]) =>
            aggregateReading(name, scale.own[key], scale.ceiling[key])
          ).join(" ")}
        </p>
      )}
      <div class="figures">
        <Figure
          picture={pictures.get("visits_per_record")}
          caption="Visits per record. The closer the two outlines, the more similar the lengths."
        />
        <Figure
          picture={pictures.get("codes_per_visit")}
          caption="Codes per visit. If the synthetic outline lies further left, visits have too few codes."
        />
      </div>
      {scale && <AggregateTable {...scale} />}
    </section>
  );
}

/** Visits per record and codes per visit. */
export const aggregateSection: Section = {
  keys: ["aggregate"],
  anchor: () => "counts",
  pictures,
  View,
};
