/**
 * SynEHRgy against HALO with values on one cohort with laboratory values: codes, values, days between
 * visits, sexes, and death predicted from values as SynEHRgy's paper does. Each synthetic cohort is
 * judged against the training records; held-out records stand beside.
 *
 * `deno run -A studies/laboratory_values/laboratory_values.ts --real runs/last \
 *   --synthetic runs/halo,runs/synehrgy --out values.json`
 *
 * @module
 */
import {
  type Cohort,
  evaluate,
  type FidelityFigures,
  readMeds,
  splitOf,
  subset,
  writeWhole,
} from "ehrloom";
import { backendOption, startBackend } from "../../tasks/cli/backend_option.ts";
import { runCommand, say } from "../../tasks/cli/command.ts";
import { measuredCodes, type Mortality, mortality } from "./mortality.ts";

const measures = [
  "unigram",
  "same_visit_bigram",
  "sequential_bigram",
  "values",
  "value_distributions",
  "gap_days",
  "gap_distribution",
  "demographics",
] as const;

/** A cohort's figures. */
interface Row {
  readonly cohort: string;
  readonly fidelity?: Partial<FidelityFigures> | undefined;
  readonly mortality: Mortality;
}

/** Validation and test records: no model and no classifier has learned from them. */
function heldOutOf(real: Cohort): Cohort {
  const records = [...real.subjectIds.keys()].filter((record) => (real.splits?.[record] ?? 0) > 0);
  return subset(real, records);
}

const shown = (value: number | null | undefined, digits = 3) => value?.toFixed(digits) ?? "–";

function inWords({ cohort, fidelity, mortality: { auroc, ...of } }: Row): string[] {
  const { unigram, same_visit_bigram, values, value_distributions, gap_distribution } = fidelity ??
    {};
  const { gap_days, demographics } = fidelity ?? {};
  return [
    `${cohort}:`,
    `R² of codes ${shown(unigram?.r2)}, pairs in a visit ${shown(same_visit_bigram?.r2)}, over ` +
    `visits ${shown(fidelity?.sequential_bigram?.r2)}, share of visits with a value ` +
    shown(values?.presence.r2),
    `1 − KS of values ${shown(value_distributions?.ks_complement.value)}, of log days ` +
    shown(gap_distribution?.log_days?.ks_complement.value),
    `mean days between visits ${shown(gap_days?.real_mean, 2)} real, ` +
    `${shown(gap_days?.synthetic_mean, 2)} synthetic`,
    `1 − KS of ages ${shown(demographics?.age_at_first_visit?.ks_complement.value)}, of sexes ` +
    shown(demographics?.female?.ks_complement.value),
    `death: AUROC ${shown(auroc?.value)} (${shown(auroc?.low)} to ${
      shown(auroc?.high)
    }), learned ` +
    `from ${of.deaths} deaths of ${of.learned_from}, tested on ${of.tested_deaths} of ${of.tested_on}`,
  ];
}

await runCommand({
  name: "laboratory_values",
  summary: "Judge synthetic cohorts with laboratory values, and death predicted from them.",
  options: {
    real: { value: "DIR", help: "Cohort that the models were trained on", required: true },
    synthetic: { value: "LIST", help: "Synthetic cohorts, comma-separated", required: true },
    out: { value: "FILE", help: "JSON file to write", required: true },
    ...backendOption,
  },
  examples: [
    "deno run -A studies/laboratory_values/laboratory_values.ts --real runs/last --synthetic runs/halo,runs/synehrgy --out values.json",
  ],
}, async (args) => {
  const out = args.path("out");
  await startBackend(args);
  const real = await readMeds(args.path("real"));
  const training = splitOf(real, "train");
  const codes = measuredCodes(training);
  const heldOut = heldOutOf(real);
  const rows: Row[] = [
    { cohort: "real", mortality: mortality(training, heldOut, codes) },
  ];
  inWords(rows[0]).forEach(say);
  for (const name of args.text("synthetic").split(",")) {
    const synthetic = await readMeds(name);
    const { fidelity } = await evaluate(real, synthetic, {
      only: measures.map((measure) => `fidelity.${measure}`),
      resamples: 200,
    });
    const row = { cohort: name, fidelity, mortality: mortality(synthetic, heldOut, codes) };
    rows.push(row);
    inWords(row).forEach(say);
  }
  await writeWhole(out, (path) => Deno.writeTextFile(path, JSON.stringify(rows, null, 2) + "\n"));
  return { out };
});
