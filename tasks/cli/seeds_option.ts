import { type Arguments, UsageError } from "./arguments.ts";

/** The random seeds of `--seeds 1,2,3`; undefined if it was not given. */
export function seedsOf(args: Arguments): number[] | undefined {
  const text = args.maybe("seeds");
  if (text === undefined) return undefined;
  const seeds = text.split(",").map((part) => /^ *\d+ *$/.test(part) ? Number(part) : NaN);
  if (seeds.every(Number.isSafeInteger)) return seeds;
  throw new UsageError(`--seeds is ${text}, must be whole numbers, such as 1,2,3`);
}
