/**
 * The questions of a board: those that the files answer, with the answer, and those that only the
 * institution can answer.
 *
 * @module
 */
import { showsSinglePatients } from "../../cohort/small_cells.ts";
import { selfTestOf } from "../../evaluate/privacy/self_test.ts";
import { counted } from "../../in_words.ts";
import type { Run } from "../../train/run_folder.ts";
import { type AttackGroup, attackGroups } from "./attacks.ts";
import { auditOf } from "./protection.ts";
import { rareInWords } from "./remaining.ts";
import type { DossierSources } from "./sources.ts";

/** A question of the checklist. */
export interface Question {
  /** What is asked. */
  readonly question: string;
  /** What the files answer; absent if the institution must. */
  readonly answer?: string | undefined;
  /** The id of the heading below which more is said. */
  readonly more?: string | undefined;
}

/** Questions for the institution, before and after those that files answer. */
const before = [
  "For which purpose are the synthetic records made, and what benefit is expected?",
  "Whose data is it, and on which legal basis is it used for training?",
  "Were patients informed, and were objections respected?",
  "Which risk is acceptable? (To be decided before the figures are read.)",
];
const after = [
  "What leaves the institution: the synthetic records, the report, the model?",
  "Who gets it, under which agreement, and may they pass it on?",
  "For how long is it kept, and who deletes it?",
  "Who could have an interest to identify a patient, and what do they know already?",
  "Who decides again if a better attack becomes known, and when is this looked at next?",
];

/** What the attacks of a group found, in a sentence. */
function groupAnswer({ attacks }: AttackGroup): string {
  const count = (finding: string) => attacks.filter((each) => each.finding === finding).length;
  const [found, not] = [count("found"), count("not found")];
  const missing = attacks.length - found - not;
  const rest = missing === 0 ? "" : ` ${missing} not tried or without a figure.`;
  if (found + not === 0) return `Not known: no attack gave a figure.${rest}`;
  return (found === 0
    ? `No attack of ${not} found more about training patients than about others.`
    : `${found} of ${found + not} attacks found more about training patients than about others.`) +
    rest;
}

function groupQuestions(sources: DossierSources): Question[] {
  const groups = attackGroups(sources);
  const questions = groups.map((group) => ({
    question: group.question,
    answer: groupAnswer(group),
    more: group.id,
  }));
  return groups.some(({ id }) => id === "sensitive") ? questions : [...questions, {
    question: "What about the sensitive codes?",
    answer: (sources.report.about.sensitive ?? []).length === 0
      ? "No code was named as sensitive (evaluate --sensitive)."
      : "The report does not judge those that were named: single codes were not asked about.",
  }];
}

function selfTestAnswer({ report }: DossierSources): Question {
  const { passed = null } = selfTestOf(report) ?? {};
  return {
    question: "Do the checks notice real copies on this cohort?",
    answer: passed === null
      ? "This cannot be told from this report."
      : passed
      ? "Yes: copies are caught, and independent records are not."
      : "No: do not rely on the attacks here.",
    ...selfTestOf(report) !== undefined && { more: "self-test" },
  };
}

/** Whether the same command gives the same parameters. */
function canBeRepeated(run: Run): boolean {
  return run.runConfig.training.minutes === 0 && run.runConfig.privacy?.noiseSource !== "secure";
}

/** Questions that the files answer. */
function answered(sources: DossierSources): Question[] {
  const { run, report, cohort } = sources;
  const { real, synthetic, min_cell } = report.about;
  const { privacy } = run.runConfig;
  return [
    {
      question: "How many patients are in training, and how many are held out?",
      answer: `${counted(real.train)} in training, ${counted(real.test)} held out.`,
      more: "data",
    },
    {
      question: "Does training protect each patient by design (differential privacy)?",
      answer: privacy === undefined
        ? "No: plain training."
        : privacy.noiseSource === "secure"
        ? "Yes."
        : "Yes, against all who do not know the random seed of the training.",
      more: "protection",
    },
    {
      question: "Was the training audited with artificial records (canaries)?",
      answer: (auditOf(report)?.guesses ?? 0) > 0 ? "Yes." : "No.",
      more: "protection",
    },
    ...groupQuestions(sources),
    selfTestAnswer(sources),
    {
      question: "Are there patients who stand out by rare codes?",
      answer: (cohort && rareInWords(cohort, min_cell)) ?? "Not known from these files.",
      more: "remaining",
    },
    {
      question: "Which counts are hidden as small cells?",
      answer: showsSinglePatients(min_cell)
        ? "None: the report shows counts of single patients, and must stay inside."
        : `What fewer than ${min_cell} patients have.`,
    },
    {
      question: "Are dates real?",
      answer: synthetic.times === undefined
        ? "Synthetic times are drawn by the model; no date is copied on purpose."
        : "There are no dates: synthetic records only have an order of visits.",
    },
    {
      question: "Can all of it be made again?",
      answer: canBeRepeated(run)
        ? "Yes, from the cohort: seeds, versions and fingerprints are listed."
        : "Not exactly: training had a limit of time, or noise that no seed repeats.",
      more: "reproduction",
    },
  ];
}

/** All questions, in the order of the checklist. */
export function questionsFor(sources: DossierSources): Question[] {
  const open = (question: string): Question => ({ question });
  return [...before.map(open), ...answered(sources), ...after.map(open)];
}
