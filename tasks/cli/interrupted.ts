/**
 * How a task ends that is interrupted: nothing unfinished stays, and the last line says how to
 * continue.
 *
 * @module
 */
import { answer } from "./answer.ts";
import type { Arguments, Command } from "./arguments.ts";
import { resolvePath, shellPath } from "./paths.ts";
import type { Display } from "./progress.ts";
import { complain } from "./say.ts";

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
export const signals: readonly { signal: Deno.Signal; code: number }[] = Deno.build.os === "windows"
  ? [{ signal: "SIGINT", code: 130 }]
  : [
    { signal: "SIGINT", code: 130 },
    { signal: "SIGTERM", code: 143 },
    { signal: "SIGHUP", code: 129 },
  ];

/** What can be done after an interruption. */
function afterwards(command: Command, args: Arguments): string {
  const next = command.goesOnBy?.(args);
  if (next !== undefined) return `continue with: ${next}`;
  const isDone = command.goesOnBy === undefined && hasBegun(args.maybe("out"), { force: true });
  return isDone
    ? `${args.text("out")} is complete`
    : "nothing was written, so the same command starts over";
}

/** Ends a task that is interrupted, with the exit code of the signal. */
export function listenToSignals(command: Command, args: Arguments, display: Display): void {
  for (const { signal, code } of signals) {
    Deno.addSignalListener(signal, () => {
      const place = display.where();
      const stopped = place === undefined ? "Stopped" : `Stopped ${place}`;
      try {
        display.stop();
        complain(`${stopped}; ${afterwards(command, args)}`);
        answer(command.name, { stopped: signal, continue: command.goesOnBy?.(args) ?? null });
      } finally {
        Deno.exit(code); // a terminal that is closed takes no more lines
      }
    });
  }
}
