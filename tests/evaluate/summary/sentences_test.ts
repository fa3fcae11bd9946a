// The conclusion of three very different judgements, word by word.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  cohort,
  evaluate,
  type PartialReport,
  type Report,
  splitOf,
  subset,
  type SummaryRow,
  trainingDefaults,
} from "ehrloom";
import { sentencesOf, trainingSentence } from "ehrloom/evaluate/summary/sentences.ts";
import { summaryOf } from "ehrloom/evaluate/summary/mod.ts";
import { runOf } from "../run_of.ts";
import { smallCohort, smallReport } from "../../plot/fixture.ts";

const real = smallCohort(1); // 200 for training, 100 held out
const train = splitOf(real, "train");
const base = await evaluate(real, smallCohort(2), { quick: true, resamples: 20 });

const r2 = (value: number) => ({
  r2: value,
  r2_low: value - 0.01,
  r2_high: value + 0.01,
  r2_median: value,
  keys: 252,
});
const codes = (unigram: number, pairs: number, sequences: number) => ({
  unigram: r2(unigram),
  same_visit_bigram: r2(pairs),
  sequential_bigram: r2(sequences),
});
const means = (synthetic_mean: number, real_mean: number, half: number) => ({
  real_mean,
  synthetic_mean,
  real_sd: 1,
  synthetic_sd: 1,
  difference: {
    value: synthetic_mean - real_mean,
    low: synthetic_mean - real_mean - half,
    high: synthetic_mean - real_mean + half,
  },
});
const label = (label: string, value: number, half: number) => ({
  label,
  real: { value: 0.2, low: 0.1, high: 0.3 },
  synthetic: { value: 0.2 + value, low: 0.1, high: 0.3 },
  difference: { value, low: value - half, high: value + half },
});
const labels = [
  label("obesity", 0.094, 0.077),
  label("anemia", 0.09, 0.075),
  label("sinusitis", -0.062, 0.055),
  label("asthma", 0.01, 0.05),
];

/** A classifier two-sample test that tells synthetic from held-out records better than training ones. */
const tested = {
  records: 100,
  auc: { value: 0.7, low: 0.6, high: 0.8 },
  reference_auc: { value: 0.53, low: 0.45, high: 0.6 },
  above_reference: { value: 0.17, low: 0.02, high: 0.3 },
  accuracy: { value: 0.65, low: 0.55, high: 0.75 },
  p_value: 0.01,
};

const independent = { ...tested, auc: { value: 0.9, low: 0.8, high: 1 } };

/** A judgement like the demo's, of a network with as many held-out patients as given. */
function demoLike(heldOut: number, training?: { epochs: number; best_epoch: number }): string[] {
  const { fidelity } = base;
  if (fidelity === undefined) throw new Error("all was asked");
  const { runConfig } = runOf(real, {
    training: { ...trainingDefaults, epochs: 50, batch: 8, learningRate: 0.001, patience: 10 },
  });
  const copies = (identical: number, records: number) => ({
    identical,
    records,
    share: { value: identical / records, low: 0, high: 0.01316 },
  });
  const report: Report = {
    about: { ...base.about, run: runConfig, training },
    fidelity: {
      ...fidelity,
      ...codes(0.985, 0.743, 0.963),
      aggregate: {
        visits_per_record: means(43.9, 37.8, 1.6),
        codes_per_visit: means(4.6, 4.7, 0.2),
      },
      label_prevalence: { ...r2(0.757), labels },
      c2st: tested,
      ceiling: {
        ...fidelity.ceiling,
        ...codes(0.995, 0.984, 0.971),
        label_prevalence: { ...r2(0.955), labels },
        c2st: { ...tested, auc: { value: 0.53, low: 0.45, high: 0.6 } },
      },
      floor: { ...fidelity.floor, ...codes(0.999, 0.1, 0.3), c2st: independent },
    },
    privacy: {
      identical_records: copies(0, 288),
      ceiling: { identical_records: copies(0, 80) },
      floor: {},
      memoriser: {},
    },
  };
  const at = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
  const differences = {
    "unigram.r2": at(-0.01),
    "same_visit_bigram.r2": at(-0.24),
    "sequential_bigram.r2": at(-0.01),
    "aggregate.visits_per_record.synthetic_mean": at(5),
    "aggregate.codes_per_visit.synthetic_mean": at(0),
    "label_prevalence.r2": at(-0.2),
  };
  return summaryOf(report, { patients: heldOut, heldOut, differences })?.sentences ?? [];
}

const restOfDemo = [
  "0 of 288 synthetic records (0.0%; 95% interval 0.0% to 1.3%) are identical to a training record " +
  "(held-out patients: 0 of 80).",
  "Training ended after epoch 22 of 50; the validation loss was lowest at epoch 12: more epochs " +
  "would not help.",
  "This page judges resemblance only: it says nothing about privacy or usefulness; not judged: days " +
  "between visits (the real records lack times between visits) and how often each code is measured " +
  "and measured values (the real records lack measured values).",
];
const apart =
  "3 of 4 labels differ by more than sampling variation explains (obesity +9.4 points, " +
  "anemia +9.0 points, sinusitis −6.2 points); about 0.2 would by chance.";
const tooLong = "Records are too long (43.9 visits on average for 37.8; 95% interval of the " +
  "difference +4.50 to +7.70); visits hold the right number of codes (4.60 codes for 4.70).";

Deno.test("the summary of a judgement like the demo's says what is close, what is off, and why", () => {
  assertEquals(demoLike(150, { epochs: 22, best_epoch: 12 }), [
    "Close to held-out patients: codes (R² 0.985; held-out patients 0.995) and pairs over visits " +
    "(R² 0.963; held-out patients 0.971); off: pairs within a visit (R² 0.743; held-out patients " +
    "0.984) and classifier two-sample test (AUROC 0.700; held-out patients 0.530).",
    tooLong,
    `Labels (R² 0.757; held-out patients 0.955) are off; ${apart}`,
    ...restOfDemo,
  ]);
});

Deno.test("the summary has no verdict if few patients are held out, and says so", () => {
  assertEquals(demoLike(80, { epochs: 22, best_epoch: 12 }), [
    "No verdict (80 held out: too few for a ceiling): codes (R² 0.985; held-out patients 0.995), " +
    "pairs within a visit (R² 0.743; held-out patients 0.984), pairs over visits (R² 0.963; " +
    "held-out patients 0.971) and classifier two-sample test (AUROC 0.700; held-out patients 0.530).",
    tooLong,
    apart,
    ...restOfDemo,
  ]);
});

Deno.test("the summary says whether more epochs would help", () => {
  const said = (epochs: number, best_epoch: number) =>
    demoLike(80, { epochs, best_epoch }).find((each) => each.startsWith("Training"));
  assertEquals(
    said(50, 50),
    "Training ended after epoch 50 of 50 with its lowest validation loss: more epochs may help.",
  );
  assertEquals(
    said(50, 41),
    "Training ended after epoch 50 of 50; the validation loss was lowest at epoch 41.",
  );
  assertStringIncludes(said(50, 40) ?? "", "at epoch 40: more epochs would not help."); // patience
  assertEquals(demoLike(80).some((each) => each.startsWith("Training")), false);
});

Deno.test("the summary says what a private run promises its patients, and to whom", async () => {
  const { about } = (await smallReport()).report;
  const { run } = about;
  if (run === undefined) throw new Error("no run");
  const privacy = {
    ...{ epsilon: 8, delta: 1e-3, patients: 200, samplingRate: 0.12, noiseMultiplier: 1.1 },
    ...{ clip: 1, adaptiveClip: false, epochs: 40, notCovered: [] },
  };
  const said = (noiseSource: "seeded" | "secure") =>
    trainingSentence({
      ...about,
      run: {
        ...run,
        training: { ...trainingDefaults, epochs: 50, batch: 24, learningRate: 0.001 },
        privacy: { ...privacy, noiseSource },
      },
      training: { epochs: 40, best_epoch: 40, epsilon: 7.9501 },
    });
  assertEquals(
    said("secure"),
    "Training was private (ε 7.96 and δ 0.001 for each patient) and ended after epoch 40 of 50, " +
      "which was kept.",
  );
  assertStringIncludes(said("seeded") ?? "", ", for all who do not know its random seed)");
});

/** The sentences of an evaluation, and the verdicts by the names of their rows. */
async function judged(synthetic: typeof real) {
  const report: PartialReport = await evaluate(real, synthetic, {
    quick: true,
    resamples: 200,
    seed: 1,
  });
  const { sentences = [], rows = [] } = report.summary ?? {};
  return { report, sentences, verdicts: Object.fromEntries(rows.map((r) => [r.name, r.verdict])) };
}

Deno.test("the summary of a memoriser says first that its records are copies of real patients, then all is close", async () => {
  const drawn = subset(train, Array.from({ length: 200 }, (_, i) => i));
  const { sentences, verdicts } = await judged(drawn);
  const named = [
    "Codes",
    "Pairs within a visit",
    "Pairs over visits",
    "Visits per record",
    "Labels",
  ];
  assertEquals(named.map((name) => verdicts[name]), new Array(5).fill("close"));
  const caught = ["Copying check", "Membership, strongest attack"];
  assertEquals(caught.map((name) => verdicts[name]), ["off", "off"]);
  const disclosed = sentences.find((each) => each.startsWith("More is found out about training"));
  assertStringIncludes(disclosed ?? "", "copying check (share 0.");
  assert(
    sentences[0].startsWith(
      "200 of 200 synthetic records (100.0%; 95% interval 98.1% to 100.0%) are",
    ),
  );
  assert(sentences[0].endsWith("): these are copies of real patients."), sentences[0]);
  assert(
    sentences[1].startsWith("Close to held-out patients: codes (R² 1.000; held-out patients 0."),
  );
  assertEquals(sentences[1].includes("off"), false);
  assert(sentences[2].startsWith("Records have the right length (3."), sentences[2]);
  assertEquals(
    sentences[3].replace(/held-out patients [−\d.]+/, "held-out patients N"),
    "Labels (R² 1.000; held-out patients N) are close to held-out patients; none of 2 labels " +
      "differs by more than sampling variation explains; about 0.1 would by chance.",
  );
});

Deno.test("the summary says whether the strongest attack finds training patients, and proves nothing", () => {
  const said = (low: number) => {
    const strongest = { attack: "closest_record", attacks: 4, auc: { value: 0.6, low, high: 0.7 } };
    const all = { members: 9, non_members: 9, attacks: {}, strongest };
    const none = { empirical_epsilon: null, exposed: null, left_out: [] };
    const membership = { records: 9, references: 0, all, ...none };
    const privacy = { membership, ceiling: {}, floor: {}, memoriser: {} };
    return sentencesOf({ about: base.about, privacy }, [])[0];
  };
  const figures = "(the strongest of 4: AUROC 0.60; 95% interval ";
  assertEquals(
    said(0.52),
    `An attack tells training patients from others better than guessing ${figures}0.52 to 0.70; ` +
      "guessing 0.5).",
  );
  assertEquals(
    said(0.5),
    `No attack was seen to tell training patients from others ${figures}0.50 to 0.70; guessing ` +
      "0.5); this is no proof of privacy.",
  );
});

Deno.test("the summary says which checks of privacy fail on copies, and nothing if all hold", async () => {
  const only = ["privacy.copying_check", "privacy.membership_by_distance"];
  const judged = await evaluate(real, smallCohort(2), { only, resamples: 50 });
  const { privacy } = judged;
  if (privacy === undefined) throw new Error("privacy was not judged");
  const said = (of: typeof privacy) =>
    sentencesOf({ ...judged, privacy: of }, []).filter((text) => text.includes("trusted"));
  assertEquals(said(privacy), []);
  // checks that find as little in copies as in independent draws
  assertEquals(said({ ...privacy, memoriser: privacy.floor }), [
    "The checks of privacy cannot be trusted here, since this does not hold: the check for copies " +
    "sounds an alarm for copies of training records and membership by distance finds whose records " +
    "were copied.",
  ]);
});

Deno.test("the summary says where a model is off and no better than independent draws", () => {
  const at = (value: number) => ({ value, low: value, high: value });
  const row = (figure: string, synthetic: number, floor: number): SummaryRow => ({
    kind: "fidelity",
    figure,
    name: "Pairs over visits",
    scale: "r2",
    synthetic: at(synthetic),
    ceiling: at(0.992),
    floor: at(floor),
    from_ceiling: at(synthetic - 0.992),
    verdict: "off",
  });
  const said = (...of: Parameters<typeof row>) =>
    sentencesOf({ about: base.about }, [row(...of)])[0];
  assertEquals(
    said("sequential_bigram.r2", 0.768, 0.77),
    "Off: pairs over visits (R² 0.768; held-out patients 0.992; independent draws 0.770, so no " +
      "better than these).",
  );
  const start = "Off: pairs over visits (R² 0.768; held-out patients 0.992).";
  assertEquals(said("sequential_bigram.r2", 0.768, 0.7), start);
  assertEquals(said("unigram.r2", 0.768, 0.99), start); // independent draws have these by construction
});

Deno.test("the summary says where records are as useful as real ones, and what they disclose", () => {
  const row = (
    kind: SummaryRow["kind"],
    name: string,
    verdict: SummaryRow["verdict"],
  ): SummaryRow => {
    const [synthetic, ceiling] = [0.7, 0.9].map((value) => ({ value, low: value, high: value }));
    const figures = { synthetic, ceiling, floor: null, from_ceiling: null };
    return { kind, figure: name, name, scale: "high", quantity: "AUROC", ...figures, verdict };
  };
  const said = (...rows: SummaryRow[]) => sentencesOf({ about: base.about }, rows).slice(0, -1);
  const figures = "(AUROC 0.700; ceiling 0.900)";
  assertEquals(
    said(
      row("utility", "Phenotyping", "close"),
      row("utility", "Survival curves", "off"),
      row("utility", "Next visit", "not judged"),
      row("privacy", "Linkability", "off"),
      row("privacy", "Copying check", "close"),
    ),
    [
      `As useful as real records in phenotyping ${figures}; less useful in survival curves ${figures}.`,
      `More is found out about training patients than about others: linkability ${figures}.`,
    ],
  );
  assertEquals(said(row("privacy", "Linkability", "close"), row("privacy", "Attacks", "close")), [
    "No more was found out about training patients than about others by linkability and attacks; " +
    "this is no proof of privacy.",
  ]);
  assertEquals(said(row("privacy", "Linkability", "not judged")), []);
});

Deno.test("the summary of permuted codes calls codes and pairs off, and lengths right", async () => {
  const { length } = real.vocabulary.codes;
  const synthetic = smallCohort(2);
  const codes = synthetic.codes.map((code) => length - 1 - code);
  for (let visit = 0; visit < synthetic.visitCount; visit++) {
    codes.subarray(synthetic.codeOffsets[visit], synthetic.codeOffsets[visit + 1]).sort();
  }
  const { sentences, verdicts } = await judged(cohort({ ...synthetic, codes }));
  const names = ["Codes", "Pairs within a visit", "Pairs over visits"];
  assertEquals(names.map((name) => verdicts[name]), ["off", "off", "off"]);
  assertEquals([verdicts["Visits per record"], verdicts["Codes per visit"]], ["close", "close"]);
  assert(sentences[0].startsWith("Off: codes (R² −"), sentences[0]);
  assert(sentences[1].startsWith("Records have the right length ("), sentences[1]);
});

Deno.test("the summary of doubled records calls them too long, and leaves codes close", async () => {
  const source = smallCohort(2);
  const twice = subset(source, Array.from({ length: 200 }, (_, i) => i));
  const visitOffsets = twice.visitOffsets.map((end) => 2 * end);
  const [codes, codeOffsets, gapDays]: number[][] = [[], [0], []];
  for (let record = 0; record < twice.recordCount; record++) {
    const [from, to] = [twice.visitOffsets[record], twice.visitOffsets[record + 1]];
    for (let i = 0; i < 2 * (to - from); i++) {
      const visit = from + i % (to - from);
      codes.push(...twice.codes.subarray(twice.codeOffsets[visit], twice.codeOffsets[visit + 1]));
      codeOffsets.push(codes.length);
      gapDays.push(0);
    }
  }
  const { report, sentences, verdicts } = await judged(cohort({
    ...twice,
    visitOffsets,
    codes: Uint32Array.from(codes),
    codeOffsets: Uint32Array.from(codeOffsets),
    gapDays: Float64Array.from(gapDays),
  }));
  assertEquals([verdicts["Visits per record"], verdicts["Codes"]], ["off", "close"]);
  const { synthetic_mean = 0, real_mean = 0, difference } =
    report.fidelity?.aggregate?.visits_per_record ?? {};
  const [low, high] = [difference?.low ?? 0, difference?.high ?? 0].map((end) => end.toFixed(2));
  const start = `Records are too long (${synthetic_mean.toFixed(2)} visits on average for ` +
    `${real_mean.toFixed(2)}; 95% interval of the difference +${low} to +${high});`;
  assert(sentences[1].startsWith(start), sentences[1]);
});

Deno.test("sentencesOf() says more copies than chance explains", () => {
  const share = (value: number, low: number, high: number) => ({ value, low, high });
  const copies = (of: number, low: number, high: number) => ({
    identical: of,
    records: 100,
    share: share(of / 100, low, high),
  });
  const said = (low: number) => {
    const [sentence] = sentencesOf({
      about: base.about,
      privacy: {
        identical_records: copies(20, low, 0.3),
        ceiling: { identical_records: copies(3, 0.01, 0.1) },
        floor: {},
        memoriser: {},
      },
    }, []);
    return sentence;
  };
  const start = "20 of 100 synthetic records (20.0%; 95% interval ";
  const middle = " to 30.0%) are identical to a training record (held-out patients: 3 of 100)";
  assertEquals(
    said(0.13),
    `${start}13.0%${middle}: more than chance explains, so real patients may be disclosed.`,
  );
  assertEquals(said(0.09), `${start}9.0%${middle}.`);
});
