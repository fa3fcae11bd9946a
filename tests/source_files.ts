import { join } from "node:path";

/** All TypeScript files below a folder, by their paths from there, sorted. */
export async function sourceFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      found.push(...(await sourceFiles(join(folder, name))).map((file) => join(name, file)));
    } else if (/\.tsx?$/.test(name)) found.push(name);
  }
  return found.sort();
}
