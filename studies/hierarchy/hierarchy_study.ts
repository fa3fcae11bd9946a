/**
 * What the hierarchy adds: HiSGT with the graph of ICD-10-CM against the same network without it, on
 * simulated patients whose rare codes behave as their frequent siblings (`simulated_icd10.ts`). Vectors
 * of descriptions are off in both, so that only the graph differs.
 *
 * Each seed has its own population and its own training draws; all forms are trained on the same
 * patients for equally many epochs. Figures: nats per test visit; nats per rare code, which at least 1
 * and at most 10 training records have; nats per visit right after one with a rare code; and the mean
 * absolute log ratio of rare codes' prevalence in generated records to that in the population.
 * Intervals are from resamples of seeds, and of test patients, or rare codes, within seeds.
 *
 * To repeat the results in docs/results.md:
 * `deno run -A studies/hierarchy/hierarchy_study.ts --out runs/hierarchy`
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import {
  claimed,
  type Cohort,
  generate,
  type OnProgress,
  random,
  type Run,
  splitOf,
  train,
  writeWhole,
} from "ehrloom";
import { recordCounts } from "ehrloom/cohort/code_counts.ts";
import { gptLogits } from "ehrloom/models/gpt.ts";
import { type HisgtConfig, hisgtHistories } from "ehrloom/models/hisgt.ts";
import {
  sequenceRows,
  specialTokens,
  tokenKinds,
  tokensOf,
} from "ehrloom/models/tokens/code_tokens.ts";
import { dense } from "ehrloom/nn/multi_hot.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { join } from "node:path";
import { backendOption, startBackend } from "../../tasks/cli/backend_option.ts";
import { runCommand, say } from "../../tasks/cli/command.ts";
import { hierarchyFigure } from "./hierarchy_figure.ts";
import {
  type Form,
  forms,
  type Found,
  type Interval,
  type Measure,
  measures,
} from "./hierarchy_measures.ts";
import { simulatedIcd10 } from "./simulated_icd10.ts";

/** Sums and their counts, one of each per patient or rare code. */
interface Parts {
  readonly sums: number[];
  readonly counts: number[];
}
type Measured = Record<Measure, Parts>;

const mostRecordsOfRare = 10;
const drawnPatients = 1000;
const populationSample = 10_000;
const resamples = 1000;

/** Nats of each token of records after their first. */
async function tokenNats(
  run: Run,
  sequences: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const config = run.runConfig.config as HisgtConfig;
  const parameters = toTensors(run.parameters);
  const found: Float32Array[] = [];
  for (let from = 0; from < sequences.length; from += 32) {
    const some = sequences.slice(from, from + 32);
    const batch = sequenceRows(some, 1);
    const nats = tf.tidy(() => {
      const logits = gptLogits(parameters, hisgtHistories(config, parameters, batch));
      const chosen = dense(batch.targets, tokenKinds(config));
      return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), chosen), 1));
    });
    const numbers = await nats.data<"float32">();
    nats.dispose();
    const steps = numbers.length / some.length;
    some.forEach((tokens, i) =>
      found.push(numbers.slice(i * steps, i * steps + tokens.length - 1))
    );
  }
  tf.dispose(parameters);
  return found;
}

/** The three kinds of nats of each test patient. */
async function likelihoods(
  run: Run,
  test: Cohort,
  isRare: (code: number) => boolean,
): Promise<Pick<Measured, "visit" | "rare" | "after">> {
  const config = run.runConfig.config as HisgtConfig;
  const { endVisit } = specialTokens(config);
  const parts = (): Parts => ({ sums: [], counts: [] });
  const found = { visit: parts(), rare: parts(), after: parts() };
  const sequences = Array.from(
    { length: test.recordCount },
    (_, record) => tokensOf(config, test, record),
  );
  const nats = await tokenNats(run, sequences);
  sequences.forEach((tokens, record) => {
    const sums = { visit: 0, rare: 0, after: 0 };
    const counts = { visit: 0, rare: 0, after: 0 };
    let isAfter = false;
    let hasRare = false;
    tokens.slice(1).forEach((token, step) => {
      const nat = nats[record][step];
      sums.visit += nat;
      if (isAfter) sums.after += nat;
      if (token < config.codes && isRare(token)) {
        hasRare = true;
        sums.rare += nat;
        counts.rare++;
      }
      if (token !== endVisit) return;
      counts.visit++;
      if (isAfter) counts.after++;
      isAfter = hasRare;
      hasRare = false;
    });
    for (const measure of ["visit", "rare", "after"] as const) {
      found[measure].sums.push(sums[measure]);
      found[measure].counts.push(counts[measure]);
    }
  });
  return found;
}

/** How far rare codes' prevalence is from the population's; half a record is added on both sides. */
function prevalenceErrors(drawn: Cohort, population: Cohort, rare: readonly number[]): Parts {
  const counts = recordCounts(drawn);
  const inPopulation = recordCounts(population);
  const scale = drawn.recordCount / population.recordCount;
  const sums = rare.map((code) =>
    Math.abs(Math.log((counts[code] + 0.5) / (inPopulation[code] * scale + 0.5)))
  );
  return { sums, counts: rare.map(() => 1) };
}

const totalOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

function intervalOf(value: number, resampled: number[]): Interval {
  const sorted = resampled.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  return { value, low: at(0.025), high: at(0.975) };
}

/** Means over seeds of each form's figure, on resamples that all forms share. */
function summarized(seeds: readonly Record<Form, Measured>[], measure: Measure): Found[] {
  const names = Object.keys(forms) as Form[];
  const mean = ({ sums, counts }: Parts, rows: ArrayLike<number>) => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < rows.length; i++) {
      sum += sums[rows[i]];
      count += counts[rows[i]];
    }
    return sum / count;
  };
  const draws = random(1);
  const figures = Array.from({ length: resamples + 1 }, (_, resample) => {
    const chosen = seeds.map((_, i) => seeds[resample === 0 ? i : draws.integer(seeds.length)]);
    const perSeed = chosen.map((seed) => {
      const size = seed[names[0]][measure].sums.length;
      const rows = Int32Array.from(
        { length: size },
        (_, i) => resample === 0 ? i : draws.integer(size),
      );
      return names.map((form) => mean(seed[form][measure], rows));
    });
    return names.map((_, form) => totalOf(perSeed.map((each) => each[form])) / seeds.length);
  });
  const [all, ...others] = figures;
  return names.map((form, i) => ({
    form,
    measure,
    level: intervalOf(all[i], others.map((each) => each[i])),
    difference: intervalOf(all[i] - all[0], others.map((each) => each[i] - each[0])),
    differences: seeds.map((seed) => {
      const every = seed[form][measure].sums.map((_, row) => row);
      return mean(seed[form][measure], every) - mean(seed[names[0]][measure], every);
    }),
  }));
}

/** What is the same for all seeds. */
interface Plan {
  readonly patients: number;
  readonly width: number;
  readonly training: { readonly epochs: number; readonly learningRate: number };
  /** Where runs are stored while they are needed. */
  readonly folder: string;
  readonly onProgress: OnProgress;
}

/** The patients of a seed, and their rare codes. */
interface Patients {
  readonly cohort: Cohort;
  /** Many more of the same population. */
  readonly truth: Cohort;
  readonly rare: readonly number[];
}

/** One form, trained and measured. */
async function measuredForm(
  form: Form,
  seed: number,
  { cohort, truth, rare }: Patients,
  { width, training, folder, ...plan }: Plan,
): Promise<Measured> {
  const onProgress: OnProgress = (progress) =>
    plan.onProgress({ ...progress, stage: `seed ${seed}, ${form}: ${progress.stage}` });
  const run = await train(cohort, join(folder, "run"), {
    ...training,
    model: "hisgt",
    settings: { width, layers: 2, heads: 4, ...forms[form] },
    seed,
    onProgress,
    force: true,
  });
  const isRare = new Set(rare);
  const nats = await likelihoods(run, splitOf(cohort, "test"), (code) => isRare.has(code));
  const drawn = await generate(run, { count: drawnPatients, seed, onProgress });
  const levels = { ...nats, prevalence: prevalenceErrors(drawn.cohort, truth, rare) };
  const best = run.training.findLast(({ best }) => best)?.epoch;
  say(
    `seed ${seed}, ${form}: best epoch ${best}; ` +
      Object.entries(levels).map(([measure, { sums, counts }]) =>
        `${measure} ${(totalOf(sums) / totalOf(counts)).toFixed(4)}`
      ).join(", "),
  );
  return levels;
}

/** All forms, trained on the patients of one population. */
async function measuredSeed(seed: number, plan: Plan): Promise<Record<Form, Measured>> {
  const population = simulatedIcd10(seed);
  const cohort = population.patients(plan.patients, 1);
  const truth = population.patients(populationSample, 2);
  const learners = splitOf(cohort, "train");
  const known = recordCounts(learners);
  const rare = Array.from(known.keys())
    .filter((code) => known[code] >= 1 && known[code] <= mostRecordsOfRare);
  const patients = { cohort, truth, rare };
  const measured = {
    none: await measuredForm("none", seed, patients, plan),
    graph: await measuredForm("graph", seed, patients, plan),
  };
  const learned = prevalenceErrors(learners, truth, rare);
  say(
    `seed ${seed}: ${rare.length} rare codes of ${known.length}; ` +
      `their prevalence error in the training records themselves ` +
      (totalOf(learned.sums) / rare.length).toFixed(4),
  );
  return measured;
}

/** Writes the results, and prints them. */
async function report(out: string, found: readonly Found[]): Promise<void> {
  await writeWhole(out, async (path) => {
    await Deno.mkdir(path);
    await Deno.writeTextFile(join(path, "hierarchy.json"), JSON.stringify(found, null, 2) + "\n");
    await Deno.writeTextFile(join(path, "hierarchy.svg"), hierarchyFigure(found).outerHTML + "\n");
  });
  const text = ({ value, low, high }: Interval) =>
    `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  for (const { form, measure, level, difference } of found) {
    say(`${measures[measure]}, ${form}: ${text(level)}, difference ${text(difference)}`);
  }
}

await runCommand({
  name: "hierarchy_study",
  summary: "Measure what the hierarchy adds to HiSGT, on simulated patients; write JSON and SVG.",
  options: {
    out: { value: "DIR", help: "Output folder", required: true },
    seeds: { value: "N", help: "Populations; each form is trained on each of them", default: "3" },
    patients: {
      value: "N",
      help: "Patients per population; 72% are for training",
      default: "1400",
    },
    epochs: { value: "N", help: "Passes over the training records", default: "24" },
    width: { value: "N", help: "Width of the embedding", default: "64" },
    lr: { value: "X", help: "Learning rate", default: "3e-3" },
    ...backendOption,
  },
  examples: ["deno run -A studies/hierarchy/hierarchy_study.ts --out runs/hierarchy"],
}, async (args, onProgress) => {
  const out = args.path("out");
  return await claimed(out, {}, async () => {
    await startBackend(args);
    const plan: Plan = {
      patients: args.integer("patients", { min: 100 }),
      width: args.integer("width", { min: 4 }),
      training: {
        epochs: args.integer("epochs", { min: 1 }),
        learningRate: args.number("lr", { min: 0 }),
      },
      folder: await Deno.makeTempDir({ prefix: "ehrloom-hierarchy-" }),
      onProgress,
    };
    const seeds: Record<Form, Measured>[] = [];
    for (let seed = 1; seed <= args.integer("seeds", { min: 1 }); seed++) {
      seeds.push(await measuredSeed(seed, plan));
    }
    await Deno.remove(plan.folder, { recursive: true });
    await report(out, [
      ...summarized(seeds, "visit"),
      ...summarized(seeds, "rare"),
      ...summarized(seeds, "after"),
      ...summarized(seeds, "prevalence"),
    ]);
    return { out };
  });
});
