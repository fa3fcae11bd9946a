/**
 * What every `deno task` shares: options by `@std/cli`, `--help`, exit codes, progress on stderr,
 * and with `--json` the result on stdout.
 *
 * @module
 */
import { type OnProgress, putBackForReading } from "ehrloom";
import { answer, type Result } from "./answer.ts";
import { type Arguments, type Command, parse, ungrouped, UsageError } from "./arguments.ts";
import { helpText, helpWidth } from "./help.ts";
import { listenToSignals } from "./interrupted.ts";
import { progressDisplay } from "./progress.ts";
import { complain } from "./say.ts";

export type { Result } from "./answer.ts";
export { Arguments, type Command, type Option, UsageError } from "./arguments.ts";
export { hasBegun, sameCommand } from "./interrupted.ts";
export { freePath, resolvePath, shellPath } from "./paths.ts";
export { say, tell } from "./say.ts";

/** What an error says; where the system's own words came through, a sentence about the path. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const refused = message.match(/^Requires .* access to (".*?"), run again with the/s);
  if (refused !== null) return `Cannot use ${refused[1]}: Deno lets no task in there`;
  const system = message.match(/^(.*) \(os error \d+\)(?:: (\w+)(?: '(.*?)')?)?/s);
  if (system === null) return asOptions(message);
  const [, reason, call, path] = system;
  if (path !== undefined) return `Cannot use "${path}": ${reason}`;
  return call === "tmpdir"
    ? `Cannot use TMPDIR "${Deno.env.get("TMPDIR") ?? ""}" for temporary files: ${reason}`
    : reason;
}

/** The library's advice as it is given on a command line: `--force` for `force: true`. */
function asOptions(message: string): string {
  return message.replaceAll(/\b(pass|or) (resume|force): true/g, "$1 --$2");
}

/** Says what is wrong and leaves the process: with 2 after bad usage, with 1 after anything else. */
function fail({ name }: Command, error: unknown): never {
  const sentence = sentenceOf(error);
  complain(`error: ${sentence}`);
  const isUsage = error instanceof UsageError;
  if (isUsage) complain(`See deno task ${name} --help`);
  answer(name, { error: sentence });
  Deno.exit(isUsage ? 2 : 1);
}

/**
 * Runs a task's command line and leaves the process with 0, 1 (one clear line on bad input) or
 * 2 (bad usage).
 *
 * @param run does the work, and returns what `--json` shows
 */
export async function runCommand(
  command: Command,
  run: (args: Arguments, onProgress: OnProgress) => Promise<Result>,
): Promise<never> {
  const display = progressDisplay();
  try {
    const args = parse(ungrouped(command), Deno.args);
    // deno-lint-ignore no-console -- help is this program's output
    if (args.has("help")) console.log(helpText(command, args, helpWidth()));
    else {
      if (!command.hasOwnSignals?.(args)) listenToSignals(command, args, display);
      for (const input of args.inputs()) await putBackForReading(input);
      const result = await run(args, display.onProgress);
      display.stop();
      answer(command.name, result);
    }
  } catch (error) {
    display.stop();
    fail(command, error);
  }
  Deno.exit(); // with 0, unless the task has set another code
}
