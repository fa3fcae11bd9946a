/** @jsxImportSource preact */
/**
 * The report's section on measured values and the time between visits.
 *
 * @module
 */
import type { Aggregate, MeasuredCode, ValueFidelity } from "../../../evaluate/report.ts";
import { valueDistributions } from "../../figures/value_distributions.ts";
import {
  AggregateCells,
  aggregateReading,
  Apart,
  Interval,
  None,
  percent,
  R2,
  Table,
} from "../page_parts.tsx";
import { Figure } from "../../page/picture.tsx";
import { type Drawn, type Section, type SectionContents } from "./section.ts";

const mostCodes = 20;

function ValueTable({ own, ceiling }: { own: ValueFidelity; ceiling: ValueFidelity | null }) {
  const sources = [own, ceiling];
  const cell = (source: ValueFidelity | null, key: "presence" | "means") =>
    source ? <R2 figure={source[key]} /> : <None />;
  const difference = (source: ValueFidelity | null) =>
    source?.mean_difference
      ? <Interval estimate={source.mean_difference} text={(value) => value.toFixed(2)} />
      : <None />;
  return (
    <Table
      caption="Measured codes, with 95% intervals"
      columns={["Measure", "Synthetic", "Ceiling", "Codes"]}
    >
      <tr>
        <th scope="row">R² of how often each code is measured (share of visits with values)</th>
        {sources.map((source, i) => <td key={i}>{cell(source, "presence")}</td>)}
        <td>{own.presence.keys}</td>
      </tr>
      <tr>
        <th scope="row">R² of mean values (codes with large numbers weigh most)</th>
        {sources.map((source, i) => <td key={i}>{cell(source, "means")}</td>)}
        <td>{own.means.keys}</td>
      </tr>
      <tr>
        <th scope="row">
          Mean distance between real and synthetic means, in real standard deviations; 0 is exact
        </th>
        {sources.map((source, i) => <td key={i}>{difference(source)}</td>)}
        <td>{own.means.keys}</td>
      </tr>
    </Table>
  );
}

function Measured({ mean, sd }: MeasuredCode) {
  if (mean === null || sd === null) return <>never</>;
  const text = (value: number) => String(Number(value.toPrecision(4))).replace("-", "−");
  return (
    <>
      {text(mean)} <span class="interval">± {text(sd)}</span>
    </>
  );
}

function CodeTable({ codes }: { codes: ValueFidelity["codes"] }) {
  const shown = codes.toSorted((a, b) => b.real.share - a.real.share).slice(0, mostCodes);
  return (
    <Table
      caption={`The ${shown.length} most frequently measured codes (of ${codes.length}): mean ± ` +
        "standard deviation, and share of the visits with values"}
      columns={["Code", "Real", "Synthetic", "Real share", "Synthetic share"]}
    >
      {shown.map(({ code, description, real, synthetic }) => (
        <tr key={code}>
          <th scope="row">{description}</th>
          <td>
            <Measured {...real} />
          </td>
          <td>
            <Measured {...synthetic} />
          </td>
          <td>{percent(real.share)}</td>
          <td>{percent(synthetic.share)}</td>
        </tr>
      ))}
    </Table>
  );
}

function GapTable({ own, ceiling }: { own: Aggregate; ceiling: Aggregate | null }) {
  return (
    <Table
      caption="Days between visits: mean ± standard deviation, with the 95% interval of the difference"
      columns={["Records", "Real training mean", "Mean", "Difference"]}
    >
      <tr>
        <th scope="row">Synthetic</th>
        <AggregateCells aggregate={own} isStrong />
      </tr>
      {ceiling && (
        <>
          <Apart columns={4}>For scale: real patients that the model never saw</Apart>
          <tr>
            <th scope="row">Held-out real (ceiling)</th>
            <AggregateCells aggregate={ceiling} isStrong={false} />
          </tr>
        </>
      )}
    </Table>
  );
}

function pictures(
  { fidelity, real, synthetic, minCell, look }: Drawn,
): [name: string, svg: SVGSVGElement][] {
  const values = fidelity?.values
    ? valueDistributions(real, synthetic, { minCell, ...look })
    : undefined;
  return values === undefined ? [] : [["value_distributions", values]];
}

/** Nothing where neither values nor days can be compared. */
function View({ fidelity, minCell, pictures }: SectionContents) {
  const { values = null, gap_days = null, ceiling = {} } = fidelity ?? {};
  if (values === null && gap_days === null) return null;
  return (
    <section aria-labelledby="values">
      <h2 id="values">
        Do measured values and the times between visits have the right distribution?
      </h2>
      {gap_days && <p>{aggregateReading("Days between visits", gap_days, ceiling.gap_days)}</p>}
      {gap_days && <GapTable own={gap_days} ceiling={ceiling.gap_days ?? null} />}
      {values && <ValueTable own={values} ceiling={ceiling.values ?? null} />}
      <Figure
        picture={pictures.get("value_distributions")}
        caption={"Values of the most frequently measured codes. Axes run from the 0.5th to the " +
          "99.5th percentile of the real values; values beyond are counted in the outer bins."}
      />
      {values && values.codes.length > 0 && <CodeTable codes={values.codes} />}
      {values?.rare_codes !== undefined && (
        <p class="reading">
          {values.rare_codes} measured codes with values of fewer than {minCell}{" "}
          real patients are not listed.
        </p>
      )}
    </section>
  );
}

/** Measured values, and days between visits. */
export const valuesSection: Section = {
  keys: ["values", "gap_days"],
  anchor: () => "values",
  pictures,
  View,
};
