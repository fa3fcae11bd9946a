/**
 * How many bins of measured values, and of which kind? HALO's readers ask it, since its continuous
 * variables are in bins. HALO is trained on one cohort with each number of bins, equally wide and equally
 * full, and with waits instead of bins of time; how closely codes, values and times are followed, and
 * whether the next visit can be learned from the synthetic records, stands side by side.
 *
 * A comparison of the models is written to OUT and can be continued; the table is OUT/discretisation.json.
 *
 * `deno run -A studies/discretisation/discretisation.ts --cohort runs/labs --out runs/discretisation`
 *
 * @module
 */
import {
  compare,
  type ComparedModel,
  type Contestant,
  type Estimate,
  type FidelityFigures,
  type ModelConfig,
  readMeds,
  writeWhole,
} from "ehrloom";
import { join } from "node:path";
import { backendOption, startBackend } from "../../tasks/cli/backend_option.ts";
import { runCommand, say } from "../../tasks/cli/command.ts";

/** The figures of a kind of bins, or of held-out records. */
interface Figures {
  /** R² of codes, of pairs within a visit, and of the share of visits that have a value. */
  readonly codes: number | null;
  readonly pairs: number | null;
  readonly presence: number | null;
  /** 1 minus the Kolmogorov-Smirnov distance of values, median over codes. */
  readonly values: Estimate | null;
  /** Correlation of a value with the patient's next one: median absolute difference. */
  readonly lag_1: Estimate | null;
  /** 1 minus the Kolmogorov-Smirnov distance of log days between visits. */
  readonly days: Estimate | null;
  /** The next visit, learned by logistic regression: share of its codes among the ten likeliest, minus that
   * of one that learned from real records. */
  readonly next_visit: Estimate | null;
}

function figuresOf(fidelity: Partial<FidelityFigures>, utility: ComparedModel["utility"]): Figures {
  const { unigram, same_visit_bigram, values, value_distributions, gap_distribution } = fidelity;
  return {
    codes: unigram?.r2 ?? null,
    pairs: same_visit_bigram?.r2 ?? null,
    presence: values?.presence.r2 ?? null,
    values: value_distributions?.ks_complement ?? null,
    lag_1: value_distributions?.lag_1_difference ?? null,
    days: gap_distribution?.log_days?.ks_complement ?? null,
    next_visit: utility?.next_visit?.predictors?.logistic.all?.at_10.difference ?? null,
  };
}

/** HALO with each number of bins and each scheme; with the middle number, waits as log-normals too. */
function contestants(bins: readonly number[]): Contestant[] {
  const named = (word: string, settings: ModelConfig): Contestant => ({
    name: `halo+${word}`,
    settings,
  });
  const middle = bins[bins.length >> 1];
  return [
    ...bins.map((numbers) => named(`wide${numbers}`, { numbers, quantileBins: false })),
    ...bins.map((numbers) => named(`full${numbers}`, { numbers, quantileBins: true })),
    named(`even${middle}`, { numbers: middle, evenDraws: true }),
    named(`waits${middle}`, { numbers: middle, waits: 24 }),
  ];
}

function inWords(name: string, { values, lag_1, days, ...others }: Figures): string {
  const text = (figure: number | null | undefined) => figure?.toFixed(3) ?? "–";
  const { codes, pairs, presence, next_visit } = others;
  return `${name}: codes ${text(codes)}, pairs ${text(pairs)}, presence ${text(presence)}, ` +
    `values ${text(values?.value)}, lag 1 ${text(lag_1?.value)}, days ${text(days?.value)}, ` +
    `next visit ${text(next_visit?.value)}`;
}

await runCommand({
  name: "discretisation",
  summary: "Compare numbers and kinds of bins of measured values, by HALO on one cohort.",
  options: {
    cohort: { value: "DIR", help: "Cohort with measured values", required: true },
    out: { value: "DIR", help: "Folder of the comparison, new or to be continued", required: true },
    bins: { value: "LIST", help: "Numbers of bins, comma-separated", default: "5,10,20" },
    epochs: { value: "N", help: "Passes over the training records (default by size of cohort)" },
    resamples: { value: "N", help: "Resamples of patients for each interval", default: "200" },
    ...backendOption,
  },
  examples: [
    "deno run -A studies/discretisation/discretisation.ts --cohort runs/labs --out runs/discretisation",
  ],
}, async (args, onProgress) => {
  const out = args.path("out");
  await startBackend(args);
  const bins = args.text("bins").split(",").map(Number);
  const { comparison } = await compare(await readMeds(args.path("cohort")), out, {
    models: contestants(bins),
    measures: ["fidelity", "utility.next_visit"],
    resamples: args.integer("resamples", { min: 0 }),
    ...args.maybe("epochs") !== undefined && { epochs: args.integer("epochs", { min: 1 }) },
    onProgress,
  });
  const held = comparison.scale?.ceiling;
  const found = [
    ...comparison.models.map(({ model, fidelity, utility }) => ({
      name: model,
      ...figuresOf(fidelity, utility),
    })),
    { name: "held out", ...figuresOf(comparison.ceiling, held?.utility) },
  ];
  for (const { name, ...figures } of found) say(inWords(name, figures));
  const text = JSON.stringify(found, null, 2) + "\n";
  await writeWhole(
    join(out, "discretisation.json"),
    (path) => Deno.writeTextFile(path, text),
    { force: true },
  );
  return { out };
});
