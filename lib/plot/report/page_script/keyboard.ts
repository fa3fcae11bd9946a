/**
 * Zooming and moving a scatter by keys.
 *
 * @module
 */

import type { Moves } from "./zoom.ts";

/** What a key does, by its name; plus and minus zoom, arrows move, 0 and Escape reset. */
export function keyMove(key: string, { reset, zoomBy, moveBy }: Moves): (() => void) | undefined {
  const moves: Record<string, () => void> = {
    "+": () => zoomBy(1.5),
    "=": () => zoomBy(1.5),
    "-": () => zoomBy(1 / 1.5),
    "0": reset,
    Escape: reset,
    ArrowLeft: () => moveBy(1, 0),
    ArrowRight: () => moveBy(-1, 0),
    ArrowUp: () => moveBy(0, 1),
    ArrowDown: () => moveBy(0, -1),
  };
  return moves[key];
}

/** Lets keys move what an element shows, unless they are pressed with Control, Meta or Alt. */
export function followKeys(element: HTMLElement, moves: Moves): void {
  element.addEventListener("keydown", (event) => {
    const move = keyMove(event.key, moves);
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  });
}
