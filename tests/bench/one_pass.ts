// Time and memory of R² with intervals from one pass, on cohorts of 34 visits of 3.5 codes of 9,882.
//
//   deno run -A tests/bench/one_pass.ts 200000 [resamples, 1000]
import process from "node:process";
import { codeKinds } from "ehrloom";
import { r2Estimate } from "ehrloom/evaluate/bootstrap.ts";
import { onePass } from "ehrloom/evaluate/fidelity/counting/one_pass.ts";
import { say } from "../../tasks/cli/command.ts";
import { longCohort } from "./long_cohort.ts";

const [records = 10_000, resamples = 1000] = Deno.args.map(Number);
const how = { records, codes: 9882 };
const real = longCohort({ ...how, seed: 1 });
const other = longCohort({ ...how, seed: 2, persistence: 0.6 });
for (const kind of codeKinds) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const [{ perVisit, perRecord, keys }] = await onePass(kind, {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: other }],
    seed: 1,
    resamples,
  }, true);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - start) / 1000;
  const text = [perVisit, perRecord].map(({ r2, noise }) => {
    const { value, low, high } = r2Estimate(r2);
    return `${value.toFixed(5)} (${low.toFixed(5)} to ${high.toFixed(5)}), noise ${
      noise.toFixed(6)
    }`;
  });
  say(
    `${kind}: ${keys} keys, ${seconds.toFixed(0)} s, ${
      ((user + system) / 1e6).toFixed(0)
    } s of CPU, ` +
      `at most ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB so far; ` +
      `R² per visit ${text[0]}, per record ${text[1]}`,
  );
}
