/** @jsxImportSource preact */
/**
 * The section of a measure without a picture: its question, and a table of all its figures.
 *
 * @module
 */
import type { FidelityFigures } from "../../../evaluate/report.ts";
import { Interval, minus, None, Table } from "../page_parts.tsx";
import { scaleOf, type Section } from "./section.ts";
import { counted } from "../../../in_words.ts";

/** A number of a measure, with an interval where it has one. */
interface Row {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** A value that has names. */
function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** An estimate's or an R²'s three numbers. */
function withInterval(value: Readonly<Record<string, unknown>>, names: readonly string[]) {
  const [own, low, high] = names.map((name) => value[name]);
  return typeof own === "number" && typeof low === "number" && typeof high === "number"
    ? { value: own, low, high }
    : undefined;
}

/** The name of a row of a list: its first text, or its number. */
function nameIn(list: boolean, [name, value]: readonly [string, unknown]): string {
  const text = list && isNamed(value)
    ? Object.values(value).find((each) => typeof each === "string")
    : undefined;
  return text ?? (list ? String(Number(name) + 1) : name.replaceAll("_", " "));
}

/** All numbers in the figures of a measure, with the path to each. */
function rowsOf(figures: unknown, path: readonly string[] = []): [name: string, row: Row][] {
  const name = path.join(", ");
  if (typeof figures === "number") return [[name, { value: figures }]];
  if (!isNamed(figures)) return [];
  const estimate = withInterval(figures, ["value", "low", "high"]);
  if (estimate !== undefined) return [[name, estimate]];
  const r2 = withInterval(figures, ["r2", "r2_low", "r2_high"]);
  const rest = Object.entries(figures).filter(([key]) => r2 === undefined || !/^r2(_|$)/.test(key));
  return [
    ...(r2 === undefined ? [] : [[[...path, "R²"].join(", "), r2] satisfies [string, Row]]),
    ...rest.flatMap((entry) => rowsOf(entry[1], [...path, nameIn(Array.isArray(figures), entry)])),
  ];
}

const text = (value: number) => minus(String(Number(value.toPrecision(4))));

function Cell({ row }: { row: Row | undefined }) {
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
  readonly resamples: number;
}

/** A measure's question and a table of its figures; nothing where it has none. */
export function PlainSection({ name, question, scale, resamples }: PlainContents) {
  const rows = rowsOf(scale.own);
  if (rows.length === 0) return null;
  const others = [scale.ceiling, scale.floor, scale.memoriser].map((each) => new Map(rowsOf(each)));
  return (
    <section aria-labelledby={name}>
      <h2 id={name}>{question}</h2>
      <Table
        caption={`With 95% intervals from ${counted(resamples)} resamples of patients`}
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
            <th scope="row">{row}</th>
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
    View({ fidelity, resamples }) {
      const scale = scaleOf(fidelity, key);
      return scale === undefined
        ? null
        : <PlainSection name={key} question={question} scale={scale} resamples={resamples} />;
    },
  };
}
