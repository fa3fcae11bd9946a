import workspace from "../../deno.json" with { type: "json" };
import { fileURLToPath } from "node:url";

/** The folder of Ehrloom. */
export const project = fileURLToPath(new URL("../../", import.meta.url));

/** The arguments of Deno that make a task, with the permissions that it has as a task. */
export function taskArguments(name: string): string[] {
  const tasks: Readonly<Record<string, { command: string }>> = workspace.tasks;
  const [, args] = tasks[name].command.match(/^DENO_NO_UPDATE_CHECK=1 deno (run .*)$/) ?? [];
  if (args === undefined) throw new Error(`Task ${name} is "${tasks[name].command}"`);
  return args.split(" ");
}
