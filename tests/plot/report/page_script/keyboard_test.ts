import { assertEquals } from "@std/assert";
import { keyMove } from "ehrloom/plot/report/page_script/keyboard.ts";

Deno.test("keyMove() zooms by plus and minus, moves by arrows, resets by 0 and Escape", () => {
  const made: string[] = [];
  const moves = {
    reset: () => void made.push("reset"),
    zoomBy: (factor: number) => void made.push(`zoom ${factor.toFixed(2)}`),
    moveBy: (right: number, down: number) => void made.push(`move ${right} ${down}`),
  };
  const keys = ["+", "=", "-", "0", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
  for (const key of keys) keyMove(key, moves)?.();
  assertEquals(made, [
    ...["zoom 1.50", "zoom 1.50", "zoom 0.67", "reset", "reset"],
    ...["move 1 0", "move -1 0", "move 0 1", "move 0 -1"],
  ]);
  assertEquals(keyMove("a", moves), undefined);
});
