/**
 * What the comments of the code say: modules, what they export, and the fields of their types, by
 * `deno doc`. So a page about a measure or a model says what its code says.
 *
 * @module
 */
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { childOutput } from "../cli/child.ts";

/** A comment: its text, and its tags. */
interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
}

/** A type as `deno doc` describes it; `value` has the types that it is made of. */
interface TsType {
  readonly kind: string;
  readonly value?: unknown;
}

/** A field of a type. */
export interface Field {
  readonly name: string;
  readonly jsDoc?: JsDoc;
  readonly tsType?: TsType;
}

/** What a module exports under a name. */
interface Declaration {
  readonly kind: string;
  readonly jsDoc?: JsDoc;
  readonly def?: { readonly properties?: readonly Field[]; readonly tsType?: TsType };
}

/** One module. */
export interface ModuleDoc {
  readonly module_doc?: JsDoc;
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly Declaration[];
  }[];
}

/** Modules by their paths from the root of the repository. */
export type SourceDocs = ReadonlyMap<string, ModuleDoc>;

/** Paths of all TypeScript files in a folder and below; of a file, its own. */
export async function* sourcesIn(folder: string): AsyncGenerator<string> {
  if (folder.endsWith(".ts")) return yield folder;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sourcesIn(`${folder}/${name}`);
    else if (/\.tsx?$/.test(name)) yield `${folder}/${name}`;
  }
}

/**
 * The comments of all modules in some folders and below, or of single ones.
 *
 * @param paths of folders and files, from the root
 * @throws {Error} If `deno doc` fails; the message is its own
 */
export async function sourceDocs(root: string, paths: readonly string[]): Promise<SourceDocs> {
  const files = await Promise.all(paths.map((at) => Array.fromAsync(sourcesIn(`${root}/${at}`))));
  const { success, stdout, stderr } = await childOutput(Deno.execPath(), {
    args: ["doc", "--json", ...files.flat()],
    cwd: root,
  });
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot read the code's comments: ${decoder.decode(stderr)}`);
  const { nodes }: { nodes: Record<string, ModuleDoc> } = JSON.parse(decoder.decode(stdout));
  const start = pathToFileURL(root).pathname;
  return new Map(
    Object.entries(nodes).map(([url, doc]) => [relative(start, new URL(url).pathname), doc]),
  );
}

/** A comment as Markdown: links to code are code, and the specifications that it cites are links. */
export function commentText(comment: JsDoc | undefined): string {
  const see = (comment?.tags ?? []).flatMap(({ kind, doc }) =>
    kind === "see" && doc !== undefined ? [`Source: ${doc}.`] : []
  );
  return [comment?.doc ?? "", ...see].join("\n\n")
    .replaceAll(/\{@link ([^}]+)\}/g, "`$1`")
    .replaceAll(/(?<![\w`/])docs\/(specs\/)?[\w-]+\.md/g, (path) => `[${path}](/${path})`);
}

/** The examples of a comment, as Markdown. */
export function examplesOf(comment: JsDoc | undefined): string[] {
  return (comment?.tags ?? []).flatMap(({ kind, doc }) =>
    kind === "example" && doc !== undefined ? [doc] : []
  );
}

/** The names of all types that a type is made of. */
export function typeNames(type: unknown): string[] {
  if (typeof type !== "object" || type === null) return [];
  const own = "typeName" in type && typeof type.typeName === "string" ? [type.typeName] : [];
  return [...own, ...Object.values(type).flatMap(typeNames)];
}
