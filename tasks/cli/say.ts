/**
 * What a task tells people, on stderr; results go to files, and to stdout.
 *
 * @module
 */
import process from "node:process";
import { printable } from "ehrloom";

/** Whether people want to read nothing but errors. */
export const isQuiet: boolean = Deno.args.includes("--quiet");

// a terminal that was closed takes no more lines; the signal that says so ends the task in order
process.stderr.on("error", () => {});

let hushed = false;

/**
 * Keeps this process from writing to stderr, as another one speaks for it; or lets it speak again. What
 * {@link tell} writes to stdout still comes.
 */
export function hush(isHushed: boolean): void {
  hushed = isHushed;
}

/** Whether another process speaks for this one. */
export function isHushed(): boolean {
  return hushed;
}

/** Writes a line for people, see {@link printable}. */
export function say(line: string): void {
  if (!isQuiet) complain(line);
}

/** Writes a line of a result for people: to stdout, unless `--json` writes its object there. */
export function tell(line: string): void {
  if (isQuiet) return;
  if (Deno.args.includes("--json")) say(line);
  else process.stdout.write(printable(line) + "\n");
}

/** Writes a line that people want to read even with `--quiet`: an error. */
export function complain(line: string): void {
  if (!hushed) process.stderr.write(printable(line) + "\n");
}
