import { found, unreadable } from "./input.ts";

/**
 * Paths of the Parquet files in a folder and the folders in it, links followed; names that begin with
 * a dot are those of systems and editors (macOS writes "._0.parquet" beside each file).
 *
 * @param above the folders that lead to it, by their true paths
 * @throws {SyntaxError} If a link leads nowhere, or back to a folder around it
 */
export async function parquetPaths(
  folder: string,
  above: readonly string[] = [],
): Promise<string[]> {
  const paths: string[] = [];
  try {
    const truePath = await Deno.realPath(folder);
    if (above.includes(truePath)) {
      throw new SyntaxError(`Cannot read "${folder}": the link leads back to a folder around it`);
    }
    for await (const { name, isSymlink, ...entry } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (name.startsWith(".")) continue;
      const { isDirectory } = isSymlink ? await linked(path) : entry;
      if (isDirectory) paths.push(...await parquetPaths(path, [...above, truePath]));
      else if (name.endsWith(".parquet")) paths.push(path);
    }
  } catch (error) {
    throw unreadable(folder, error);
  }
  return paths.sort();
}

/** What a link leads to. */
async function linked(path: string): Promise<Deno.FileInfo> {
  const there = await found(path);
  if (there === undefined) throw new SyntaxError(`Cannot read "${path}": the link leads nowhere`);
  return there;
}
