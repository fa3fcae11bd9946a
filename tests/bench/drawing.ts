// Visits that a run draws in a second of processor time, without reading the run and without writing.
//
//   deno run -A tests/bench/drawing.ts RUN RECORDS
import process from "node:process";
import { generateParts, needsEngine, readRun, useBackend } from "ehrloom";
import { say } from "../../tasks/cli/command.ts";

const seconds = ({ user, system } = process.cpuUsage()) => (user + system) / 1e6;

const [folder, count] = Deno.args;
const run = await readRun(folder);
if (needsEngine(run)) await useBackend();
const begin = seconds();
let visits = 0;
for await (const { cohort } of generateParts(run, { count: Number(count) })) {
  visits += cohort.visitCount;
}
const taken = seconds() - begin;
say(`${visits} visits in ${taken.toFixed(2)} s: ${Math.round(visits / taken)} a second`);
