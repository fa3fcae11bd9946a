/** @jsxImportSource preact */
/**
 * The rows of a table of models: first those that are compared, then the floors, set apart.
 *
 * @module
 */
import type { JSX } from "preact";
import { contestantsAndFloors } from "../../evaluate/rankings.ts";
import { floorOf, titleOf } from "../../models/mod.ts";
import { Apart } from "../report/page_parts.tsx";

/** Why each floor stands apart, in a sentence each. */
export function floorReasons(floors: readonly { readonly model: string }[]): string {
  return floors.map(({ model }) => `${titleOf(model)}: ${floorOf(model)}`).join(" ");
}

/** A row for each model; `below` are further rows for scale, such as the ceiling. */
export function ModelRows<M extends { readonly model: string }>(
  { models, columns, row, why = "For scale, not ranked", below }: {
    readonly models: readonly M[];
    readonly columns: number;
    readonly row: (model: M) => JSX.Element;
    readonly why?: string;
    readonly below?: JSX.Element;
  },
) {
  const { contestants, floors } = contestantsAndFloors(models);
  return (
    <>
      {contestants.map(row)}
      {(floors.length > 0 || below !== undefined) && <Apart columns={columns}>{why}</Apart>}
      {floors.map(row)}
      {below}
    </>
  );
}
