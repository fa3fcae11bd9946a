/**
 * Which commit of Ehrloom is running, so that a result can be made again by the same code.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (_) {
    return undefined; // not there, or may not be read
  }
}

/** The folder with HEAD: `.git`, or what it points to in a worktree or a submodule. */
function gitFolder(checkout: string): string {
  const path = join(checkout, ".git");
  const pointer = textOf(path)?.match(/^gitdir: (.*)$/)?.[1];
  return pointer === undefined ? path : resolve(checkout, pointer);
}

/** What a reference points to, in a file of its own or among the packed ones. */
function referenced(folder: string, reference: string): string | undefined {
  const loose = textOf(join(folder, reference));
  if (loose !== undefined) return loose;
  const packed = textOf(join(folder, "packed-refs"))?.split("\n") ?? [];
  return packed.find((line) => line.endsWith(` ${reference}`))?.split(" ")[0];
}

/**
 * The commit that a checkout is at, as a hexadecimal name; undefined where a folder is no checkout of
 * git. It says nothing of changes that are not committed. Only files are read: git need not be there.
 *
 * @param checkout a folder with `.git`
 */
export function commitOf(checkout: string): string | undefined {
  const folder = gitFolder(checkout);
  const head = textOf(join(folder, "HEAD"));
  const reference = head?.match(/^ref: (refs\/.*)$/)?.[1];
  // the references of a worktree are with those of the main checkout
  const common = resolve(folder, textOf(join(folder, "commondir")) ?? ".");
  const found = reference === undefined ? head : referenced(common, reference);
  return found !== undefined && /^[0-9a-f]{40,64}$/.test(found) ? found : undefined;
}

/** The commit of this copy of Ehrloom as a field of a result; none where it is no checkout. */
export function ownCommit(): { readonly commit?: string } {
  const { url } = import.meta;
  const commit = url.startsWith("file:")
    ? commitOf(dirname(dirname(fileURLToPath(url))))
    : undefined;
  return commit === undefined ? {} : { commit };
}
