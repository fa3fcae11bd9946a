import workspace from "../../deno.json" with { type: "json" };
import { fileURLToPath } from "node:url";

/** The folder of Ehrloom. */
export const project = fileURLToPath(new URL("../../", import.meta.url));

/** How a task is run. */
export interface TaskCommand {
  /** The arguments of Deno, with the permissions that it has as a task. */
  readonly arguments: readonly string[];
  /** Variables of its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The command of a task in `deno.json`. */
export function taskCommand(name: string): TaskCommand {
  const tasks: Readonly<Record<string, { command: string }>> = workspace.tasks;
  const [, variables, args] = tasks[name].command.match(/^((?:\w+=\S+ )+)deno (run .*)$/) ?? [];
  if (args === undefined) throw new Error(`Task ${name} is "${tasks[name].command}"`);
  return {
    arguments: args.split(" "),
    environment: Object.fromEntries(
      [...variables.matchAll(/(\w+)=(\S+) /g)].map(([, name, value]) => [name, value]),
    ),
  };
}
