import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isThere } from "./is_there.ts";

/** The right to write to a path, until it is given back. */
export interface Lock {
  /** Gives the right back; the operating system does so where the process is killed. */
  release(): void;
}

function lockFile(path: string): string {
  return join(dirname(path), `.${basename(path)}.ehrloom-lock`);
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

function removeIfThere(file: string): void {
  try {
    Deno.removeSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Whether an open file is still the one of its name: its last holder may have removed it. */
async function isAt(open: Deno.FsFile, file: string): Promise<boolean> {
  const [held, named] = await Promise.all([open.stat(), Deno.stat(file).catch(() => undefined)]);
  return named !== undefined && held.ino === named.ino && held.dev === named.dev;
}

/**
 * Takes the lock of a path that is to be written to, so that no two processes write there. It is a
 * lock of the operating system on a small file beside the path, which says who holds it: it ends
 * with its process, however that ends.
 *
 * @param path a whole one; its folder must exist
 * @returns undefined where another holds it
 */
export async function tryLock(path: string): Promise<Lock | undefined> {
  const file = lockFile(path);
  for (;;) {
    const open = await Deno.open(file, { read: true, write: true, create: true });
    if (!await open.tryLock(true)) {
      open.close();
      return undefined;
    }
    if (!await isAt(open, file)) {
      open.close();
      continue;
    }
    const release = () => {
      removeEventListener("unload", release);
      removeIfThere(file);
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
  if (!await isThere(lockFile(path))) return false;
  const taken = await tryLock(path);
  taken?.release();
  return taken === undefined;
}

/**
 * As {@link tryLock}, where another holder is an error.
 *
 * @throws {Deno.errors.Busy} If another holds it; says who
 */
export async function lock(path: string): Promise<Lock> {
  const taken = await tryLock(path);
  if (taken !== undefined) return taken;
  const holder = await holderOf(lockFile(path));
  throw new Deno.errors.Busy(
    `Cannot write "${path}": ${holder}; wait until it has ended, or name another place`,
  );
}
