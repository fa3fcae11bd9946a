import { existsSync } from "node:fs";
import { resolve } from "node:path";

export { shellWord as shellPath } from "ehrloom";

/** A path as the user meant it: tasks run beside deno.json, users call them from elsewhere. */
export function resolvePath(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}

/** A path, or the first of path-2, path-3 and so on where nothing is yet. */
export function freePath(path: string): string {
  let free = path;
  for (let number = 2; existsSync(resolvePath(free)); number++) free = `${path}-${number}`;
  return free;
}
