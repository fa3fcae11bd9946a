/** @jsxImportSource preact */
/**
 * The section of a comparison on the spread over random seeds.
 *
 * @module
 */
import type { Comparison } from "../../evaluate/comparison.ts";
import { codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import type { SeedSpread } from "../../evaluate/seed_spread.ts";
import { titleOf } from "../../models/mod.ts";
import { probabilityKinds } from "../figures/probability_scatter.ts";
import { minus, None, Table } from "../report/page_parts.tsx";
import { ModelRows } from "./model_rows.tsx";

const text = (value: number) => minus(value.toFixed(3));

function SpreadCell({ spread }: { spread: SeedSpread | undefined }) {
  if (spread === undefined) {
    return (
      <td>
        <None />
      </td>
    );
  }
  const known = spread.values.filter((value): value is number => Number.isFinite(value));
  return (
    <td>
      {text(spread.mean)} ± {text(spread.sd)}{" "}
      <span class="interval">{text(Math.min(...known))} to {text(Math.max(...known))}</span>
    </td>
  );
}

/** Mean, standard deviation and range over the seeds; nothing with one seed. */
export function SeedsSection({ models }: Comparison) {
  const seeds = models.find(({ spread }) => spread !== undefined)?.spread?.seeds;
  if (seeds === undefined) return null;
  const figures = ["nll_per_visit", ...codeKinds.map((kind) => `${kind}.r2`)];
  const columns = [
    "Model",
    "Test loss",
    ...codeKinds.map((kind) => `R², ${probabilityKinds[kind].title.toLowerCase()}`),
  ];
  return (
    <section aria-labelledby="seeds">
      <h2 id="seeds">How much does the random seed matter?</h2>
      <p>
        Each model was trained, and generated records, with {seeds.length} random seeds:{" "}
        {seeds.join(", ")}. All other figures on this page are of seed{" "}
        {seeds[0]}; their intervals say how far other patients would move them, and this table says
        how far another seed does.
      </p>
      <Table
        caption="Mean ± standard deviation over the random seeds, and the smallest and largest figure"
        columns={columns}
      >
        <ModelRows
          models={models}
          columns={columns.length}
          row={({ model, spread }) => (
            <tr key={model}>
              <th scope="row">{titleOf(model)}</th>
              {figures.map((figure) => (
                <SpreadCell
                  key={figure}
                  spread={spread?.figures[figure]}
                />
              ))}
            </tr>
          )}
        />
      </Table>
    </section>
  );
}
