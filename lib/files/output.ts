/**
 * Where results are written. A result gets a place that is free, or that an older result of
 * Ehrloom's holds and the user gives up; one process at a time writes there; and it comes into its
 * place whole.
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

/** Says which output failed where the system says only why; other errors stay as they are. */
export function unwritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !/\(os error \d+\)/.test(error.message)) return error;
  const reason = error.message.replace(/ \(os error.*$/s, "");
  return new Error(`Cannot write "${path}": ${reason}`, { cause: error });
}

/** How a place is taken, see {@link claimed}. */
export interface ClaimOptions {
  /** Something of Ehrloom's may stand there, to be replaced. */
  readonly force?: boolean | undefined;
  /** Something may stand there, to be gone on with. */
  readonly goesOn?: boolean | undefined;
  /** What the command reads: never replaced. */
  readonly inputs?: readonly string[] | undefined;
}

/** Paths that are claimed here: what runs in a claim may claim the same path again. */
const claims = new AsyncLocalStorage<ReadonlySet<string>>();

async function checkFree(path: string, force: boolean): Promise<void> {
  if (!await isThere(path)) return;
  if (!force) {
    throw new Deno.errors.AlreadyExists(
      `Cannot write "${path}": it exists already; pass --force to replace it`,
    );
  }
  const foreign = await foreignPart(path);
  if (foreign !== undefined) {
    throw new Deno.errors.AlreadyExists(
      `Cannot replace "${path}": ${foreign}; move it away, or name another place`,
    );
  }
}

/** Makes the folders above a path; gives those that were not there, the lowest first. */
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

/** Takes the lock of a path, whose folders it makes; gives what undoes both. */
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
 * Takes a place for a result before hours of work, and keeps it until that is done: nobody else
 * writes there meanwhile. What a killed process left beside it is put right first.
 *
 * @example A result that comes whole
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
 * @param path where the result shall stand
 * @param options whether something may stand there, and what must not be replaced
 * @param run works, and writes there; gets the path without links on the way to it
 * @throws {Deno.errors.AlreadyExists} If something is there and `force` is not set, or something
 * that Ehrloom did not write
 * @throws {Deno.errors.Busy} If another process works there; says which
 * @throws {RangeError} If `path` is, or holds, an input, the home or the working folder
 * @throws {Error} If nothing can be written there
 */
export async function claimed<T>(
  path: string,
  { force = false, goesOn = false, inputs }: ClaimOptions,
  run: (place: string) => Promise<T>,
): Promise<T> {
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
    if (!goesOn) await checkFree(whole, force);
    return await claims.run(new Set([...held, whole]), () => run(whole));
  } finally {
    await giveBack();
  }
}

/**
 * Puts a result back that a killed process had moved aside to replace it, so that it can be read.
 *
 * @param path of what is to be read
 */
export async function putBackForReading(path: string): Promise<void> {
  const place = await placeOf(path);
  if (await isBetween(place)) await claimed(place, { goesOn: true }, () => Promise.resolve());
}

/** Takes a name for a file at which nothing is; throws where something is. */
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

/** Renames to a name at which nothing is; tells whether it could. */
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

/** Moves something to the next free name beside a path, and gives that. */
async function movedAside(from: string, path: string): Promise<string> {
  let number = 2;
  while (!await renamedToFree(from, `${path}-${number}`)) number++;
  return `${path}-${number}`;
}

/** Keeps a result whose place was taken meanwhile, under the next free name. */
async function kept(temporary: string, path: string): Promise<never> {
  throw new Deno.errors.AlreadyExists(
    `Cannot write "${path}": something else has come to stand there meanwhile; ` +
      `the result is whole in "${await movedAside(temporary, path)}"`,
  );
}

/** Lets a result take the place of what is there; both are whole whenever the process is ended. */
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
 * Puts a finished result into its place. It is on the disk before that, and the renaming after it.
 *
 * @param temporary where it stands whole, beside `path`
 * @param path a whole one, which the caller has claimed
 * @param options.force take the place of an older result of Ehrloom's
 * @throws {Deno.errors.AlreadyExists} If something else has come to stand there; the result is then
 * kept under the name that the message says
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
    `The result is in "${path}"; what stood there held something that Ehrloom did not write, ` +
      `it is now "${await movedAside(older, path)}"`,
  );
}

/** Lets `write` make something at a temporary path, which goes unless `put` puts it elsewhere. */
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
 * Writes a file or folder whole or not at all: `write` gets a temporary path beside `path`, which
 * takes its place by renaming once `write` has returned. Whatever stood at `path` stays untouched
 * until then, and for good if `write` throws.
 *
 * @param path where the result shall stand
 * @param write makes a file or a folder at the path that it is given
 * @param options.force replace an older result of Ehrloom's at `path`
 * @throws {Deno.errors.AlreadyExists} If something is at `path` and `force` is not set, or something
 * that Ehrloom did not write; where it came while `write` ran, the message says under which name the
 * result is kept
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
 * As {@link writeWhole}, for what stands inside of a folder that the caller has claimed or that is
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
