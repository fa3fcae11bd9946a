import { homedir } from "node:os";
import { basename, dirname, join, parse, resolve, sep } from "node:path";

/** A path without links; parts that do not exist yet are kept as written. */
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

/** Folders that no result may replace, with what they are to the user. */
function places(): [string, string][] {
  const standing = [Deno.cwd(), Deno.env.get("INIT_CWD") ?? ""].filter((path) => path !== "");
  return [
    [homedir(), "your home folder"],
    ...standing.map((path): [string, string] => [path, "the working folder"]),
  ];
}

/**
 * What identifies a file, folder or link to the system, whatever its name; undefined where it does
 * not tell.
 */
async function identity(path: string): Promise<string | undefined> {
  const { dev, ino } = await Deno.lstat(path).catch(() => ({ dev: null, ino: null }));
  return dev === null || ino === null ? undefined : `${dev}:${ino}`;
}

/** How an input relates to a place: the same, a part of it, or undefined for neither. */
async function relation(input: string, place: string): Promise<"same" | "part" | undefined> {
  const own = await identity(place);
  for (const at of [await realPath(resolve(input)), await placeOf(input)]) {
    if (at === place) return "same";
    if (holds(place, at)) return "part";
    for (let above = at; own !== undefined; above = dirname(above)) {
      if (await identity(above) === own) return above === at ? "same" : "part";
      if (dirname(above) === above) break;
    }
  }
  return undefined;
}

/** Whether a place is that of a file within an input. */
async function isFileWithin(input: string, place: string): Promise<boolean> {
  const { isFile } = await Deno.lstat(place).catch(() => ({ isFile: false }));
  return isFile && holds(await realPath(resolve(input)), place);
}

/**
 * Checks that a result gets a place of its own: neither the root of a file system, nor the user's
 * home or working folder, nor something that a command reads, nor a folder that contains one of
 * these.
 *
 * @param path where to write the result
 * @param options.inputs paths that the command reads
 * @param options.isReplaced whether the result replaces what is there; if it continues what is
 * there, home and working folder are allowed
 * @throws {RangeError} If it is not a place of its own; says what is there
 */
export async function checkOwnPlace(
  path: string,
  { inputs = [], isReplaced = true }: {
    inputs?: readonly string[] | undefined;
    isReplaced?: boolean;
  } = {},
): Promise<void> {
  const place = await placeOf(path);
  const refuse = (what: string) =>
    new RangeError(`Cannot write "${path}": ${what}; choose another folder or file`);
  if (place === parse(place).root) throw refuse("it is the root of the file system");
  for (const [kept, name] of isReplaced ? places() : []) {
    const at = await realPath(kept);
    if (at === place) throw refuse(`it is ${name}`);
    if (holds(place, at)) throw refuse(`it contains ${name}`);
  }
  for (const input of inputs) {
    const related = await relation(input, place);
    if (related === "same") throw refuse("this command reads it");
    if (related === "part") throw refuse(`it contains "${input}", which this command reads`);
    if (await isFileWithin(input, place)) {
      throw refuse(`it is a part of "${input}", which this command reads`);
    }
  }
}
