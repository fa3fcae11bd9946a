/**
 * What every `deno task` shares: options by `@std/cli`, `--help`, exit codes, progress on stderr.
 *
 * @module
 */
import { type OnProgress, putBackForReading } from "ehrloom";
import { type Arguments, type Command, parse, ungrouped, UsageError } from "./arguments.ts";
import { helpText } from "./help.ts";
import { listenToSignals } from "./interrupted.ts";
import { progressBars, say } from "./progress.ts";

export { Arguments, type Command, type Option, UsageError } from "./arguments.ts";
export { hasBegun, sameCommand } from "./interrupted.ts";
export { freePath, resolvePath, shellPath } from "./paths.ts";
export { say, tell } from "./progress.ts";

/** What an error says; where the system's own words came through, a sentence about the path. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const system = message.match(/^(.*) \(os error \d+\)(?:: (\w+)(?: '(.*?)')?)?/s);
  if (system === null) return message;
  const [, reason, call, path] = system;
  if (path !== undefined) return `Cannot use "${path}": ${reason}`;
  return call === "tmpdir"
    ? `Cannot use TMPDIR "${Deno.env.get("TMPDIR") ?? ""}" for temporary files: ${reason}`
    : reason;
}

/**
 * Runs a task's command line and leaves the process with 0, 1 (one clear line on bad input) or
 * 2 (bad usage).
 */
export async function runCommand(
  command: Command,
  run: (args: Arguments, onProgress: OnProgress) => Promise<void>,
): Promise<never> {
  const bars = progressBars();
  try {
    const args = parse(ungrouped(command), Deno.args);
    // deno-lint-ignore no-console -- help is this program's output
    if (args.has("help")) console.log(helpText(command, args));
    else {
      if (command.passesOnTo === undefined) listenToSignals(command, args, bars.stop);
      for (const input of args.inputs()) await putBackForReading(input);
      await run(args, bars.onProgress);
    }
    bars.stop();
  } catch (error) {
    bars.stop();
    say(`error: ${sentenceOf(error)}`);
    if (error instanceof UsageError) {
      say(`See deno task ${command.name} --help`);
      Deno.exit(2);
    }
    Deno.exit(1);
  }
  Deno.exit(0);
}
