/**
 * Figures as files for print, and their points as CSV beside them.
 *
 * @module
 */
import { join } from "node:path";
import { storedPoints } from "../figures/figure_points.ts";
import { pngOf } from "./png.ts";

/**
 * Writes a `.svg` for each figure, a `.csv` where it carries its points, and a `.csv` for each table.
 * With `png`, also a `.png` for each figure.
 *
 * @param folder is made if it does not exist
 * @param options.tables further tables, by their file's name without ending
 */
export async function writeFigures(
  folder: string,
  figures: ReadonlyMap<string, SVGSVGElement>,
  { tables, png = false }: {
    readonly tables: ReadonlyMap<string, string>;
    readonly png?: boolean | undefined;
  },
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, svg] of figures) {
    await Deno.writeTextFile(join(folder, `${name}.svg`), svg.outerHTML + "\n");
    if (png) await Deno.writeFile(join(folder, `${name}.png`), await pngOf(svg.outerHTML));
    const points = storedPoints(svg);
    if (points !== undefined) await Deno.writeTextFile(join(folder, `${name}.csv`), points);
  }
  for (const [name, table] of tables) {
    await Deno.writeTextFile(join(folder, `${name}.csv`), table);
  }
}
