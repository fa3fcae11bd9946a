/**
 * Where results are written. A result gets a free place, or that of an older result of Ehrloom that
 * the user gives up; one process at a time writes there; and the result appears complete.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { dirname, resolve } from "node:path";
import { isThere } from "./is_there.ts";
import { lock } from "./lock.ts";
import { foreignPart, isOurs } from "./ours.ts";
import { checkOwnPlace, placeOf, realPath } from "./own_place.ts";
import { syncAll, syncFolder } from "./sync.ts";
import {
  discard,
  discardedOnExit,
  isBetween,
  partialName,
  putRight,
  putRightBelow,
  replacedName,
} from "./temporary.ts";

/** Names the output that failed if the system says only why; other errors are unchanged. */
export function unwritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !/\(os error \d+\)/.test(error.message)) return error;
  const reason = error.message.replace(/ \(os error.*$/s, "");
  return new Error(`Cannot write "${path}": ${reason}`, { cause: error });
}

/** How to reserve a place, see {@link claimed}. */
export interface ClaimOptions {
  /** An older result of Ehrloom may be there, to be replaced. */
  readonly force?: boolean | undefined;
  /** Something may be there already, to be continued. */
  readonly goesOn?: boolean | undefined;
  /** Paths that the command reads; these are never replaced. */
  readonly inputs?: readonly string[] | undefined;
  /**
   * Names what is unfinished in a result that is there, such as "an unfinished run", if `resume`
   * could continue it; the message then offers that first.
   */
  readonly unfinished?: ((path: string) => Promise<string | undefined>) | undefined;
}

/** Paths that are claimed here: work within a claim may claim the same path again. */
const claims = new AsyncLocalStorage<ReadonlySet<string>>();

async function checkFree(
  path: string,
  { force = false, unfinished }: ClaimOptions,
): Promise<void> {
  if (!await isThere(path)) return;
  if (!force) {
    const begun = await unfinished?.(path);
    const why = begun === undefined
      ? "it exists already; pass force: true to replace it"
      : `it holds ${begun}; pass resume: true to continue it, or force: true to replace it`;
    throw new Deno.errors.AlreadyExists(`Cannot write "${path}": ${why}`);
  }
  const foreign = await foreignPart(path);
  if (foreign !== undefined) {
    throw new Deno.errors.AlreadyExists(
      `Cannot replace "${path}": ${foreign}; move it, or choose another place`,
    );
  }
}

/** Makes the folders above a path; returns the new ones, the lowest first. */
async function madeFolders(path: string): Promise<string[]> {
  const folder = dirname(path);
  const missing: string[] = [];
  let at = folder;
  for (; !await isThere(at); at = dirname(at)) missing.push(at);
  if (!(await Deno.stat(at)).isDirectory) {
    throw new Deno.errors.NotADirectory(`Cannot write "${path}": "${at}" is not a folder`);
  }
  await Deno.mkdir(folder, { recursive: true });
  return missing;
}

/** Takes the lock of a path, whose folders it makes; returns what undoes both. */
async function taken(path: string): Promise<() => Promise<void>> {
  const made = await madeFolders(path);
  const unmake = async () => {
    for (const folder of made) await Deno.remove(folder).catch(() => {}); // if still empty
  };
  try {
    const held = await lock(path);
    return async () => {
      held.release();
      await unmake();
    };
  } catch (error) {
    await unmake();
    throw error;
  }
}

/**
 * Reserves the place of a result before long work, until the work is done, so that no other process
 * writes there. What a killed process left there is cleaned up first.
 *
 * @example A result that appears complete
 * ```ts
 * import { claimed, writeWhole } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/result.txt`;
 * await claimed(path, {}, async () => {
 *   const text = "long work";
 *   await writeWhole(path, (temporary) => Deno.writeTextFile(temporary, text));
 * });
 * assertEquals(await Deno.readTextFile(path), "long work");
 * ```
 *
 * @param path where to write the result
 * @param options whether something may be there, and what must not be replaced
 * @param run does the work and writes the result; gets the path without links on the way to it
 * @throws {Deno.errors.AlreadyExists} If something is there and `force` is not set, or something
 * that Ehrloom did not write
 * @throws {Deno.errors.Busy} If another process works there; says which
 * @throws {RangeError} If `path` is, or contains, an input, the home or the working folder
 * @throws {Error} If nothing can be written there
 */
export async function claimed<T>(
  path: string,
  options: ClaimOptions,
  run: (place: string) => Promise<T>,
): Promise<T> {
  const { goesOn = false, inputs } = options;
  const whole = goesOn ? await realPath(resolve(path)) : await placeOf(path);
  const held = claims.getStore() ?? new Set();
  if (held.has(whole)) return await run(whole);
  await checkOwnPlace(path, { inputs, isReplaced: !goesOn });
  const orUnwritable = (error: unknown): never => {
    throw unwritable(path, error);
  };
  const giveBack = await taken(whole).catch(orUnwritable);
  try {
    await putRight(whole, movedAside).catch(orUnwritable);
    if (goesOn && await isOurs(whole)) await putRightBelow(whole, movedAside).catch(orUnwritable);
    if (!goesOn) await checkFree(whole, options);
    return await claims.run(new Set([...held, whole]), () => run(whole));
  } finally {
    await giveBack();
  }
}

/**
 * Restores a result that a killed process had moved aside, so that it can be read.
 *
 * @param path of the result
 */
export async function putBackForReading(path: string): Promise<void> {
  const place = await placeOf(path);
  if (await isBetween(place)) await claimed(place, { goesOn: true }, () => Promise.resolve());
}

/** Moves a file to a free name; throws if something is there. */
async function takeName(from: string, to: string): Promise<void> {
  try {
    await Deno.link(from, to); // where a name is taken, a link fails and a renaming does not
    await Deno.remove(from);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists || await isThere(to)) throw error;
    (await Deno.open(to, { write: true, createNew: true })).close(); // a disk without links
    await Deno.rename(from, to);
  }
}

/** Renames to a free name; returns whether it could. */
async function renamedToFree(from: string, to: string): Promise<boolean> {
  if (await isThere(to)) return false;
  try {
    if ((await Deno.lstat(from)).isDirectory) await Deno.rename(from, to);
    else await takeName(from, to);
    return true;
  } catch (error) {
    if (await isThere(from) && await isThere(to)) return false;
    throw error;
  }
}

/** Moves something to the next free name beside a path, and returns that name. */
async function movedAside(from: string, path: string): Promise<string> {
  let number = 2;
  while (!await renamedToFree(from, `${path}-${number}`)) number++;
  return `${path}-${number}`;
}

/** Keeps a result whose place was taken in the meantime, under the next free name. */
async function kept(temporary: string, path: string): Promise<never> {
  throw new Deno.errors.AlreadyExists(
    `Cannot write "${path}": something else was written there in the meantime; ` +
      `the result is complete in "${await movedAside(temporary, path)}"`,
  );
}

/** Replaces what is there by a result; both are complete whenever the process is ended. */
async function exchange(temporary: string, path: string): Promise<void> {
  const older = replacedName(temporary);
  Deno.renameSync(path, older); // without waiting: no signal comes between the two
  try {
    Deno.renameSync(temporary, path);
  } catch (error) {
    Deno.renameSync(older, path);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Removes what {@link exchange} has moved aside. */
async function removeOlder(older: string): Promise<void> {
  await discardedOnExit(older, () => Deno.remove(older, { recursive: true }));
}

/**
 * Moves a finished result to its place. The result is on the disk before that, and the renaming
 * after it.
 *
 * @param temporary where the complete result is, beside `path`
 * @param path an absolute path, which the caller has claimed
 * @param options.force replace an older result of Ehrloom
 * @throws {Deno.errors.AlreadyExists} If something else was written there in the meantime; the
 * message says where the result is
 */
export async function place(
  temporary: string,
  path: string,
  { force = false }: { force?: boolean | undefined } = {},
): Promise<void> {
  await syncAll(temporary);
  if (await renamedToFree(temporary, path)) return await syncFolder(dirname(path));
  if (!force || await foreignPart(path) !== undefined) await kept(temporary, path);
  await exchange(temporary, path);
  const older = replacedName(temporary);
  if (await foreignPart(older) === undefined) return await removeOlder(older);
  throw new Deno.errors.AlreadyExists( // it came between the look and the renaming
    `The result is in "${path}"; what was there contained files that Ehrloom did not ` +
      `write, and is now in "${await movedAside(older, path)}"`,
  );
}

/** Lets `write` make something at a temporary path, which is removed unless `put` moves it. */
async function throughTemporary(
  path: string,
  write: (temporary: string) => Promise<void>,
  put: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = partialName(path);
  try {
    await discardedOnExit(temporary, async () => {
      await write(temporary);
      await put(temporary);
    });
  } catch (error) {
    discard(temporary);
    throw unwritable(path, error);
  }
}

/**
 * Writes a complete file or folder, or nothing: `write` gets a temporary path beside `path`, which
 * is renamed to `path` when `write` has returned. Until then, and if `write` throws, what was at
 * `path` is unchanged.
 *
 * @param path where to write the result
 * @param write makes a file or a folder at the path that it is given
 * @param options.force replace an older result of Ehrloom at `path`
 * @throws {Deno.errors.AlreadyExists} If something is at `path` and `force` is not set, or
 * something that Ehrloom did not write; if it came while `write` ran, the message says where the
 * result is
 * @throws {Deno.errors.Busy} If another process writes there
 */
export async function writeWhole(
  path: string,
  write: (temporary: string) => Promise<void>,
  options: { force?: boolean | undefined } = {},
): Promise<void> {
  await claimed(
    path,
    options,
    (at) => throughTemporary(at, write, (temporary) => place(temporary, at, options)),
  );
}

/**
 * As {@link writeWhole}, for a path inside a folder that the caller has claimed or that is
 * Ehrloom's own: what is there is replaced without asking.
 */
export async function replaceWhole(
  path: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  await throughTemporary(path, write, async (temporary) => {
    await syncAll(temporary);
    const isFolder = (await Deno.lstat(temporary)).isDirectory;
    if (isFolder && await isThere(path)) {
      await exchange(temporary, path);
      return await removeOlder(replacedName(temporary));
    }
    await Deno.rename(temporary, path);
    await syncFolder(dirname(path));
  });
}

/** As {@link replaceWhole}, for a text. */
export function replaceText(path: string, text: string): Promise<void> {
  return replaceWhole(path, (temporary) => Deno.writeTextFile(temporary, text));
}
