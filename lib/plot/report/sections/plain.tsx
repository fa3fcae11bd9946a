/** @jsxImportSource preact */
/**
 * The section of a measure without a picture: its question, and a table of all its figures.
 *
 * @module
 */
import { type FigureRow, figureRows } from "../../../evaluate/figure_rows.ts";
import type { FidelityFigures } from "../../../evaluate/report.ts";
import { Interval, minus, None, Table } from "../page_parts.tsx";
import { scaleOf, type Section } from "./section.ts";

const text = (value: number) => minus(String(Number(value.toPrecision(4))));

function Cell({ row }: { row: FigureRow | undefined }) {
  if (row === undefined) return <None />;
  const { value, low, high } = row;
  if (low === undefined || high === undefined) return <>{text(value)}</>;
  return <Interval estimate={{ value, low, high }} text={text} />;
}

/** What a measure says on its scale. */
export interface PlainContents {
  readonly name: string;
  readonly question: string;
  /** Of the synthetic records, the held-out ones, the floor and the memoriser. */
  readonly scale: Readonly<Record<"own" | "ceiling" | "floor" | "memoriser", unknown>>;
}

/** A measure's question and a table of its figures; nothing where it has none. */
export function PlainSection({ name, question, scale }: PlainContents) {
  const rows = figureRows(scale.own);
  if (rows.length === 0) return null;
  const others = [scale.ceiling, scale.floor, scale.memoriser].map((each) =>
    new Map(figureRows(each))
  );
  return (
    <section aria-labelledby={name}>
      <h2 id={name}>{question}</h2>
      <Table
        caption="With 95% intervals"
        label={`Figures: ${question}`}
        columns={[
          "Figure",
          "Synthetic",
          "Held-out real (ceiling)",
          "Independent draws (floor)",
          "Copies of training records",
        ]}
      >
        {rows.map(([row, own]) => (
          <tr key={row}>
            <th scope="row">{row.charAt(0).toUpperCase() + row.slice(1)}</th>
            <td class="strong">
              <Cell row={own} />
            </td>
            {others.map((figures, column) => (
              <td key={column}>
                <Cell row={figures.get(row)} />
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </section>
  );
}

/** The plain section of a measure of fidelity. */
export function plainSection(key: keyof FidelityFigures, question: string): Section {
  return {
    keys: [key],
    anchor: () => key,
    pictures: () => [],
    View({ fidelity }) {
      const scale = scaleOf(fidelity, key);
      return scale === undefined
        ? null
        : <PlainSection name={key} question={question} scale={scale} />;
    },
  };
}
