/** @jsxImportSource preact */
/**
 * Are labels as common as in real records?
 *
 * @module
 */
import { labelFidelity } from "../../../evaluate/fidelity/label_prevalence.ts";
import type { LabelPrevalence } from "../../../evaluate/report.ts";
import { labelPrevalenceFigure } from "../../figures/label_prevalence.ts";
import { Figure, Interval, minus, percent, Table } from "../page_parts.tsx";
import { type Drawn, type Section, type SectionContents } from "./section.ts";

function pictures({ fidelity }: Drawn): [name: string, svg: SVGSVGElement][] {
  const prevalence = fidelity?.label_prevalence;
  if (prevalence === undefined || prevalence.labels.length === 0) return [];
  return [["label_prevalence", labelPrevalenceFigure(prevalence)]];
}

/** Labels that have no row, in a sentence. */
function RareLabels({ count, minCell }: { count: number | undefined; minCell: number }) {
  if (count === undefined) return null;
  return (
    <p class="reading">
      {count} {count === 1 ? "label" : "labels"} that fewer than {minCell}{" "}
      real patients have, or lack, {count === 1 ? "is" : "are"} not listed.
    </p>
  );
}

function LabelTable({ prevalence }: { prevalence: LabelPrevalence }) {
  const text = (value: number) => percent(value);
  return (
    <Table
      caption="Share of records with each label, with 95% intervals"
      columns={["Label", "Real", "Synthetic"]}
    >
      {prevalence.labels.map(({ label, real, synthetic }) => (
        <tr key={label}>
          <th scope="row">{label}</th>
          <td>
            <Interval estimate={real} text={text} />
          </td>
          <td>
            <Interval estimate={synthetic} text={text} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function View({ fidelity, minCell, pictures }: SectionContents) {
  const prevalence = fidelity?.label_prevalence;
  if (prevalence === undefined) return null;
  const { r2, r2_low, r2_high, labels, rare_labels } = prevalence;
  if (labels.length === 0 && rare_labels === undefined) return null;
  const apart = labels.filter(({ real, synthetic }) =>
    real.high < synthetic.low || synthetic.high < real.low
  );
  return (
    <section aria-labelledby="labels">
      <h2 id="labels">{labelFidelity.question}</h2>
      <p>
        {labels.length === 0
          ? ""
          : apart.length === 0
          ? "The real and the synthetic interval overlap for every label; this is not a test of the " +
            "difference."
          : `The real and the synthetic interval do not overlap for ${apart.length} of ` +
            `${labels.length} labels.`}
        {r2 !== null && r2_low !== null && r2_high !== null &&
          ` R² over the labels is ${minus(r2.toFixed(3))} (${minus(r2_low.toFixed(3))} to ${
            minus(r2_high.toFixed(3))
          }).`}
      </p>
      <Figure
        svg={pictures.get("label_prevalence")}
        caption="Share of records with each label and its 95% interval."
      />
      {labels.length > 0 && <LabelTable prevalence={prevalence} />}
      <RareLabels count={rare_labels} minCell={minCell} />
    </section>
  );
}

/** Shares of records with each label. */
export const labelSection: Section = { keys: ["label_prevalence"], pictures, View };
