import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isThere } from "./is_there.ts";

/** The right to write to a path, until it is given back. */
export interface Lock {
  /** Gives the right back; if the process is killed, the operating system does. */
  release(): void;
}

const ending = ".ehrloom-lock";

/**
 * Where the lock of a path may lie: beside it or, where only a folder itself is writable, in it.
 */
function lockFiles(path: string): [beside: string, inside: string] {
  return [join(dirname(path), `.${basename(path)}${ending}`), join(path, ending)];
}

/** The path whose lock a file is; undefined for other files. */
export function lockedPath(file: string): string | undefined {
  const name = basename(file);
  if (name === ending) return dirname(file);
  const isLock = name.startsWith(".") && name.endsWith(ending);
  return isLock ? join(dirname(file), name.slice(1, -ending.length)) : undefined;
}

/** Who holds a lock, as its file says; the file may be gone or half written by now. */
async function holderOf(file: string): Promise<string> {
  try {
    const { process, host, since } = JSON.parse(await Deno.readTextFile(file));
    return `process ${Number(process)} on ${String(host)} has held it since ${String(since)}`;
  } catch (_) {
    return "another process holds it";
  }
}

/** Removes the file of a lock, unless someone has put another in its place. */
function removeOwn(open: Deno.FsFile, file: string): void {
  try {
    const [held, named] = [open.statSync(), Deno.statSync(file)];
    if (held.ino === named.ino && held.dev === named.dev) Deno.removeSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Whether an open file is still the one of its name: its last holder may have removed it. */
async function isAt(open: Deno.FsFile, file: string): Promise<boolean> {
  const [held, named] = await Promise.all([open.stat(), Deno.stat(file).catch(() => undefined)]);
  return named !== undefined && held.ino === named.ino && held.dev === named.dev;
}

/** Whether a file system says that it has no locks. */
function isUnsupported(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    ["ENOSYS", "ENOTSUP", "EOPNOTSUPP", "ENOLCK"].includes(String(error.code));
}

async function locked(open: Deno.FsFile): Promise<boolean> {
  try {
    return await open.tryLock(true);
  } catch (error) {
    if (isUnsupported(error)) return true;
    open.close();
    throw error;
  }
}

/** Opens the file of a path's lock. */
async function opened(path: string): Promise<[Deno.FsFile, string]> {
  const options = { read: true, write: true, create: true };
  const [beside, inside] = lockFiles(path);
  try {
    return [await Deno.open(beside, options), beside];
  } catch (error) {
    const isFolder = await Deno.stat(path).then((found) => found.isDirectory, () => false);
    if (!isFolder || !(error instanceof Deno.errors.PermissionDenied)) throw error;
    return [await Deno.open(inside, options), inside];
  }
}

/**
 * Takes the lock of a path before it is written to, so that no two processes write there. It is a
 * lock of the operating system on a small file beside the path, which says who holds it. The lock
 * ends with its process, however that ends. A file system without locks excludes nobody.
 *
 * @param path an absolute path; its folder must exist
 * @returns undefined if another process holds it
 */
export async function tryLock(path: string): Promise<Lock | undefined> {
  for (;;) {
    const [open, file] = await opened(path);
    if (!await locked(open)) {
      open.close();
      return undefined;
    }
    if (!await isAt(open, file)) {
      open.close();
      continue;
    }
    const release = () => {
      removeEventListener("unload", release);
      removeOwn(open, file);
      open.close();
    };
    addEventListener("unload", release); // Deno.exit() says so, and a signal's handler calls that
    try {
      const holder = { process: Deno.pid, host: hostname(), since: new Date().toISOString() };
      await open.truncate();
      await open.write(new TextEncoder().encode(JSON.stringify(holder) + "\n"));
    } catch (error) {
      release();
      throw error;
    }
    return { release };
  }
}

/** Whether another process holds a path; removes the lock's file where its holder was killed. */
export async function isHeld(path: string): Promise<boolean> {
  const files = await Promise.all(lockFiles(path).map(isThere));
  if (!files.includes(true)) return false;
  const taken = await tryLock(path);
  taken?.release();
  return taken === undefined;
}

/**
 * As {@link tryLock}, but another holder is an error.
 *
 * @throws {Deno.errors.Busy} If another process holds it; says which
 */
export async function lock(path: string): Promise<Lock> {
  const taken = await tryLock(path);
  if (taken !== undefined) return taken;
  const [beside, inside] = lockFiles(path);
  const holder = await holderOf(await isThere(beside) ? beside : inside);
  throw new Deno.errors.Busy(
    `Cannot write "${path}": ${holder}; wait until it ends, or choose another place`,
  );
}
