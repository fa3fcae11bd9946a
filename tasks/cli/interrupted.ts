/**
 * How a task ends that is interrupted: nothing unfinished stays, and the last line says how to
 * continue.
 *
 * @module
 */
import type { Arguments, Command } from "./arguments.ts";
import { resolvePath, shellPath } from "./paths.ts";
import { say } from "./progress.ts";

/** Whether an interrupted task has started the result at a path, or continues it. */
export function hasBegun(path: string | undefined, { force }: { force: boolean }): boolean {
  if (path === undefined) return false;
  try {
    const { mtime } = Deno.statSync(resolvePath(path));
    return !force || Number(mtime) >= performance.timeOrigin; // else it is an older result's
  } catch (_) {
    return false;
  }
}

/** The command line of this task, with one switch added and one left out. */
export function sameCommand(name: string, change: { add?: string; leaveOut: string }): string {
  const { add, leaveOut } = change;
  const args = Deno.args.filter((arg) => arg !== add && arg !== leaveOut);
  return ["deno task", name, ...args.map(shellPath), ...add === undefined ? [] : [add]].join(" ");
}

/** What ends a task from outside, with the exit codes that shells expect. */
const signals: readonly [Deno.Signal, number][] = [["SIGINT", 130], ["SIGTERM", 143], [
  "SIGHUP",
  129,
]];

/**
 * Ends a task that is interrupted: nothing unfinished stays, and the last line says how to
 * continue.
 */
export function listenToSignals(command: Command, args: Arguments, stopBars: () => void): void {
  const listened = Deno.build.os === "windows" ? signals.slice(0, 1) : signals;
  for (const [signal, code] of listened) {
    Deno.addSignalListener(signal, () => {
      stopBars();
      const next = command.goesOnBy?.(args);
      const isDone = command.goesOnBy === undefined && hasBegun(args.maybe("out"), { force: true });
      say(
        next !== undefined
          ? `Interrupted; continue with: ${next}`
          : isDone
          ? `Interrupted, but ${args.text("out")} is complete`
          : "Interrupted; nothing was written, so the same command starts over",
      );
      Deno.exit(code);
    });
  }
}
