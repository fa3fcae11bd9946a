/** @jsxImportSource preact */
/**
 * The section of a measure that is told by its figures: its question, a picture where
 * `measure_pictures.ts` has one, and a table of all its figures.
 *
 * @module
 */
import { type FigureRow, figureRows, figureSentences } from "../../../evaluate/figure_rows.ts";
import { figureWords } from "../../../evaluate/figure_words.ts";
import type { MeasureKind } from "../../../evaluate/measures.ts";
import { capital } from "../../../evaluate/summary/words.ts";
import { counted } from "../../../in_words.ts";
import type { FidelityFigures } from "../../../evaluate/report.ts";
import { Interval, minus, None, Table } from "../page_parts.tsx";
import { Figure, type Picture } from "../../page/picture.tsx";
import { picturesOfMeasure } from "./measure_pictures.ts";
import { scaleOf, type Section } from "./section.ts";

/** What sums of floating-point numbers leave where the figure is 0. */
const rounding = 1e-12;

/** Four digits; counts have all of theirs. */
function text(value: number): string {
  if (Math.abs(value) < rounding) return "0";
  return Number.isInteger(value)
    ? minus(counted(value))
    : minus(String(Number(value.toPrecision(4))));
}

function Cell({ row }: { row: FigureRow | undefined }) {
  if (row === undefined) return <None />;
  const { value, low, high } = row;
  if (low === undefined || high === undefined) return <>{text(value)}</>;
  return <Interval estimate={{ value, low, high }} text={text} />;
}

/** What a measure says on its scale. */
export interface PlainContents {
  readonly kind: MeasureKind;
  readonly name: string;
  readonly question: string;
  /** Of the synthetic records, the held-out ones, the floor and the memoriser. */
  readonly scale: Readonly<Record<"own" | "ceiling" | "floor" | "memoriser", unknown>>;
  /** All pictures of the page, by their file's name without ending. */
  readonly pictures: ReadonlyMap<string, Picture>;
}

/** Rows of a measure that are shown at once; the others unfold. */
const mostRows = 8;

/** The columns beside that of the synthetic records, in the order of their figures. */
const scaleColumns = [
  ["ceiling", "Held-out real (ceiling)"],
  ["floor", "Independent draws (floor)"],
  ["memoriser", "Copies of training records"],
] as const;

/** A column of the scale: what it is of, and its figures by their names. */
interface ScaleColumn {
  readonly name: string;
  readonly figures: ReadonlyMap<string, FigureRow>;
}

/** Says of whom "these records" are where rows name them. */
const captionOf = (names: readonly string[]) =>
  names.some((name) => /these records/.test(name))
    ? "With 95% intervals. “These records” are those of the column"
    : "With 95% intervals";

/** A table of figures on their scale. */
function ScaleTable({ rows, others, label }: {
  rows: readonly (readonly [string, FigureRow])[];
  others: readonly ScaleColumn[];
  label: string;
}) {
  return (
    <Table
      caption={captionOf(rows.map(([name]) => name))}
      label={label}
      columns={["Figure", "Synthetic", ...others.map(({ name }) => name)]}
    >
      {rows.map(([row, own]) => (
        <tr key={row}>
          <th scope="row">{capital(row)}</th>
          <td class="strong">
            <Cell row={own} />
          </td>
          {others.map(({ name, figures }) => (
            <td key={name}>
              <Cell row={figures.get(row)} />
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
}

/** A measure's question, what it concludes, and its figures; nothing where it has none. */
export function PlainSection({ kind, name, question, scale, pictures }: PlainContents) {
  const words = figureWords(name);
  const rows = figureRows(scale.own, words);
  const sentences = figureSentences(scale.own);
  if (rows.length === 0 && sentences.length === 0) return null;
  const others = scaleColumns.map(([of, name]) => ({
    name,
    figures: new Map(figureRows(scale[of], words)),
  })).filter(({ figures }) => rows.some(([row]) => figures.has(row)));
  const [first, more] = rows.length > mostRows + 2
    ? [rows.slice(0, mostRows), rows.slice(mostRows)]
    : [rows, []];
  return (
    <section aria-labelledby={name}>
      <h2 id={name}>{question}</h2>
      {sentences.map((sentence) => <p class="reading" key={sentence}>{sentence}</p>)}
      {picturesOfMeasure(kind, name).map(({ file, caption }) => (
        <Figure key={file} picture={pictures.get(file)} caption={caption} />
      ))}
      {first.length > 0 && (
        <ScaleTable rows={first} others={others} label={`Figures: ${question}`} />
      )}
      {more.length > 0 && (
        <details>
          <summary>{counted(more.length)} more figures</summary>
          <ScaleTable rows={more} others={others} label={`More figures: ${question}`} />
        </details>
      )}
    </section>
  );
}

/** The plain section of a measure of fidelity. */
export function plainSection(key: keyof FidelityFigures, question: string): Section {
  return {
    keys: [key],
    anchor: () => key,
    pictures: () => [],
    View({ fidelity, pictures }) {
      const scale = scaleOf(fidelity, key);
      return scale === undefined ? null : (
        <PlainSection
          kind="fidelity"
          name={key}
          question={question}
          scale={scale}
          pictures={pictures}
        />
      );
    },
  };
}
