/** The book, built once into a folder of its own for the tests of its pages. */
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseHTML } from "linkedom";
import { notebooksFolder } from "../../../tasks/notebooks/jupyter.ts";
import { writeApi } from "../../../tasks/site/api.ts";
import { buildSite } from "../../../tasks/site/build.ts";

/** Builds the book with the outputs that are stored in the lessons; the page to play with is empty. */
export async function builtSite(folder: string): Promise<void> {
  await writeApi(fileURLToPath(new URL("../../../", import.meta.url)), folder);
  await Deno.writeTextFile(join(folder, "play.html"), "<!DOCTYPE html><title>Play</title>");
  await buildSite(folder, { lessons: notebooksFolder });
}

/** Paths of all files in a folder and below, from it. */
export async function filesOf(folder: string, from = ""): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(folder, from)));
  const paths = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = posix.join(from, name);
    return isDirectory ? filesOf(folder, path) : Promise.resolve([path]);
  }));
  return paths.flat().sort();
}

/** The pages of a site but those of `deno doc`, by their paths. */
export async function documentsOf(folder: string): Promise<Map<string, Document>> {
  const pages = (await filesOf(folder)).filter((path) =>
    path.endsWith(".html") && !path.startsWith("api/")
  );
  return new Map(
    await Promise.all(pages.map(async (path) => {
      const { document } = parseHTML(await Deno.readTextFile(join(folder, path)));
      return [path, document] as const;
    })),
  );
}

/** What the links of pages lead to and is not there, each with the page that links to it. */
export function deadLinks(documents: ReadonlyMap<string, Document>, files: ReadonlySet<string>) {
  const ids = new Map(
    Array.from(documents, ([path, document]) => [
      path,
      new Set(Array.from(document.querySelectorAll("[id]"), ({ id }) => id)),
    ]),
  );
  return [...documents].flatMap(([path, document]) =>
    Array.from(document.querySelectorAll("[href], [src]")).flatMap((element) => {
      const address = element.getAttribute("href") ?? element.getAttribute("src") ?? "";
      // of a figure, an address within it
      if (/^(https?|data|mailto):/.test(address) || element.closest("svg") !== null) return [];
      const [target, fragment] = address.split("#");
      const file = target === "" ? path : posix.join(posix.dirname(path), target);
      const isThere = files.has(file) &&
        (fragment === undefined || ids.get(file)?.has(decodeURIComponent(fragment)) === true);
      return isThere ? [] : [`${path}: ${address}`];
    })
  );
}
