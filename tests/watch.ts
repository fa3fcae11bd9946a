/**
 * Waits until a change in a folder, or below it, is what is waited for.
 *
 * @throws {Error} After two minutes: a test that waits longer would hide all that come after it.
 */
export async function changeIn(
  folder: string,
  isIt: (change: Deno.FsEvent) => boolean | Promise<boolean>,
): Promise<void> {
  const watcher = Deno.watchFs(folder);
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
