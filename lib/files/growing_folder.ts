import { isThere } from "./is_there.ts";
import { foreignPart } from "./ours.ts";
import { place } from "./output.ts";
import { discard, discardedOnExit, partialName } from "./temporary.ts";

/** A folder that grows for hours; where it stands may change once. */
export interface GrowingFolder {
  /** Where it stands now. */
  readonly path: string;
  /** To be called when it has something to show: it takes the place of an older result. */
  shown(): Promise<void>;
}

/** A folder that was begun before and is gone on with. */
export function grownFolder(path: string): GrowingFolder {
  return { path, shown: () => Promise.resolve() };
}

/** What a growing folder is made of, see {@link growFolder}. */
export interface Growth {
  /** Writes the first files to a folder that is not there yet; from these a killed one goes on. */
  begin(folder: string): Promise<void>;
  /** Does the long work. */
  run(folder: GrowingFolder): Promise<void>;
  /** Whether a folder whose work failed holds anything that was worth it. */
  isWorthKeeping(folder: string): Promise<boolean>;
}

/**
 * Begins a folder and lets it grow. Where its place is free, it stands there from the start, so that
 * one that is killed can be gone on with; where an older result stands, it grows beside that until
 * it has something to show. Work that fails before anything came of it leaves nothing.
 *
 * @param path where the folder shall stand, as the caller's claim has it
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
    throw error;
  }
}
