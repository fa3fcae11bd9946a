/**
 * The tutorials as people work with them: copies, so that what they change and Jupyter saves leaves
 * the project as it is.
 *
 * @module
 */
import { dirname, isAbsolute, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { isThere } from "../../lib/files/is_there.ts";
import { replaceText } from "../../lib/files/output.ts";
import { version } from "../../lib/version.ts";
import { notebooksFolder } from "./jupyter.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** The paths of the tutorials in their folder, in reading order, and then of the solutions of their exercises. */
export function tutorialNames(): string[] {
  const within = (folder: string) =>
    Array.from(Deno.readDirSync(join(notebooksFolder, folder)), ({ name }) => join(folder, name))
      .filter((name) => name.endsWith(".ipynb")).sort();
  return [...within(""), ...within("solutions")];
}

/** Lets notebooks outside the project import "ehrloom", unless something there decides already. */
async function linkProject(folder: string): Promise<void> {
  const path = relative(project, folder);
  const isWithin = !isAbsolute(path) && !path.startsWith("..");
  if (isWithin || await isThere(join(folder, "deno.json"))) return;
  const config = {
    links: [project],
    imports: { ehrloom: `jsr:@ehrloom/ehrloom@${version}` },
  };
  await replaceText(join(folder, "deno.json"), JSON.stringify(config, null, 2) + "\n");
}

/**
 * Copies the tutorials into a folder. A tutorial that is there stays as it is, and so do all other
 * files.
 *
 * @param folder is made if it does not exist
 * @param options.fresh replaces tutorials that are there: what was changed in them is lost
 * @returns paths of the copies that equal the project's tutorials
 */
export async function copyTutorials(
  folder: string,
  { fresh }: { readonly fresh: boolean },
): Promise<string[]> {
  await Deno.mkdir(folder, { recursive: true });
  await linkProject(folder);
  const unchanged: string[] = [];
  for (const name of tutorialNames()) {
    const original = await Deno.readTextFile(join(notebooksFolder, name));
    const copy = join(folder, name);
    await Deno.mkdir(dirname(copy), { recursive: true });
    if (fresh || !await isThere(copy)) await replaceText(copy, original);
    if (await Deno.readTextFile(copy) === original) unchanged.push(copy);
  }
  return unchanged;
}
