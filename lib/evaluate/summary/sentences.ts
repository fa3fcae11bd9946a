/**
 * The conclusion of a report in four to ten sentences, made by rules. Each function gives one
 * sentence, or none if there is nothing to say.
 *
 * @module
 */
import type { Estimate } from "../bootstrap.ts";
import type { Aggregate } from "../fidelity/count_moments.ts";
import type { FidelityFigures } from "../fidelity/mod.ts";
import { selfTestOf } from "../privacy/self_test.ts";
import type { PartialReport, ReportAbout, SummaryRow } from "../report.ts";
import { capital, excludesZero, fixed, mean, percent, signed, small } from "./words.ts";
import { counted, listed } from "../../in_words.ts";
import type { Privacy } from "../../train/private/privacy.ts";

/** The figures that the sentences are about. */
type Figures = Partial<FidelityFigures>;

/** What independent draws have right by construction: each code's and each label's frequency. */
const rightInFloor = ["unigram.r2", "label_prevalence.r2"];

/** What is off and not even better than independent draws: "; independent draws 0.770". */
function floorPhrase({ figure, scale, verdict, synthetic, floor }: SummaryRow): string {
  if (verdict !== "off" || synthetic === null || floor === null) return "";
  if (rightInFloor.includes(figure)) return "";
  const isBetter = scale === "r2" || scale === "high"
    ? synthetic.value > floor.value
    : synthetic.value < floor.value;
  return isBetter ? "" : `; independent draws ${fixed(floor.value, 3)}, so no better than these`;
}

/** A row with its figure and its ceiling: "codes (R² 0.985; held-out patients 0.995)". */
function rowPhrase(row: SummaryRow): string {
  const { name, scale, quantity, synthetic, ceiling } = row;
  const [own, best] = [synthetic, ceiling].map((each) => fixed(each?.value ?? NaN, 3));
  const figure = quantity !== undefined
    ? `${quantity} ${own}`
    : scale === "r2"
    ? `R² ${own}`
    : `${own} standard deviations from the real means`;
  return `${small(name)} (${figure}; held-out patients ${best}${floorPhrase(row)})`;
}

/** Codes, pairs and values: which are close to held-out patients, and which are off. */
function closeAndOff(rows: readonly SummaryRow[]): string | undefined {
  const phrases = (verdict: SummaryRow["verdict"]) =>
    rows.filter((row) => row.verdict === verdict).map(rowPhrase);
  const [close, off] = [phrases("close"), phrases("off")];
  const parts = [
    ...(close.length > 0 ? [`close to held-out patients: ${listed(close)}`] : []),
    ...(off.length > 0 ? [`off: ${listed(off)}`] : []),
  ];
  return parts.length > 0 ? `${capital(parts.join("; "))}.` : undefined;
}

/** A row of usefulness or disclosure: "phenotyping (AUROC 0.810; ceiling 0.832)". */
function keyPhrase({ name, quantity, synthetic, ceiling }: SummaryRow): string {
  const [own, best] = [synthetic, ceiling].map((each) => fixed(each?.value ?? NaN, 3));
  return `${small(name)} (${quantity} ${own}; ceiling ${best})`;
}

/** Whether synthetic records are as useful as real ones. */
function usefulnessSentence(rows: readonly SummaryRow[]): string | undefined {
  const phrases = (verdict: SummaryRow["verdict"]) =>
    rows.filter((row) => row.kind === "utility" && row.verdict === verdict).map(keyPhrase);
  const [close, off] = [phrases("close"), phrases("off")];
  const parts = [
    ...close.length > 0 ? [`as useful as real records in ${listed(close)}`] : [],
    ...off.length > 0 ? [`less useful in ${listed(off)}`] : [],
  ];
  return parts.length > 0 ? `${capital(parts.join("; "))}.` : undefined;
}

const noProof = "this is no proof of privacy";

/**
 * Whether checks and attacks other than the strongest one on membership found something.
 *
 * @param before the sentence before it, which may have said that nothing is proved
 */
function disclosureSentence(
  rows: readonly SummaryRow[],
  before: string | undefined,
): string | undefined {
  const judged = rows.filter(({ kind, figure, verdict }) =>
    kind === "privacy" && figure !== "membership.all.strongest.auc" && verdict !== "not judged"
  );
  if (judged.length === 0) return undefined;
  const off = judged.filter(({ verdict }) => verdict === "off");
  return off.length > 0
    ? `More is found out about training patients than about others: ${listed(off.map(keyPhrase))}.`
    : `No more was found out about training patients than about others by ${
      listed(judged.map(({ name }) => small(name)))
    }${before?.includes(noProof) ? "" : `; ${noProof}`}.`;
}

/** The same figures where there is no verdict, and why there is none. */
function withoutVerdict(rows: readonly SummaryRow[]): string | undefined {
  const known = rows.filter(({ verdict, synthetic, ceiling }) =>
    verdict === "not judged" && synthetic !== null && ceiling !== null
  );
  if (known.length === 0) return undefined;
  return `No verdict (${known[0].reason}): ${listed(known.map(rowPhrase))}.`;
}

/** How means that are too low or too high are called. */
const lengthWords = [
  {
    figure: "aggregate.visits_per_record.synthetic_mean",
    of: ({ aggregate }: Figures) => aggregate?.visits_per_record,
    low: "records are too short",
    high: "records are too long",
    right: "records have the right length",
    unit: "visits",
  },
  {
    figure: "aggregate.codes_per_visit.synthetic_mean",
    of: ({ aggregate }: Figures) => aggregate?.codes_per_visit,
    low: "visits hold too few codes",
    high: "visits hold too many codes",
    right: "visits hold the right number of codes",
    unit: "codes",
  },
  {
    figure: "gap_days.synthetic_mean",
    of: ({ gap_days }: Figures) => gap_days,
    low: "visits follow each other too soon",
    high: "visits follow each other too late",
    right: "the time between visits is right",
    unit: "days",
  },
] as const;

/** "43.9 visits on average for 37.8; 95% interval of the difference +4.5 to +7.7". */
function meanPhrase({ synthetic_mean, real_mean, difference }: Aggregate, unit: string): string {
  const [low, high] = [difference.low, difference.high].map((end) => signed(end, 2));
  return `${mean(synthetic_mean)} ${unit} on average for ${mean(real_mean)}; ` +
    `95% interval of the difference ${low} to ${high}`;
}

/**
 * Lengths of records and visits, and times between visits: which are wrong in which direction. Where
 * there is no verdict, those are wrong whose difference from the training records has an interval
 * that excludes 0.
 */
function lengthSentence(rows: readonly SummaryRow[], figures: Figures): string | undefined {
  const [wrong, right]: [string[], string[]] = [[], []];
  for (const { figure, of, unit, ...words } of lengthWords) {
    const means = of(figures);
    if (means === undefined || means === null) continue;
    const verdict = rows.find((row) => row.figure === figure)?.verdict;
    const isWrong = verdict === "not judged" ? excludesZero(means.difference) : verdict === "off";
    if (!isWrong) {
      right.push(
        `${words.right} (${mean(means.synthetic_mean)} ${unit} for ${mean(means.real_mean)})`,
      );
    } else {
      const word = means.difference.value > 0 ? words.high : words.low;
      wrong.push(`${word} (${meanPhrase(means, unit)})`);
    }
  }
  const parts = [wrong, right].filter(({ length }) => length > 0).map(listed);
  return parts.length > 0 ? `${capital(parts.join("; "))}.` : undefined;
}

/** Labels in a sentence at most. */
const mostLabels = 3;

/** How many labels are too common or too rare, and how many would seem so by chance. */
function labelSentence(
  rows: readonly SummaryRow[],
  { label_prevalence }: Figures,
): string | undefined {
  const labels = label_prevalence?.labels ?? [];
  if (labels.length === 0) return undefined;
  const row = rows.find(({ figure }) => figure === "label_prevalence.r2");
  const start = row === undefined || row.verdict === "not judged"
    ? ""
    : row.verdict === "close"
    ? `${capital(rowPhrase(row))} are close to held-out patients; `
    : `${capital(rowPhrase(row))} are off; `;
  const size = ({ value }: Estimate) => Math.abs(value);
  const apart = labels.filter(({ difference }) => excludesZero(difference))
    .toSorted((a, b) => size(b.difference) - size(a.difference));
  const examples = apart.slice(0, mostLabels).map(({ label, difference }) =>
    `${label} ${signed(100 * difference.value, 1)} points`
  );
  const named = apart.length === 0
    ? ""
    : ` (${examples.join(", ")}${apart.length > mostLabels ? " and others" : ""})`;
  const found =
    `${apart.length === 0 ? "none" : counted(apart.length)} of ${counted(labels.length)} ` +
    `labels ${apart.length > 1 ? "differ" : "differs"} by more than sampling variation explains` +
    named;
  return `${capital(start + found)}; about ${fixed(0.05 * labels.length, 1)} would by chance.`;
}

/** Whether more records are copies than held-out patients explain. */
function hasCopies({ privacy }: PartialReport): boolean {
  const [own, ceiling] = [privacy?.identical_records, privacy?.ceiling.identical_records];
  return own !== undefined && ceiling !== undefined && own.share.low > ceiling.share.high;
}

/** Copies of training records. */
function copySentence(report: PartialReport): string | undefined {
  const { privacy } = report;
  const [own, ceiling] = [privacy?.identical_records, privacy?.ceiling.identical_records];
  if (own === undefined || ceiling === undefined) return undefined;
  const held = `held-out patients: ${counted(ceiling.identical)} of ${counted(ceiling.records)}`;
  const end = own.identical === own.records
    ? ": these are copies of real patients"
    : hasCopies(report)
    ? ": more than chance explains, so real patients may be disclosed"
    : "";
  return `${counted(own.identical)} of ${counted(own.records)} synthetic records ` +
    `(${percent(own.share.value)}; 95% interval ${percent(own.share.low)} to ${
      percent(own.share.high)
    }) ${own.identical === 1 ? "is" : "are"} identical to a training ` +
    `record (${held})${end}.`;
}

/** Whether an attack tells who was in the training set; what it cannot show is said as well. */
function membershipSentence({ privacy }: PartialReport): string | undefined {
  const strongest = privacy?.membership?.all?.strongest;
  if (strongest === undefined) return undefined;
  const { auc, attacks } = strongest;
  const figures = `(the strongest of ${counted(attacks)}: AUROC ${fixed(auc.value, 2)}; 95% ` +
    `interval ${fixed(auc.low, 2)} to ${fixed(auc.high, 2)}; guessing 0.5)`;
  return auc.low > 0.5
    ? `An attack tells training patients from others better than guessing ${figures}.`
    : `No attack was seen to tell training patients from others ${figures}; ${noProof}.`;
}

/** What canaries in training show, where there were some. */
function auditSentence({ privacy }: PartialReport): string | undefined {
  const audit = privacy?.audit ?? undefined;
  return audit && `${capital(audit.conclusion)}.`;
}

/** Which checks of privacy fail on copies or on independent draws; nothing if they can be trusted. */
function selfTestSentence(report: PartialReport): string | undefined {
  const failed = selfTestOf(report)?.checks.filter(({ passed }) => passed === false) ?? [];
  return failed.length === 0
    ? undefined
    : `The checks of privacy cannot be trusted here, since this does not hold: ${
      listed(failed.map(({ claim }) => small(claim)))
    }.`;
}

/** A run's promise to its training patients, with the ε that it spent. */
function promise({ epsilon, delta, noiseSource }: Privacy, spent: number = epsilon): string {
  const seeded = noiseSource === "secure" ? "" : ", for all who do not know its random seed";
  // rounded up: a bound must not become lower
  return `ε ${(Math.ceil(spent * 100) / 100).toFixed(2)} and δ ${delta} for each patient${seeded}`;
}

/** Whether training converged, or what it promises its patients; nothing for models that do not train. */
export function trainingSentence({ run, training }: ReportAbout): string | undefined {
  if (run === undefined || training === undefined) return undefined;
  const { epochs, best_epoch } = training;
  const planned = run.training.epochs;
  if (run.privacy !== undefined) {
    return `Training was private (${
      promise(run.privacy, training.epsilon)
    }) and ended after epoch ` +
      `${epochs} of ${planned}, which was kept.`;
  }
  if (best_epoch === epochs) {
    return `Training ended after epoch ${epochs} of ${planned} with its lowest validation loss: ` +
      "more epochs may help.";
  }
  const start =
    `Training ended after epoch ${epochs} of ${planned}; the validation loss was lowest ` +
    `at epoch ${best_epoch}`;
  return epochs - best_epoch >= run.training.patience
    ? `${start}: more epochs would not help.`
    : `${start}.`;
}

/** What the report says nothing about. */
function notJudged(
  { privacy, utility }: PartialReport,
  rows: readonly SummaryRow[],
): string | undefined {
  const judgesPrivacy = Object.keys(privacy ?? {})
    .some((key) => !["identical_records", "ceiling", "floor", "memoriser"].includes(key));
  const missing = [...judgesPrivacy ? [] : ["privacy"], ...utility ? [] : ["usefulness"]];
  const unknown = Map.groupBy(
    rows.filter(({ synthetic }) => synthetic === null),
    ({ reason }) => reason,
  );
  const nothing = Array.from(
    unknown,
    ([reason, alike]) => `${listed(alike.map(({ name }) => small(name)))} (${reason})`,
  );
  const parts = [
    ...(missing.length > 0
      ? [
        `${missing.length > 1 ? "this page judges resemblance only: it" : "this page"} says ` +
        `nothing about ${missing.join(" or ")}`,
      ]
      : []),
    ...(nothing.length > 0 ? [`not judged: ${listed(nothing)}`] : []),
  ];
  return parts.length > 0 ? `${capital(parts.join("; "))}.` : undefined;
}

/** The sentences, most important first; copies come before all that they make look good. */
export function sentencesOf(report: PartialReport, rows: readonly SummaryRow[]): string[] {
  const { fidelity = {} } = report;
  const compared = rows.filter(({ kind, scale, figure }) =>
    kind === "fidelity" && scale !== "difference" && figure !== "label_prevalence.r2"
  );
  const copies = copySentence(report);
  const isFirst = hasCopies(report);
  const membership = membershipSentence(report);
  const sentences: (string | undefined)[] = [
    isFirst ? copies : undefined,
    closeAndOff(compared),
    withoutVerdict(compared),
    lengthSentence(rows, fidelity),
    labelSentence(rows, fidelity),
    usefulnessSentence(rows),
    isFirst ? undefined : copies,
    membership,
    auditSentence(report),
    disclosureSentence(rows, membership),
    selfTestSentence(report),
    trainingSentence(report.about),
    notJudged(report, rows),
  ];
  return sentences.filter((sentence) => sentence !== undefined);
}
