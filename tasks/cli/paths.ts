import { resolve } from "node:path";

/** A path as the user meant it: tasks run beside deno.json, users call them from elsewhere. */
export function resolvePath(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}

/** A path as it can be pasted into a shell, with quotes where it needs them. */
export function shellPath(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
