import { existsSync } from "node:fs";

/** Watches a folder and all below it, of which some may be removed just while they are added. */
function watcherOf(folder: string): Deno.FsWatcher {
  for (;;) {
    try {
      return Deno.watchFs(folder);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) || !existsSync(folder)) throw error;
    }
  }
}

/**
 * Waits until a change in a folder, or below it, is what is waited for.
 *
 * @throws {Error} After two minutes: a test that waits longer would hide all that come after it.
 */
export async function changeIn(
  folder: string,
  isIt: (change: Deno.FsEvent) => boolean | Promise<boolean>,
): Promise<void> {
  const watcher = watcherOf(folder);
  const limit = setTimeout(() => watcher.close(), 120_000);
  try {
    for await (const change of watcher) if (await isIt(change)) return;
  } finally {
    clearTimeout(limit);
  }
  throw new Error(`Nothing that was waited for came in "${folder}" within two minutes`);
}

/** Waits until a file below a folder is written whose path ends so. */
export function fileIn(folder: string, ending: string): Promise<void> {
  return changeIn(folder, ({ paths }) => paths.some((path) => path.endsWith(ending)));
}
