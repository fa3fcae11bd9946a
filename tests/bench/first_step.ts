// What processor time goes into before the first step of training, which is given up after it.
//
//   deno run -A tests/bench/first_step.ts COHORT RUN
import process from "node:process";
import { readMeds, train, useBackend } from "ehrloom";
import { say } from "../../tasks/cli/command.ts";

let before = 0;

function passed(what: string): void {
  const { user, system } = process.cpuUsage();
  const now = (user + system) / 1e6;
  say(`${(now - before).toFixed(2)} s  ${what}`);
  before = now;
}

const [folder, out] = Deno.args;
passed("Deno, and importing the library");
const engine = await useBackend();
passed(`loading ${engine}`);
const cohort = await readMeds(folder);
passed("reading the cohort");
const enough = new AbortController();
const isEnough = await train(cohort, out, {
  epochs: 1,
  force: true,
  signal: enough.signal,
  onStart: () => passed("initial parameters"),
  onProgress: ({ done }) => {
    if (done !== 1) return;
    passed("the first step");
    enough.abort();
  },
}).catch(() => enough.signal.aborted);
if (isEnough !== true) throw new Error("Training ended before its first step");
