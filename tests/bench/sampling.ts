// How fast runs generate records on TensorFlow: visits per second of processor time over all cores and by
// the clock, with Ehrloom's own operations and by turns with the tfjs operations in whose place they stand.
//
//   deno run -A tests/bench/sampling.ts RUN[,RUN...] [records, 256] [turns, 3]
//
// The best of all turns: another program may have the processor.
import process from "node:process";
import { generateParts, readRun, type Run, useBackend } from "ehrloom";
import { allowKernels, hasKernels } from "ehrloom/nn/kernels.ts";
import { say } from "../../tasks/cli/command.ts";

/** Visits per second of processor time, and by the clock. */
interface Speed {
  readonly cpu: number;
  readonly wall: number;
}

async function speedOf(run: Run, count: number): Promise<Speed> {
  const [before, began] = [process.cpuUsage(), performance.now()];
  let visits = 0;
  for await (const { cohort } of generateParts(run, { count })) visits += cohort.visitCount;
  const { user, system } = process.cpuUsage(before);
  return {
    cpu: 1e6 * visits / (user + system),
    wall: 1000 * visits / (performance.now() - began),
  };
}

/** In words, the highest of each. */
function best(speeds: readonly Speed[]): string {
  const most = (of: keyof Speed) => Math.max(...speeds.map((speed) => speed[of])).toFixed(0);
  return `${most("cpu")} visits per second of processor time, ${most("wall")} by the clock`;
}

const [folders, count = "256", turns = "3"] = Deno.args;
await useBackend("tensorflow");
if (!hasKernels()) throw new Error("Cannot measure own operations: deno task native compiles them");
for (const folder of folders.split(",")) {
  const run = await readRun(folder);
  const [own, tfjs]: [Speed[], Speed[]] = [[], []];
  for (let turn = 0; turn <= Number(turns); turn++) {
    for (const [isOwn, speeds] of [[true, own], [false, tfjs]] as const) {
      allowKernels(isOwn);
      const speed = await speedOf(run, Number(count));
      if (turn > 0) speeds.push(speed); // the first one warms up
    }
  }
  say(`${run.runConfig.model}, own operations: ${best(own)}`);
  say(`${run.runConfig.model}, tfjs operations: ${best(tfjs)}`);
}
