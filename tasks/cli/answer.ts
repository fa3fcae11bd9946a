/**
 * `--json`: what a task found, as exactly one JSON object on stdout, for scripts.
 *
 * @module
 */

import { isHushed } from "./say.ts";

/** What a task found: paths, counts and figures, with names in snake_case. */
export type Result = Readonly<Record<string, unknown>>;

/** Writes the one object of a task, if `--json` asks for it. */
export function answer(task: string, result: Result): void {
  if (!Deno.args.includes("--json") || isHushed()) return;
  // deno-lint-ignore no-console -- it is this program's output
  console.log(JSON.stringify({ task, ...result }));
}
