/** @jsxImportSource preact */
/**
 * A model as a drawing: a record as the model sees it, and the parts that it goes through, each with
 * the shape of its largest matrix and the number of its parameters.
 *
 * @module
 */
import type { JSX } from "preact";
import { counted } from "ehrloom/in_words.ts";
import type { StepKind } from "./model_facts.ts";

/** A part with what its parameters are. */
export interface DrawnPart {
  readonly name: string;
  readonly does: string;
  readonly isTriangular: boolean;
  /** Numbers of its parameters; null where that depends on the records. */
  readonly numbers: number | null;
  /** The shape of its largest matrix. */
  readonly largest: readonly number[];
}

const width = 440;
const boxHeight = 84;
const gap = 28;

/** Which cells of the drawn rows are on: start, labels, and three visits. */
const rows: readonly (readonly [string, readonly number[]])[] = [
  ["start", [13]],
  ["labels", [10, 12]],
  ["visit 1", [0, 3, 4]],
  ["visit 2", [3, 7]],
  ["visit 3", [1, 3, 8, 14]],
];

const tokens = ["start", "label", "end", "code", "code", "end", "…"];

/** A record as rows: a row a step, a column for each code, label and sign. */
function Rows({ columns }: { columns: number }) {
  return (
    <>
      {rows.map(([name, on], row) => (
        <g key={name} transform={`translate(0 ${8 + row * 20})`}>
          <text x="70" y="13" text-anchor="end" class="soft">{name}</text>
          {Array.from({ length: 16 }, (_, column) => (
            <rect
              key={column}
              x={82 + column * 21}
              width="16"
              height="16"
              rx="2"
              class={on.includes(column) ? "on" : "off"}
            />
          ))}
        </g>
      ))}
      <text x="82" y="128" class="soft">{counted(columns)} columns: codes, labels, signs</text>
    </>
  );
}

/** A record as tokens: one after the other. */
function Tokens({ columns }: { columns: number }) {
  return (
    <>
      {tokens.map((name, i) => (
        <g key={i} transform={`translate(${14 + i * 59} 40)`}>
          <rect width="53" height="32" rx="6" class={name === "code" ? "on" : "off"} />
          <text x="26.5" y="21" text-anchor="middle" class={name === "code" ? "inverse" : ""}>
            {name}
          </text>
        </g>
      ))}
      <text x="14" y="100" class="soft">
        one token after the other, of {counted(columns)} kinds
      </text>
    </>
  );
}

/** A part as a box, with an arrow from what is above it. */
function Box({ part, at }: { part: DrawnPart; at: number }) {
  const { name, numbers, largest, isTriangular } = part;
  const shape = largest.map((size) => size < 0 ? "by the records" : counted(size)).join(" × ");
  return (
    <g transform={`translate(0 ${at})`}>
      <path d={`M${width / 2} ${4 - gap} v${gap - 8} m-5 -6 l5 6 l5 -6`} class="arrow" />
      <rect x="8" width={width - 16} height={boxHeight} rx="8" class="part" />
      {isTriangular
        ? <path d="M24 21 v42 h42 z" class="on" />
        : <rect x="24" y="21" width="42" height="42" rx="3" class="matrix" />}
      <text x="84" y="27" class="name">{name}</text>
      <text x="84" y="49" class="soft">
        largest: {shape}
        {isTriangular ? ", lower triangular" : ""}
      </text>
      <text x="84" y="70" class="soft">
        {numbers === null ? "" : `${counted(numbers)} parameters in all`}
      </text>
    </g>
  );
}

/** The drawing. */
export function ModelDrawing({ title, steps, columns, parts }: {
  title: string;
  steps: StepKind;
  columns: number;
  parts: readonly DrawnPart[];
}): JSX.Element {
  const top = steps === "rows" ? 166 : 138;
  const height = top + parts.length * (boxHeight + gap) - gap + 4;
  return (
    <svg
      class="drawing"
      role="img"
      aria-label={`${title}: ${parts.map(({ name }) => name).join(", then ")}`}
      viewBox={`0 0 ${width} ${height}`}
      xmlns="http://www.w3.org/2000/svg"
    >
      {steps === "rows" ? <Rows columns={columns} /> : <Tokens columns={columns} />}
      {parts.map((part, i) => <Box key={part.name} part={part} at={top + i * (boxHeight + gap)} />)}
    </svg>
  );
}
