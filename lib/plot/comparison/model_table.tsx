/** @jsxImportSource preact */
/**
 * The table of models: test loss, R², and how many records are copies; the best in bold.
 *
 * @module
 */
import type { ComparedModel, Comparison } from "../../evaluate/comparison.ts";
import { codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import { contestantsAndFloors, type Ranking } from "../../evaluate/rankings.ts";
import type { FidelityFigures, Likelihood } from "../../evaluate/report.ts";
import { titleOf } from "../../models/mod.ts";
import { probabilityKinds } from "../figures/probability_scatter.ts";
import { Interval, minus, None, R2, Table } from "../report/page_parts.tsx";
import { floorReasons, ModelRows } from "./model_rows.tsx";
import { counted } from "../../in_words.ts";

/** A figure for people; it may be infinite. */
export const decimals = (value: number) =>
  Number.isFinite(value) ? minus(value.toFixed(3)) : value > 0 ? "∞" : "−∞";

/** The columns of R². */
export const r2Columns = codeKinds.map((kind) =>
  `R², ${probabilityKinds[kind].title.toLowerCase()}`
);

function Loss({ likelihood }: { likelihood: Likelihood | null }) {
  if (likelihood === null) return <None />;
  const estimate = {
    value: likelihood.nll_per_visit,
    low: likelihood.nll_per_visit_low,
    high: likelihood.nll_per_visit_high,
  };
  return (
    <>
      {likelihood.nll_is_bound && "≤ "}
      <Interval estimate={estimate} text={decimals} />
    </>
  );
}

/** @param isBest whether a figure is among the best, by its name */
function R2Cells(
  { figures, isBest = () => false }: {
    figures: FidelityFigures;
    isBest?: (figure: string) => boolean;
  },
) {
  return (
    <>
      {codeKinds.map((kind) => (
        <td key={kind} class={isBest(`${kind}.r2`) ? "strong" : undefined}>
          <R2 figure={figures[kind]} />
        </td>
      ))}
    </>
  );
}

/** Records of a model that are identical to a training record. */
function Copies({ privacy }: Pick<ComparedModel, "privacy">) {
  const copies = privacy?.identical_records;
  if (copies === undefined) return <None />;
  return <>{counted(copies.identical)} of {counted(copies.records)}</>;
}

/** A model with its headline figures; the best of each column are strong. */
function modelRow(compared: ComparedModel, rankings: readonly Ranking[]) {
  const { model, likelihood, fidelity } = compared;
  const isBest = (figure: string) =>
    rankings.some((each) => each.figure === figure && each.best.includes(model));
  return (
    <tr key={model}>
      <th scope="row">
        <a href={`models/${encodeURIComponent(model)}/report/report.html`}>{titleOf(model)}</a>
      </th>
      <td class={isBest("nll_per_visit") ? "strong" : undefined}>
        <Loss likelihood={likelihood} />
      </td>
      <td>
        {likelihood?.nll_is_bound && "≤ "}
        {likelihood && decimals(likelihood.perplexity_per_code)}
      </td>
      <R2Cells figures={fidelity} isBest={isBest} />
      <td>
        <Copies {...compared} />
      </td>
    </tr>
  );
}

/** All models with their headline figures. */
export function ModelTable({ comparison, rankings }: {
  comparison: Comparison;
  rankings: readonly Ranking[];
}) {
  const { models, ceiling, about } = comparison;
  const columns = [
    "Model",
    "Test loss",
    "Perplexity per code",
    ...r2Columns,
    "Identical to a training record",
  ];
  const { floors } = contestantsAndFloors(models);
  return (
    <Table
      caption={`Test loss in nats per visit, lower is better; R² about y = x, 1 is exact; 95% ` +
        `intervals from ${
          counted(about.resamples)
        } resamples of patients. In bold: the best model, ` +
        "and those that sampling variation cannot tell from it. Each model's name leads to its own " +
        "report, which has interactive scatters."}
      columns={columns}
    >
      <ModelRows
        models={models}
        columns={columns.length}
        row={(compared) => modelRow(compared, rankings)}
        why={`For scale, not ranked. ${floorReasons(floors)}`.trim()}
        below={
          <tr>
            <th scope="row">held-out real (ceiling)</th>
            <td />
            <td />
            <R2Cells figures={ceiling} />
            <td />
          </tr>
        }
      />
    </Table>
  );
}
