/**
 * What makes the scatters of a page interactive and saves its figures, as the text of a script. The page carries it
 * beside D3's, since a page that is opened from a disk can load no modules.
 *
 * Each export of `mod.ts` becomes a constant of the script, and all of them share one scope. So
 * those modules may use each other's exports under their own names, D3 as an argument, and what
 * browsers have; whatever else they use must be exported. A test finds what is missing.
 *
 * @module
 */
import * as modules from "./mod.ts";

/** What can stand in a script as text. */
type Constant =
  | ((...values: never[]) => unknown)
  | number
  | string
  | Readonly<Record<string, number | string>>;

const constants: Readonly<Record<string, Constant>> = modules;

const definitions = Object.entries(constants).map(([name, value]) =>
  `const ${name} = ${typeof value === "function" ? value : JSON.stringify(value)};`
);

/** The page's script; D3's comes before it. */
export const pageScript: string = `"use strict";
{
${definitions.join("\n")}
startPage(d3);
}
`;
