/**
 * The reference of all functions: pages by `deno doc`, and what the book's search finds of them.
 *
 * @module
 */
import { childOutput } from "../cli/child.ts";
import type { Section } from "./page_script.ts";
import type { SourceDocs } from "./source_docs.ts";

/** Folder of the reference in the site. */
const folderName = "api";
/** Where the reference begins. */
export const apiPage = `${folderName}/index.html`;

/**
 * Writes the reference of `mod.ts`.
 *
 * @throws {Error} If `deno doc` fails; the message is its own
 */
export async function writeApi(root: string, site: string): Promise<void> {
  const { success, stderr } = await childOutput(Deno.execPath(), {
    args: ["doc", "--html", `--output=${site}/${folderName}`, "--name=ehrloom", "mod.ts"],
    cwd: root,
  });
  if (!success) throw new Error(`Cannot write the API: ${new TextDecoder().decode(stderr)}`);
}

/** Names that the reference has a page for: `deno doc` makes none of those that `mod.ts` renames. */
async function pagesIn(site: string): Promise<Set<string>> {
  const files = await Array.fromAsync(Deno.readDir(`${site}/${folderName}/~`));
  return new Set(files.map(({ name }) => name.replace(/\.html$/, "")));
}

/** What the search finds: each exported name, with what its comment says. */
export async function apiSections(site: string, docs: SourceDocs): Promise<Section[]> {
  const pages = await pagesIn(site);
  return (docs.get("mod.ts")?.symbols ?? []).filter(({ name }) => pages.has(name)).map(
    ({ name, declarations }) => {
      const href = `${folderName}/~/${name}.html`;
      const [{ kind, jsDoc }] = declarations;
      const tags = (jsDoc?.tags ?? []).filter(({ kind }) => kind !== "example");
      const texts = [jsDoc?.doc, ...tags.map(({ doc }) => doc)].filter((text) =>
        text !== undefined
      );
      return {
        id: href,
        href,
        title: "API",
        heading: kind === "function" ? `${name}()` : name,
        text: texts.join(" ").replace(/\s+/g, " ").trim(),
      };
    },
  );
}
