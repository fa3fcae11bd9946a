/** What tests of notebooks need: Jupyter, and a notebook's JSON (nbformat 4). */
import { parseHTML } from "linkedom";
import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  environmentFolder,
  type JupyterEnvironment,
  jupyterEnvironment,
  notebooksFolder,
  pythonOf,
  runNotebook,
} from "../../tasks/notebooks/jupyter.ts";
import { testWith, type Wanted } from "../wants.ts";

/** Jupyter with what runs notebooks, from PyPI the first time. */
export async function jupyter(): Promise<Wanted<JupyterEnvironment>> {
  try {
    return { thing: await jupyterEnvironment("run") };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof Deno.errors.NotFound || message.includes("no network")) {
      return { missing: message.replace(/^Cannot set up /, "") };
    }
    throw error;
  }
}

/** JupyterLab, where `deno task notebooks` has installed its 100 MB. */
export async function installedLab(): Promise<Wanted<JupyterEnvironment>> {
  const isInstalled = existsSync(pythonOf(environmentFolder("lab")));
  return isInstalled
    ? { thing: await jupyterEnvironment("lab") }
    : { missing: "JupyterLab: deno task notebooks" };
}

/** One output of a cell. */
export interface Output {
  readonly output_type: "execute_result" | "display_data" | "stream" | "error";
  /** Contents by media type, of results and displays. */
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
}

/** A cell; Jupyter gives texts whole or in lines. */
export interface Cell {
  readonly id: string;
  readonly cell_type: "code" | "markdown";
  readonly source: string | readonly string[];
  readonly outputs?: readonly Output[];
}

/** A notebook's file. */
export interface Notebook {
  readonly cells: readonly Cell[];
}

/** A notebook from its file. */
export async function readNotebook(path: string): Promise<Notebook> {
  return JSON.parse(await Deno.readTextFile(path));
}

/** A notebook with the outputs that a fresh kernel gives. */
export async function run(environment: JupyterEnvironment, path: string): Promise<Notebook> {
  const into = await Deno.makeTempFile({ suffix: ".ipynb" });
  try {
    await runNotebook(environment, path, into);
    return await readNotebook(into);
  } finally {
    await Deno.remove(into);
  }
}

/** A text that Jupyter may have split into lines. */
export function whole(text: string | readonly string[]): string {
  return typeof text === "string" ? text : text.join("");
}

/** The code cells, in order. */
export function codeCells({ cells }: Notebook): Cell[] {
  return cells.filter(({ cell_type }) => cell_type === "code");
}

/** What a cell shows as a media type; throws where the cell or its output is not there. */
export function shown({ cells }: Notebook, id: string, type: string): string {
  const cell = cells.find((cell) => cell.id === id);
  if (cell === undefined) throw new Error(`There is no cell "${id}"`);
  const found = cell.outputs?.find(({ data }) => data?.[type] !== undefined)?.data?.[type];
  if (found === undefined) throw new Error(`Cell "${id}" shows no ${type}`);
  return whole(found);
}

/** The image that a cell with live scatters shows where Jupyter takes out what is live, as SVG. */
export function stillFigure(notebook: Notebook, id: string): string {
  const [, base64] =
    shown(notebook, id, "text/html").match(/data:image\/svg\+xml;base64,([^"]+)/) ??
      [];
  if (base64 === undefined) throw new Error(`Cell "${id}" shows no image`);
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (each) => each.charCodeAt(0)));
}

/** The rows of a cell's table, each by the names of its columns. */
export function tableRows(notebook: Notebook, id: string): Record<string, string>[] {
  const [names, ...rows] = shown(notebook, id, "text/plain").split("\n")
    .map((line) => line.split("\t"));
  return rows.map((texts) => Object.fromEntries(names.map((name, i) => [name, texts[i]])));
}

/** The row of a cell's table in which columns have these texts. */
export function rowOf(
  notebook: Notebook,
  id: string,
  by: Readonly<Record<string, string>>,
): Record<string, string> {
  const row = tableRows(notebook, id)
    .find((each) => Object.entries(by).every(([name, text]) => each[name] === text));
  if (row === undefined) throw new Error(`"${id}" has no row of ${JSON.stringify(by)}`);
  return row;
}

/** Checks that no cell fails, and that each but the imports shows one thing. */
function assertShowsOneThingEach(notebook: Notebook): void {
  const outputs = codeCells(notebook).flatMap(({ outputs = [] }) => outputs);
  assertEquals(outputs.filter(({ output_type }) => output_type !== "execute_result"), []);
  assertEquals(outputs.length, codeCells(notebook).length - 1);
}

/**
 * Tests what a lesson shows to who runs it from top to bottom.
 *
 * @param name of its file
 * @param check gets the notebook with the outputs of a fresh kernel
 */
export async function lessonTest(
  name: string,
  check: (notebook: Notebook, t: Deno.TestContext) => Promise<void>,
): Promise<void> {
  const title = `${name} runs from top to bottom and shows what its text says`;
  testWith(await jupyter(), title, async (environment, t) => {
    const notebook = await run(environment, join(notebooksFolder, name));
    await t.step(
      "no cell fails, each but the imports shows one thing",
      () => assertShowsOneThingEach(notebook),
    );
    await check(notebook, t);
  });
}

/** The same of the solutions of its exercises, which repeat cells of the lesson word for word. */
export async function solutionsTest(
  name: string,
  check: (notebook: Notebook) => void | Promise<void>,
): Promise<void> {
  testWith(await jupyter(), `the solutions of ${name} run and hold`, async (environment) => {
    await assertCopiesItsLesson(name);
    const notebook = await run(environment, join(notebooksFolder, "solutions", name));
    assertShowsOneThingEach(notebook);
    await check(notebook);
  });
}

/** What a cell says: a text that it computes, in one line. */
export function said(notebook: Notebook, id: string): string {
  return shown(notebook, id, "text/markdown").replaceAll("\n", " ");
}

/**
 * An attribute of the elements of each group of marks in a figure, as numbers: heights of bars,
 * places of dots.
 *
 * @param label of the groups: "rect", "dot"
 */
export function groups(svg: string, label: string, attribute: string): number[][] {
  const found = svg.matchAll(new RegExp(`<g [^>]*class="mark-${label}"[^>]*>(.*?)</g>`, "gs"));
  return Array.from(found, ([, marks]) =>
    Array.from(
      marks.matchAll(new RegExp(` ${attribute}="(-?[\\d.]+)"`, "g")),
      ([, number]) => Number(number),
    ));
}

/** Mean distance of dots from the line y = x, of those whose place on the axis is from one share to another. */
export function meanGap(
  dots: readonly { x: number; y: number }[],
  [from, to]: readonly [number, number],
): number {
  const own = dots.filter(({ x }) => x >= from && x < to);
  return own.reduce((sum, { x, y }) => sum + Math.abs(y - x), 0) / own.length;
}

/** The dots at the left edge of logarithmic axes: what real records do not have. */
export function strip<Dot extends { x: number }>(dots: readonly Dot[]): Dot[] {
  const edge = Math.min(...dots.map(({ x }) => x));
  return dots.filter(({ x }) => x < edge + 0.002);
}

/** Where the dots of each panel of a scatter are, as shares of its frame from the lower left corner. */
export function dotPlaces(svg: string): { x: number; y: number }[][] {
  const { document } = parseHTML(`<html><body>${svg}</body></html>`);
  const number = (of: Element, name: string) => Number(of.getAttribute(name));
  const frame = document.querySelector("rect.mark-frame, .mark-frame rect");
  if (frame === null) throw new Error("the figure has no frame");
  const [left, top, width, height] = ["x", "y", "width", "height"].map((name) =>
    number(frame, name)
  );
  const parts = [...document.querySelectorAll(".mark-dot")].flatMap((group) => {
    const panels = [...group.children].filter(({ tagName }) => tagName.toLowerCase() === "g");
    return panels.length > 0 ? panels : [group];
  });
  // a panel has a part for each opacity of dots, all at the same place
  const panels = Map.groupBy(parts, (part) => part.getAttribute("transform") ?? "");
  return Array.from(
    panels.values(),
    (own) =>
      own.flatMap((part) => [...part.querySelectorAll("circle")]).map((dot) => ({
        x: (number(dot, "cx") - left) / width,
        y: 1 - (number(dot, "cy") - top) / height,
      })),
  );
}

/** Checks that the cells that solutions repeat of their lesson are the lesson's, word for word. */
async function assertCopiesItsLesson(name: string): Promise<void> {
  const lesson = await readNotebook(join(notebooksFolder, name));
  const sources = new Map(lesson.cells.map(({ id, source }) => [`lesson-${id}`, whole(source)]));
  const { cells } = await readNotebook(join(notebooksFolder, "solutions", name));
  const repeated = cells.filter(({ id }) => id.startsWith("lesson-"));
  for (const { id, source } of repeated) assertEquals(whole(source), sources.get(id), id);
}
