/**
 * Work in parts, each in a folder of its own beside the others, so that several processes can share it.
 *
 * @module
 */
import { join } from "node:path";
import { found } from "./input.ts";
import { isThere } from "./is_there.ts";

/** Copies a file, or a folder with all that is in it. */
export async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}

/**
 * The folders of parts, in order of their names: those below a folder that hold a file.
 *
 * @param file by which parts are known
 * @throws {Deno.errors.NotFound} If there is no such folder
 */
export async function partFolders(folder: string, file: string): Promise<string[]> {
  if (!await found(folder)) {
    throw new Deno.errors.NotFound(`Cannot read "${folder}": no such folder`);
  }
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const folders = names.sort().map((name) => join(folder, name));
  const isPart = await Promise.all(folders.map((each) => isThere(join(each, file))));
  return folders.filter((_, index) => isPart[index]);
}
