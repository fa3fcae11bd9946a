/**
 * The style of all pages: the colours of figures as the page's own variables, so that figures are as
 * readable on a dark page as on a light one, `palette.css` and `figures.css`, and for reports and
 * comparisons `report.css`, `scatters.css` and `print.css`.
 *
 * @module
 */
import { type Coloured, colours, darkColours, wordColours } from "../figures/colours.ts";
import css from "../report/report.css" with { type: "text" };
import figures from "./figures.css" with { type: "text" };
import palette from "./palette.css" with { type: "text" };
import print from "./print.css" with { type: "text" };
import scatters from "./scatters.css" with { type: "text" };

const names = Object.keys(wordColours).filter((name): name is Coloured => name in colours);

function variables(marks: Readonly<Record<Coloured, string>>, words = marks): string {
  return names.map((name) => `--${name}: ${marks[name]}; --${name}-word: ${words[name]};`).join(
    " ",
  );
}

/** Rules that give what a figure draws in a colour the page's variable of that colour. */
function figureRules(): string {
  const variableOf: Record<string, string> = {};
  for (const name of names) {
    variableOf[wordColours[name]] = `var(--${name}-word)`;
    variableOf[colours[name]] = `var(--${name})`;
  }
  return Object.entries(variableOf).flatMap(([colour, variable]) =>
    ["fill", "stroke"].map((side) => `figure svg [${side}="${colour}"] { ${side}: ${variable}; }`)
  ).join("\n");
}

/** The colours of a page and of its figures, light and dark. */
export const pageColours: string = `:root { ${variables(colours, wordColours)} }
@media screen and (prefers-color-scheme: dark) { :root { ${variables(darkColours)} } }
${figureRules()}
${palette}${figures}`;

/** The text of the style element. */
export const pageStyle: string = `${pageColours}${css}${scatters}${print}`;
