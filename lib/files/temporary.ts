/**
 * Names of what is not finished. `NAME.partial-TOKEN` becomes NAME, and `NAME.replaced-TOKEN` is
 * what stood there before; the token holds the process and a random part, since two containers may
 * have processes of the same number.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { isThere } from "./is_there.ts";
import { isHeld } from "./lock.ts";

/** Tells a path with the name of something unfinished in it. */
export const temporaryPattern = /\.(partial|replaced)-\d+-[0-9a-f]{8}(\/|$)/;

/** A name beside a path for what shall stand there. */
export function partialName(path: string): string {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  return `${path}.partial-${Deno.pid}-${random.toString(16).padStart(8, "0")}`;
}

/** The name for what a partial result takes the place of. */
export function replacedName(partial: string): string {
  return partial.replace(/\.partial-(\d+-[0-9a-f]{8})$/, ".replaced-$1");
}

/** Removes something unfinished, now and without waiting. */
export function discard(temporary: string): void {
  try {
    Deno.removeSync(temporary, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Does something with a temporary path, which goes where the process is ended meanwhile. */
export async function discardedOnExit<T>(temporary: string, run: () => Promise<T>): Promise<T> {
  const remove = () => discard(temporary);
  addEventListener("unload", remove);
  try {
    return await run();
  } finally {
    removeEventListener("unload", remove);
  }
}

/** Moves something to the next free name beside a path, and gives that. */
type MoveAside = (from: string, path: string) => Promise<string>;

/**
 * Puts an older result back where its successor did not come into its place, and removes it where
 * that did.
 *
 * @throws {Deno.errors.AlreadyExists} If the user has put something in its place; it is then kept
 * under the name that the message says
 */
async function putBack(path: string, token: string, moveAside: MoveAside): Promise<void> {
  const [partial, replaced] = [`${path}.partial-${token}`, `${path}.replaced-${token}`];
  if (!await isThere(path)) return await Deno.rename(replaced, path);
  if (!await isThere(partial)) return await Deno.remove(replaced, { recursive: true });
  throw new Deno.errors.AlreadyExists(
    `Cannot write "${path}": a process was killed that had moved an older result away from there, ` +
      `and something else has come since; the older one is "${await moveAside(replaced, path)}"`,
  );
}

/** The path of what was to be written, and the token, where a path is that of something unfinished. */
function unfinished(path: string): { path: string; kind: string; token: string } | undefined {
  const [, of, kind, token] = path.match(/^(.+)\.(partial|replaced)-(\d+-[0-9a-f]{8})$/) ?? [];
  return of === undefined ? undefined : { path: of, kind, token };
}

async function settle(temporary: string, moveAside: MoveAside): Promise<void> {
  const found = unfinished(temporary);
  if (found?.kind === "replaced") await putBack(found.path, found.token, moveAside);
  else await Deno.remove(temporary, { recursive: true });
}

/** Everything unfinished beside a path, older results first. */
async function leftBeside(path: string): Promise<string[]> {
  const left: string[] = [];
  for await (const { name } of Deno.readDir(dirname(path))) {
    const beside = join(dirname(path), name);
    if (unfinished(beside)?.path === path) left.push(beside);
  }
  return left.sort().reverse(); // which older ones are in their place is told by partial ones
}

/** Whether a path is empty since a process was killed that replaced what stood there. */
export async function isBetween(path: string): Promise<boolean> {
  if (await isThere(path) || !await isThere(dirname(path))) return false;
  return (await leftBeside(path)).some((left) => unfinished(left)?.kind === "replaced");
}

/**
 * Puts right what killed processes left beside a path: an older result whose successor did not come
 * into its place goes back there, the rest is removed. The caller holds the path's lock, so that
 * nobody works with these.
 */
export async function putRight(path: string, moveAside: MoveAside): Promise<void> {
  for (const temporary of await leftBeside(path)) await settle(temporary, moveAside);
}

/** As {@link putRight}, for all that stands in a folder and that nobody else works at. */
export async function putRightBelow(folder: string, moveAside: MoveAside): Promise<void> {
  if (!(await Deno.lstat(folder).catch(() => undefined))?.isDirectory) return;
  const names = Array.from(Deno.readDirSync(folder)).sort((a, b) => a.name < b.name ? 1 : -1);
  for (const { name, isDirectory } of names) {
    const path = join(folder, name);
    const found = unfinished(path);
    if (found !== undefined) {
      if (!await isHeld(found.path)) await settle(path, moveAside);
    } else if (isDirectory && !await isHeld(path)) await putRightBelow(path, moveAside);
  }
}
