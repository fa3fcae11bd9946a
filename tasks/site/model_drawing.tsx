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

const width = 640;
const boxHeight = 74;
const gap = 26;
const top = 150;

/** Which cells of the drawn rows are on: start, labels, and three visits. */
const rows: readonly (readonly [string, readonly number[]])[] = [
  ["start", [13]],
  ["labels", [10, 12]],
  ["visit 1", [0, 3, 4]],
  ["visit 2", [3, 7]],
  ["visit 3", [1, 3, 8, 14]],
];

const tokens = ["start", "label", "end", "code", "code", "end", "code", "end", "…"];

/** A record as rows: a row a step, a column for each code, label and sign. */
function Rows({ columns }: { columns: number }) {
  return (
    <>
      {rows.map(([name, on], row) => (
        <g key={name} transform={`translate(0 ${18 + row * 19})`}>
          <text x="150" y="12" text-anchor="end" class="soft">{name}</text>
          {Array.from({ length: 16 }, (_, column) => (
            <rect
              key={column}
              x={160 + column * 19}
              width="15"
              height="15"
              rx="2"
              class={on.includes(column) ? "on" : "off"}
            />
          ))}
        </g>
      ))}
      <text x="476" y="48" class="soft">{counted(columns)} columns:</text>
      <text x="476" y="66" class="soft">codes, labels, signs</text>
    </>
  );
}

/** A record as tokens: one after the other. */
function Tokens({ columns }: { columns: number }) {
  return (
    <>
      {tokens.map((name, i) => (
        <g key={i} transform={`translate(${14 + i * 68} 42)`}>
          <rect width="60" height="32" rx="6" class={name === "code" ? "on" : "off"} />
          <text x="30" y="21" text-anchor="middle" class={name === "code" ? "inverse" : ""}>
            {name}
          </text>
        </g>
      ))}
      <text x="14" y="104" class="soft">one token after the other, of {counted(columns)} kinds</text>
    </>
  );
}

/** A part as a box, with an arrow from what is above it. */
function Box({ part, at }: { part: DrawnPart; at: number }) {
  const { name, numbers, largest, isTriangular } = part;
  const shape = largest.map((size) => size < 0 ? "as many as records have" : counted(size));
  return (
    <g transform={`translate(0 ${at})`}>
      <path d={`M${width / 2} ${4 - gap} v${gap - 8} m-5 -6 l5 6 l5 -6`} class="arrow" />
      <rect x="14" width={width - 28} height={boxHeight} rx="8" class="part" />
      {isTriangular
        ? <path d="M32 16 v42 h42 z" class="on" />
        : <rect x="32" y="16" width="42" height="42" rx="3" class="matrix" />}
      <text x="92" y="33" class="name">{name}</text>
      <text x="92" y="55" class="soft">
        largest: {shape.join(" × ")}
        {isTriangular ? ", lower triangular" : ""}
      </text>
      <text x={width - 30} y="33" text-anchor="end" class="soft">
        {numbers === null ? "" : `${counted(numbers)} parameters`}
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
  const height = top + parts.length * (boxHeight + gap);
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
