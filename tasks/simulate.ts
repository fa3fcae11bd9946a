import {
  type Cohort,
  concatenated,
  simulationDefaults,
  splitNames,
  splitOf,
  testLossOfTruth,
  type Truth,
  writeSimulated,
} from "ehrloom";
import { freePath, type Result, runCommand, say, shellPath, tell } from "./cli/command.ts";

/** Up to these sizes, the test loss of the truth is computed, within seconds. */
const lossTopics = 10;
const lossPatients = 2000;

await runCommand({
  name: "simulate",
  summary: "Simulate a cohort with known truth, for lessons and tests; write a cohort folder.",
  options: {
    out: {
      value: "DIR",
      help: "Cohort folder to write, with the truth in truth.json",
      required: true,
    },
    seed: {
      value: "N",
      help: "Random seed of the truth and its patients, such as a student's number",
      default: String(simulationDefaults.seed),
    },
    patients: {
      value: "N",
      help: "Number of patients",
      default: String(simulationDefaults.patients),
    },
    codes: { value: "N", help: "Codes in all", default: String(simulationDefaults.codes) },
    "visits-mean": {
      value: "X",
      help: "Mean number of visits of a record",
      default: String(simulationDefaults.visitsMean),
    },
    "codes-mean": {
      value: "X",
      help: "Mean number of codes of a visit",
      default: String(simulationDefaults.codesMean),
    },
    topics: {
      value: "N",
      help: "Topics: hidden conditions that start, persist and write codes",
      default: String(simulationDefaults.topics),
    },
    labels: {
      value: "N",
      help: "Labels, which follow from the topics",
      default: String(simulationDefaults.labels),
    },
    force: { help: "Replace an older result at --out" },
  },
  details: [
    "Patient 5 is the same whatever --patients is. Of each 25 patients, 18 are for",
    "training, 2 for validation and 5 for test. truth.json has the model from which",
    "patients were drawn, and exact probabilities of codes, of pairs of codes and of",
    `labels. With at most ${lossTopics} topics and ${lossPatients} patients, the test loss of the truth is`,
    "computed too.",
  ],
  examples: [
    "deno task simulate --seed 17 --out data/student-17",
    "deno task simulate --patients 100000 --codes 2000 --topics 50 --visits-mean 20 --out data/large",
  ],
}, async (args, onProgress) => {
  const sizes = {
    seed: args.integer("seed", { min: 0 }),
    patients: args.integer("patients", { min: 1 }),
    codes: args.integer("codes", { min: 1 }),
    visitsMean: args.number("visits-mean", { min: 1 }),
    codesMean: args.number("codes-mean", { min: 1 }),
    topics: args.integer("topics", { min: 1 }),
    labels: args.integer("labels", { min: 0 }),
  };
  const hasLoss = sizes.topics <= lossTopics && sizes.patients <= lossPatients;
  return await args.claim("out", async (out) => {
    const test: Cohort[] = [];
    const labels = new Array<number>(sizes.labels).fill(0);
    const counts: Counts = { splits: [0, 0, 0], labels, visits: 0, events: 0 };
    const truth = await writeSimulated(out, {
      ...sizes,
      force: args.has("force"),
      onPart: (part) => {
        add(counts, part);
        if (hasLoss) test.push(splitOf(part, "test"));
      },
      onProgress,
    });
    const loss = counts.splits[2] > 0 && hasLoss
      ? testLossOfTruth(truth, concatenated(test))
      : undefined;
    tellCounts(counts, truth);
    if (loss !== undefined) {
      tell(`test loss of the truth: ${loss.toFixed(3)} nats per visit; no model can expect less`);
    }
    say(`The truth is in ${args.text("out")}/truth.json`);
    say(
      `Next: deno task train --cohort ${shellPath(args.text("out"))} --model halo ` +
        `--out ${shellPath(freePath("runs/halo"))}`,
    );
    return { out, ...countsJson(counts, truth), test_loss_of_truth: loss };
  });
});

/** What is counted while a cohort is written. */
interface Counts {
  readonly splits: number[];
  readonly labels: number[];
  visits: number;
  events: number;
}

function add(counts: Counts, { splits, visitCount, codes, labels, labelNames }: Cohort): void {
  splits?.forEach((split) => counts.splits[split]++);
  labels.forEach((bit, i) => counts.labels[i % labelNames.length] += bit);
  counts.visits += visitCount;
  counts.events += codes.length;
}

function recordsOf({ splits }: Counts): number {
  return splits.reduce((sum, count) => sum + count);
}

/** What `--json` shows. */
function countsJson(counts: Counts, { model }: Truth): Result {
  return {
    records: recordsOf(counts),
    splits: Object.fromEntries(splitNames.map((name, i) => [name, counts.splits[i]])),
    visits: counts.visits,
    events: counts.events,
    codes: model.kinds.length + model.codes.length,
    labels: Object.fromEntries(model.labels.map(({ name }, i) => [name, counts.labels[i]])),
  };
}

/** A count with separators between thousands. */
function whole(count: number): string {
  return count.toLocaleString("en");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function tellCounts(counts: Counts, { model, expected }: Truth): void {
  const records = recordsOf(counts);
  const parts = splitNames.map((name, i) => `${whole(counts.splits[i])} ${name}`);
  tell(`${whole(records)} records (${parts.join(", ")})`);
  tell(
    `${whole(counts.visits)} visits, ${(counts.visits / records).toFixed(2)} a record ` +
      `(truth ${expected.visits_per_record})`,
  );
  tell(
    `${whole(counts.events)} events, ${(counts.events / counts.visits).toFixed(2)} a visit ` +
      `(truth ${expected.codes_per_visit.toFixed(2)})`,
  );
  for (const [i, { name }] of model.labels.entries()) {
    const share = counts.labels[i] / records;
    tell(`label ${name}: ${percent(share)} of records (truth ${percent(expected.labels[name])})`);
  }
}
