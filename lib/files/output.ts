import { dirname, resolve } from "node:path";

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/** Says which output failed where the system says only why; other errors stay as they are. */
export function unwritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !/\(os error \d+\)/.test(error.message)) return error;
  const reason = error.message.replace(/ \(os error.*$/s, "");
  return new Error(`Cannot write "${path}": ${reason}`, { cause: error });
}

/**
 * Fails early where {@link writeWhole} would fail late: call it before hours of work.
 *
 * @throws {Deno.errors.AlreadyExists} If something is at `path` and `force` is not set
 * @throws {Error} If nothing can be written there
 */
export async function checkOutput(path: string, options: { force?: boolean } = {}): Promise<void> {
  if (!options.force && await exists(path)) {
    throw new Deno.errors.AlreadyExists(
      `Cannot write "${path}": it exists already; pass --force to replace it`,
    );
  }
  let folder = dirname(path);
  while (!await exists(folder)) folder = dirname(folder);
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".ehrloom-" }));
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Writes a file or folder whole or not at all: `write` gets a temporary path beside `path`, which
 * takes its place by renaming once `write` has returned. Whatever stood at `path` stays untouched
 * until then, and for good if `write` throws.
 *
 * @param path where the result shall stand
 * @param write makes a file or a folder at the path that it is given
 * @param options.force replace what is at `path`
 * @throws {Deno.errors.AlreadyExists} If something is at `path` and `force` is not set
 */
export async function writeWhole(
  path: string,
  write: (temporary: string) => Promise<void>,
  options: { force?: boolean } = {},
): Promise<void> {
  await checkOutput(path, options);
  path = resolve(path); // "folder/" would put the temporary into the folder itself
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw unwritable(path, error);
  }
  const temporary = `${path}.partial-${Deno.pid}`;
  const replaced = `${path}.replaced-${Deno.pid}`;
  await Deno.remove(temporary, { recursive: true }).catch(() => {});
  try {
    await write(temporary);
    if (await exists(path)) {
      await Deno.rename(path, replaced);
      try {
        await Deno.rename(temporary, path);
      } catch (error) {
        await Deno.rename(replaced, path);
        throw error;
      }
      await Deno.remove(replaced, { recursive: true });
    } else await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    throw unwritable(path, error);
  }
}
