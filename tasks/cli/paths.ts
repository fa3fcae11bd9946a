import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** A path as the user meant it: tasks run beside deno.json, users call them from elsewhere. */
export function resolvePath(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}

/** A path as it can be pasted into a shell, with quotes where it needs them. */
export function shellPath(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** A path, or the first of path-2, path-3 and so on where nothing is yet. */
export function freePath(path: string): string {
  let free = path;
  for (let number = 2; existsSync(resolvePath(free)); number++) free = `${path}-${number}`;
  return free;
}
