/** @jsxImportSource preact */
/**
 * Are labels as common as in real records?
 *
 * @module
 */
import { labelFidelity } from "../../../evaluate/fidelity/label_prevalence.ts";
import type { LabelPrevalence } from "../../../evaluate/report.ts";
import { excludesZero } from "../../../evaluate/summary/words.ts";
import { labelPrevalenceFigure } from "../../figures/label_prevalence.ts";
import { Interval, minus, percent, signed, Table } from "../page_parts.tsx";
import { Figure } from "../../page/picture.tsx";
import { type Drawn, scaleOf, type Section, type SectionContents } from "./section.ts";

function pictures({ fidelity, look }: Drawn): [name: string, svg: SVGSVGElement][] {
  const prevalence = fidelity?.label_prevalence;
  if (prevalence === undefined || prevalence.labels.length === 0) return [];
  return [["label_prevalence", labelPrevalenceFigure(prevalence, look)]];
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
  const points = (value: number) => signed(100 * value, 1);
  return (
    <Table
      caption={"Share of records with each label, with 95% intervals; difference in percentage " +
        "points, in bold if its interval excludes 0"}
      columns={["Label", "Real", "Synthetic", "Difference"]}
    >
      {prevalence.labels.map(({ label, real, synthetic, difference }) => (
        <tr key={label}>
          <th scope="row">{label}</th>
          <td>
            <Interval estimate={real} text={text} />
          </td>
          <td>
            <Interval estimate={synthetic} text={text} />
          </td>
          <td class={excludesZero(difference) ? "strong" : undefined}>
            <Interval estimate={difference} text={points} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** An R² in a sentence, with its interval. */
function r2Reading({ r2, r2_low, r2_high }: LabelPrevalence): string | undefined {
  if (r2 === null || r2_low === null || r2_high === null) return undefined;
  const [value, low, high] = [r2, r2_low, r2_high].map((each) => minus(each.toFixed(3)));
  return `${value} (${low} to ${high})`;
}

/** R² over the labels with its ceiling and floor, in a sentence. */
function scaleReading(
  { own, ceiling, floor }: Record<"own" | "ceiling" | "floor", LabelPrevalence>,
): string {
  const found = r2Reading(own);
  if (found === undefined) return "";
  const [best, draws] = [ceiling, floor].map((each) => r2Reading(each) ?? "none");
  return ` R² over the labels is ${found}; that of held-out real records is ${best} (the ceiling), ` +
    `that of independent draws ${draws} (the floor).`;
}

/** How many labels differ, and how many would by chance, in a sentence or two. */
function differencesSentence(labels: number, apart: number): string {
  return `${apart === 0 ? "None" : apart} of ${labels} labels ${
    apart > 1 ? "differ" : "differs"
  } ` +
    "by more than sampling variation explains, which means that the 95% interval of the difference " +
    `excludes 0. By chance alone about ${(0.05 * labels).toFixed(1)} would.`;
}

function View({ fidelity, minCell, pictures }: SectionContents) {
  const scale = scaleOf(fidelity, "label_prevalence");
  if (scale === undefined) return null;
  const { labels, rare_labels } = scale.own;
  if (labels.length === 0 && rare_labels === undefined) return null;
  const apart = labels.filter(({ difference }) => excludesZero(difference)).length;
  return (
    <section aria-labelledby="labels">
      <h2 id="labels">{labelFidelity.question}</h2>
      <p>
        {labels.length > 0 && differencesSentence(labels.length, apart)}
        {scaleReading(scale)}
      </p>
      <Figure
        picture={pictures.get("label_prevalence")}
        caption="Share of records with each label and its 95% interval."
      />
      {labels.length > 0 && <LabelTable prevalence={scale.own} />}
      <RareLabels count={rare_labels} minCell={minCell} />
    </section>
  );
}

/** Shares of records with each label. */
export const labelSection: Section = {
  keys: ["label_prevalence"],
  anchor: () => "labels",
  pictures,
  View,
};
