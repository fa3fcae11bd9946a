import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { begin, contents, copy, ending, type Scenario, succeed } from "./scenarios.ts";

/** A scenario with what it begins from and what it leaves, each as files. */
export interface Prepared extends Scenario {
  /** The folder to copy for each try: inputs, and what is at `--out` before. */
  readonly start: string;
  readonly before: Record<string, string> | undefined;
  readonly after: Record<string, string> | undefined;
  /** File operations of a run that nothing comes between. */
  readonly operations: number;
}

/**
 * Runs a scenario once.
 *
 * @param inputs what the scenario reads
 * @param folder gets what it begins from and what it leaves
 */
export async function prepared(
  scenario: Scenario,
  inputs: string,
  folder: string,
): Promise<Prepared> {
  const start = join(folder, "start");
  copy(inputs, start);
  const [task, ...args] = scenario.older ?? [];
  if (task !== undefined) await succeed(start, task, [...args, "--out", "out"]);
  const whole = join(folder, "whole");
  copy(start, whole);
  const countFile = join(folder, "count");
  const { code, lines } = await ending(begin(whole, scenario.task, scenario.args, { countFile }));
  assertEquals(code, 0, lines.join("\n"));
  return {
    ...scenario,
    start,
    before: await contents(join(start, "out")),
    after: await contents(join(whole, "out")),
    operations: Number(Deno.readTextFileSync(countFile)),
  };
}
