import { unreadable } from "./input.ts";

/** Whether anything is at a path, even a broken link. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw unreadable(path, error);
  }
}
