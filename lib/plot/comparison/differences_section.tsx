/** @jsxImportSource preact */
/**
 * The section of a comparison on which differences exceed sampling variation: against the first model,
 * and of all pairs.
 *
 * @module
 */
import type { ComparedModel, Comparison, Difference } from "../../evaluate/comparison.ts";
import { codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import type { Estimate } from "../../evaluate/report.ts";
import { titleOf } from "../../models/mod.ts";
import { Interval, None, signed, Table } from "../report/page_parts.tsx";
import { ModelRows } from "./model_rows.tsx";
import { decimals, r2Columns } from "./model_table.tsx";

/** A difference, in bold if its interval does not include 0. */
export function DifferenceCell({ estimate, sign }: { estimate: Estimate | null; sign?: string }) {
  if (estimate === null) {
    return (
      <td>
        <None />
      </td>
    );
  }
  const text = (value: number) => Number.isFinite(value) ? signed(value, 3) : decimals(value);
  return (
    <td class={estimate.low > 0 || estimate.high < 0 ? "strong" : undefined}>
      {sign}
      <Interval estimate={estimate} text={text} />
    </td>
  );
}

/** "≤ " or "≥ " before a difference of test losses of which one is an upper bound. */
function differenceSign(of: ComparedModel | undefined, against: ComparedModel | undefined) {
  const [isMost, isLeast] = [of, against].map((each) => each?.likelihood?.nll_is_bound ?? false);
  return isMost === isLeast ? "" : isMost ? "≤ " : "≥ ";
}

function DifferenceTable({ caption, differences, models, isPair = false }: {
  caption: string;
  differences: readonly Difference[];
  models: readonly ComparedModel[];
  isPair?: boolean;
}) {
  const named = (name: string) => models.find(({ model }) => model === name);
  const columns = [isPair ? "Pair" : "Model", "Test loss", ...r2Columns];
  const row = ({ model, against, nll_per_visit, r2 }: Difference) => (
    <tr key={model + against}>
      <th scope="row">
        {titleOf(model)}
        {isPair && ` − ${titleOf(against)}`}
      </th>
      <DifferenceCell
        estimate={nll_per_visit}
        sign={differenceSign(named(model), named(against))}
      />
      {codeKinds.map((kind) => <DifferenceCell key={kind} estimate={r2[kind]} />)}
    </tr>
  );
  return (
    <Table caption={caption} columns={columns}>
      {isPair
        ? differences.map(row)
        : <ModelRows models={differences} columns={columns.length} row={row} />}
    </Table>
  );
}

/** Every model against the first one, and all pairs where there are more. */
export function DifferencesSection({ differences, pairs, models }: Comparison) {
  const [{ against }] = differences;
  const isRepeated = models.some(({ spread }) => spread !== undefined);
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">Which differences exceed sampling variation?</h2>
      <p>
        Each model minus{" "}
        {titleOf(against)}. All models were evaluated on the same resamples of the real patients, so
        the variation that they share cancels out. Differences in bold exceed sampling variation.
        {!isRepeated &&
          " Each model was trained once: another random seed would change its figures too."}
      </p>
      <DifferenceTable
        caption="Below 0 is better for the test loss, above 0 for R²"
        differences={differences}
        models={models}
      />
      {pairs.length > differences.length && (
        <details>
          <summary>All {pairs.length} pairs of models</summary>
          <DifferenceTable
            caption="Each model minus each of those before it"
            differences={pairs}
            models={models}
            isPair
          />
        </details>
      )}
    </section>
  );
}
