import { homedir } from "node:os";
import { basename, dirname, join, parse, resolve, sep } from "node:path";

/** A path without links; what is not there yet counts as it is written. */
export async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (_) {
    const folder = dirname(path);
    return folder === path ? path : join(await realPath(folder), basename(path));
  }
}

/** A path without links on the way to it; it may be a link itself. "link/" means the link too. */
export async function placeOf(path: string): Promise<string> {
  const whole = resolve(path);
  const folder = dirname(whole);
  return folder === whole ? whole : join(await realPath(folder), basename(whole));
}

function holds(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Folders that no result may take the place of, with what they are to the user. */
function places(): [string, string][] {
  const standing = [Deno.cwd(), Deno.env.get("INIT_CWD") ?? ""].filter((path) => path !== "");
  return [
    [homedir(), "your home folder"],
    ...standing.map((path): [string, string] => [path, "the folder that you stand in"]),
  ];
}

/**
 * Checks that a result gets a place of its own: neither the root of a file system, nor the user's
 * home or working folder, nor something that a command reads, nor a folder that holds one of these.
 *
 * @param path where the result shall stand
 * @param inputs what the command reads
 * @throws {RangeError} If it is none; says what is there
 */
export async function checkOwnPlace(path: string, inputs: readonly string[] = []): Promise<void> {
  const place = await placeOf(path);
  const refuse = (what: string) =>
    new RangeError(`Cannot write "${path}": ${what}; name a folder or file of its own`);
  if (place === parse(place).root) throw refuse("it is the root of the file system");
  for (const [kept, name] of places()) {
    const at = await realPath(kept);
    if (at === place) throw refuse(`it is ${name}`);
    if (holds(place, at)) throw refuse(`it holds ${name}`);
  }
  for (const input of inputs) {
    for (const at of [await realPath(resolve(input)), await placeOf(input)]) {
      if (at === place) throw refuse("it is what this command reads");
      if (holds(place, at)) throw refuse(`it holds "${input}", which this command reads`);
    }
  }
}
