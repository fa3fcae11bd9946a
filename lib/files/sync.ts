import { join } from "node:path";

async function sync(path: string, options: Deno.OpenOptions): Promise<void> {
  using file = await Deno.open(path, options);
  await file.sync();
}

/**
 * Waits until a folder's list of names is on the disk: otherwise, a loss of power after a renaming
 * could bring the older state back. Windows has no such request.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  try {
    await sync(folder, { read: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes(code)) throw error; // some know no such request
  }
}

/** Waits until a file, or a folder with everything in it, is on the disk. */
export async function syncAll(path: string): Promise<void> {
  if (!(await Deno.lstat(path)).isDirectory) return await sync(path, { read: true, write: true });
  for await (const { name } of Deno.readDir(path)) await syncAll(join(path, name));
  await syncFolder(path);
}
