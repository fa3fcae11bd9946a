/**
 * Names of unfinished results. `NAME.partial-TOKEN` becomes NAME, and `NAME.replaced-TOKEN` is what
 * was there before; the token has the number of the process and a random part, since two containers
 * may have processes of the same number.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { isThere } from "./is_there.ts";
import { isHeld } from "./lock.ts";

/** Matches a path with the name of something unfinished in it. */
export const temporaryPattern = /\.(partial|replaced)-\d+-[0-9a-f]{8}(\/|$)/;

/** A name beside a path for a result that will be moved there. */
export function partialName(path: string): string {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  return `${path}.partial-${Deno.pid}-${random.toString(16).padStart(8, "0")}`;
}

/** The name for what a partial result replaces. */
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

/** Works with a temporary path, which is removed if the process ends in the meantime. */
export async function discardedOnExit<T>(temporary: string, run: () => Promise<T>): Promise<T> {
  const remove = () => discard(temporary);
  addEventListener("unload", remove);
  try {
    return await run();
  } finally {
    removeEventListener("unload", remove);
  }
}

/** Moves something to the next free name beside a path, and returns that name. */
type MoveAside = (from: string, path: string) => Promise<string>;

/**
 * Restores an older result if its successor did not get into its place, and removes it otherwise.
 *
 * @throws {Deno.errors.AlreadyExists} If the user has put something there; the message then says
 * where the older result is
 */
async function putBack(path: string, token: string, moveAside: MoveAside): Promise<void> {
  const [partial, replaced] = [`${path}.partial-${token}`, `${path}.replaced-${token}`];
  if (!await isThere(path)) return await Deno.rename(replaced, path);
  if (!await isThere(partial)) return await Deno.remove(replaced, { recursive: true });
  throw new Deno.errors.AlreadyExists(
    `Cannot write "${path}": a process was killed after it had moved an older result away, and ` +
      `something else has been written there since; the older result is in "${await moveAside(
        replaced,
        path,
      )}"`,
  );
}

/**
 * The path of what was to be written, and the token, where a path is that of something unfinished.
 */
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

/** Whether a path is empty because a process was killed while it replaced what was there. */
export async function isBetween(path: string): Promise<boolean> {
  if (await isThere(path) || !await isThere(dirname(path))) return false;
  return (await leftBeside(path)).some((left) => unfinished(left)?.kind === "replaced");
}

/**
 * Cleans up what killed processes left beside a path: an older result whose successor did not get
 * into its place is restored, the rest is removed. The caller holds the path's lock, so nobody
 * works with these.
 */
export async function putRight(path: string, moveAside: MoveAside): Promise<void> {
  for (const temporary of await leftBeside(path)) await settle(temporary, moveAside);
}

/** As {@link putRight}, for everything in a folder that nobody else works on. */
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
