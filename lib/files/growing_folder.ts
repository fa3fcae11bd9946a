import { isThere } from "./is_there.ts";
import { foreignPart } from "./ours.ts";
import { place, unwritable } from "./output.ts";
import { discard, discardedOnExit, partialName } from "./temporary.ts";

/** A folder that grows for hours; its path may change once. */
export interface GrowingFolder {
  /** Its path now. */
  readonly path: string;
  /** To be called when it has something to show: it then replaces an older result. */
  shown(): Promise<void>;
}

/** A folder that was started before and is continued. */
export function grownFolder(path: string): GrowingFolder {
  return { path, shown: () => Promise.resolve() };
}

/** What a growing folder is made of, see {@link growFolder}. */
export interface Growth {
  /** Writes the first files to a new folder; a killed run continues from these. */
  begin(folder: string): Promise<void>;
  /** Does the long work. */
  run(folder: GrowingFolder): Promise<void>;
  /** Whether a folder whose work failed holds anything that was worth it. */
  isWorthKeeping(folder: string): Promise<boolean>;
}

/**
 * Starts a folder and lets it grow. If its place is free, it is there from the start, so that a
 * killed run can be continued; if an older result is there, the folder grows beside it until it has
 * something to show. Work that fails before it has a result leaves nothing.
 *
 * @param path of the folder, as the caller has claimed it
 */
export async function growFolder(path: string, growth: Growth): Promise<void> {
  const temporary = partialName(path);
  const isFree = !await isThere(path);
  const folder = {
    path: temporary,
    async shown() {
      if (folder.path === path) return;
      await place(temporary, path, { force: !isFree });
      folder.path = path;
    },
  };
  try {
    await discardedOnExit(temporary, async () => {
      await growth.begin(temporary);
      if (isFree) await folder.shown();
      await growth.run(folder);
    });
  } catch (error) {
    const isKept = folder.path === path &&
      (await growth.isWorthKeeping(path) || await foreignPart(path) !== undefined);
    if (!isKept) discard(folder.path);
    throw unwritable(path, error);
  }
}
