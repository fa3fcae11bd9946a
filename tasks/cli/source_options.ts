/**
 * The options of sources on the command line: in the help text, and as they were given.
 *
 * @module
 */
import type { SourceOption, SourceSummary } from "ehrloom";
import { type Arguments, type Option, UsageError } from "./command.ts";

/** The name of a source's option on the command line: `--time-series` for `timeSeries`. */
function optionName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function commandOption({ value, help, default: fallback }: SourceOption<unknown>): Option {
  const isSaid = value !== undefined && fallback !== undefined;
  const said = { help: isSaid ? `${help} (default ${fallback})` : help };
  return value === undefined ? said : { value, ...said };
}

/** The options of each source that has some, by the source's name. */
export function sourceGroups(
  sources: readonly SourceSummary[],
): Record<string, Record<string, Option>> {
  const groups: Record<string, Record<string, Option>> = {};
  for (const { name, options } of sources) {
    const own = Object.entries(options)
      .map(([option, declared]) => [optionName(option), commandOption(declared)]);
    if (own.length > 0) groups[name] = Object.fromEntries(own);
  }
  return groups;
}

/** The text that an option was given, "" for a switch; undefined where it was not given. */
function givenText(
  name: string,
  { value }: SourceOption<unknown>,
  args: Arguments,
): string | undefined {
  const option = optionName(name);
  return value === undefined ? args.has(option) ? "" : undefined : args.maybe(option);
}

/** Refuses options that only other sources have. */
function checkOwners(
  source: SourceSummary,
  sources: readonly SourceSummary[],
  args: Arguments,
): void {
  for (const [name, declared] of sources.flatMap(({ options }) => Object.entries(options))) {
    const isOwn = Object.hasOwn(source.options, name);
    if (isOwn || givenText(name, declared, args) === undefined) continue;
    const owners = sources.filter(({ options }) => Object.hasOwn(options, name))
      .map((owner) => owner.name).join(", ");
    throw new UsageError(`--${optionName(name)} is an option of ${owners}, not of ${source.name}`);
  }
}

/**
 * The values that were given for a source's own options.
 *
 * @throws {UsageError} If a value is not valid, values exclude each other, or an option is of
 * another source
 */
export function sourceValues(
  source: SourceSummary,
  sources: readonly SourceSummary[],
  args: Arguments,
): Record<string, unknown> {
  checkOwners(source, sources, args);
  const given: Record<string, unknown> = {};
  const all: Record<string, unknown> = {};
  for (const [name, declared] of Object.entries(source.options)) {
    all[name] = declared.default;
    const text = givenText(name, declared, args);
    if (text === undefined) continue;
    try {
      given[name] = all[name] = declared.parse(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UsageError(`--${optionName(name)} ${error.message}`);
    }
  }
  const problem = source.problem?.(all);
  if (problem !== undefined) throw new UsageError(problem);
  return given;
}
