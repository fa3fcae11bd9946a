/** @jsxImportSource preact */
/**
 * The sections of a comparison on fidelity, utility and privacy: the key figures of each model between
 * floor and ceiling, what each of them says, and the differences from the first model.
 *
 * @module
 */
import type { Comparison, Difference } from "../../evaluate/comparison.ts";
import {
  bestOf,
  type CohortFigures,
  type KeyFigure,
  keyFigures,
} from "../../evaluate/key_figures.ts";
import type { MeasureKind } from "../../evaluate/measures.ts";
import type { Estimate } from "../../evaluate/report.ts";
import { titleOf } from "../../models/mod.ts";
import { Interval, None, Table } from "../report/page_parts.tsx";
import { DifferenceCell } from "./differences_section.tsx";
import { ModelRows } from "./model_rows.tsx";
import { decimals } from "./model_table.tsx";

/** What the figures of each kind answer. */
const questions: Readonly<Record<MeasureKind, string>> = {
  fidelity: "Fidelity: do synthetic records resemble real ones?",
  utility: "Utility: can synthetic records replace real ones?",
  privacy: "Privacy: what do synthetic records disclose?",
};

/** What a table of each kind does not say. */
const cautions: Readonly<Record<MeasureKind, string | undefined>> = {
  fidelity: undefined,
  utility: undefined,
  privacy: "Attacks that find nothing are no proof of privacy: other attacks may find more. The " +
    "ceiling is an attack that finds nothing.",
};

/** A figure with its interval, if it has one. */
function Figure({ estimate }: { estimate: Estimate | null }) {
  if (estimate === null) return <None />;
  const { value, low, high } = estimate;
  return low === high ? <>{decimals(value)}</> : <Interval estimate={estimate} text={decimals} />;
}

function Cells({ figures }: { figures: readonly (Estimate | null)[] }) {
  return (
    <>
      {figures.map((estimate, i) => (
        <td key={i}>
          <Figure estimate={estimate} />
        </td>
      ))}
    </>
  );
}

/** A row for scale. */
function ScaleRow({ name, figures }: { name: string; figures: readonly (Estimate | null)[] }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <Cells figures={figures} />
    </tr>
  );
}

const columnOf = ({ name, quantity }: KeyFigure) => `${name} (${quantity})`;

function DifferenceTable({ kind, keys, differences }: {
  kind: MeasureKind;
  keys: readonly KeyFigure[];
  differences: readonly Difference[];
}) {
  const known = keys.filter(({ figure }) =>
    differences.some(({ figures }) => figures[figure] !== undefined)
  );
  if (known.length === 0) return null;
  const [{ against }] = differences;
  const columns = ["Model", ...known.map(columnOf)];
  return (
    <details>
      <summary>Differences from {titleOf(against)}</summary>
      <Table
        caption={"From the same resamples of the real patients. In bold: more than sampling " +
          "variation explains. Figures without resamples are not here."}
        label={`Differences in ${kind} from ${titleOf(against)}`}
        columns={columns}
      >
        <ModelRows
          models={differences}
          columns={columns.length}
          row={({ model, figures }) => (
            <tr key={model}>
              <th scope="row">{titleOf(model)}</th>
              {known.map(({ figure }) => (
                <DifferenceCell key={figure} estimate={figures[figure] ?? null} />
              ))}
            </tr>
          )}
        />
      </Table>
    </details>
  );
}

function KindSection({ kind, comparison }: { kind: MeasureKind; comparison: Comparison }) {
  const { models, differences, scale, ceiling } = comparison;
  const keys = keyFigures.filter(({ kind: own, of }) =>
    own === kind && models.some((model) => of(model) !== null)
  );
  if (keys.length === 0) return null;
  const columns = ["Model", ...keys.map(columnOf)];
  const heldOut: CohortFigures = scale?.ceiling ?? { fidelity: ceiling };
  const best = keys.map((key) =>
    models.map((model) => bestOf(key, model, heldOut)).find((each) => each !== null) ?? null
  );
  const at = (figures: CohortFigures = {}) => keys.map(({ of }) => of(figures));
  return (
    <section aria-labelledby={kind}>
      <h2 id={kind}>{questions[kind]}</h2>
      <Table
        caption="With 95% intervals"
        label={`Figures of ${kind}`}
        columns={columns}
      >
        <ModelRows
          models={models}
          columns={columns.length}
          row={(model) => (
            <tr key={model.model}>
              <th scope="row">{titleOf(model.model)}</th>
              <Cells figures={keys.map(({ of }) => of(model))} />
            </tr>
          )}
          below={
            <>
              <ScaleRow name="held-out real (ceiling)" figures={best} />
              <ScaleRow name="independent draws (floor)" figures={at(scale?.floor)} />
              <ScaleRow name="copies of training records" figures={at(scale?.memoriser)} />
            </>
          }
        />
      </Table>
      <ul>
        {keys.map(({ figure, name, better, says }) => (
          <li key={figure}>
            <strong>{name}</strong>, {better} is good: {says}
          </li>
        ))}
      </ul>
      {cautions[kind] !== undefined && <p class="reading">{cautions[kind]}</p>}
      {differences.length > 0 && (
        <DifferenceTable kind={kind} keys={keys} differences={differences} />
      )}
    </section>
  );
}

/** A section for each kind of measures that was asked. */
export function KindSections({ comparison }: { comparison: Comparison }) {
  return (
    <>
      <KindSection kind="fidelity" comparison={comparison} />
      <KindSection kind="utility" comparison={comparison} />
      <KindSection kind="privacy" comparison={comparison} />
    </>
  );
}
