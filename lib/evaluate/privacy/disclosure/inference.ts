/**
 * Can one tell from the synthetic records whether a patient has a single code, if all other codes of
 * the patient are known? The guess is what the nearest synthetic record by the other codes has. The
 * control guesses the same about held-out patients: what both are guessed by is medicine, and only what
 * training patients are guessed better by is a disclosure.
 *
 * Of each code, as many patients who have it are attacked as patients who lack it, so that "no" is not
 * right most of the time. Naive guesses are what a random synthetic record has.
 *
 * @see Giomi et al. 2023; here for the presence of codes, balanced
 * @module
 */
import * as v from "valibot";
import { recordCounts } from "../../../cohort/code_counts.ts";
import { type Cohort } from "../../../cohort/cohort.ts";
import { flag, list, object, text, whole } from "../../../files/checked_json.ts";
import type { OnProgress } from "../../../progress.ts";
import { type Random, stream } from "../../../random.ts";
import { inTurn } from "../../in_turn.ts";
import type { Answer, Asked, Judged, Measure } from "../../measure.ts";
import { type LeftOut, leftOutSchema } from "../../not_measured.ts";
import { progressInParts } from "../../progress_in_parts.ts";
import { nearest } from "../distances/nearest.ts";
import { codeSets, type RecordSets, recordSets } from "../distances/record_sets.ts";
import { fewestRecords, tooFew } from "../left_out.ts";
import { heldOutOf, sampleOf } from "../samples.ts";
import {
  type AttackRisk,
  attackRisk,
  attackRiskSchema,
  guessesOf,
  resampledAttack,
} from "./attack_risk.ts";

/** The outcome for one code. */
export interface InferredCode extends AttackRisk {
  /** The code. */
  code: string;
  /** What it means; absent in older reports. */
  description?: string | undefined;
  /** Whether the user named it as sensitive. */
  sensitive: boolean;
}

/** Inference of single codes; null where there are too few records. */
export interface CodeInference {
  /** Codes that were attacked. */
  codes: number;
  /** The outcome with one random code for each patient. */
  outcome: AttackRisk | null;
  /** One row for each code: sensitive ones, then the commonest that at most half of patients have. */
  by_code: InferredCode[];
  /** What is not there, and why. */
  left_out: LeftOut[];
}

/** Codes that are attacked besides sensitive ones. */
const commonest = 20;
const commonestQuickly = 5;
/** Most patients who have a code, and most who lack it, that are attacked. */
const mostAttacked = 200;
/** Most synthetic records. */
const mostRecords = 20_000;

/** Guesses about some patients: who, and whether they were right. */
interface Outcomes {
  readonly records: readonly number[];
  readonly isRight: readonly boolean[];
}

/** A cohort's records as sets of codes, and who has each code. */
class Patients {
  readonly sets: RecordSets;
  readonly lists: readonly Uint32Array[];
  readonly #holders: Uint32Array;

  constructor(cohort: Cohort) {
    this.sets = codeSets(cohort);
    const { offsets, items } = this.sets;
    this.lists = [...cohort.subjectIds.keys()]
      .map((record) => items.subarray(offsets[record], offsets[record + 1]));
    this.#holders = recordCounts(cohort);
  }

  /** Patients who have a code. */
  holders(code: number): number {
    return this.#holders[code];
  }

  /** The smaller of the numbers of those who have a code and those who lack it. */
  balanced(code: number): number {
    return Math.min(this.#holders[code], this.lists.length - this.#holders[code]);
  }

  /** Random patients, as many with a code as without it. */
  attacked(code: number, draws: Random): number[] {
    const order = draws.shuffle(Array.from(this.lists.keys()));
    const most = Math.min(mostAttacked, this.balanced(code));
    const having = (has: boolean) =>
      order.filter((record) => this.lists[record].includes(code) === has).slice(0, most);
    return [...having(true), ...having(false)];
  }

  /** Records without a code. */
  without(code: number, records: readonly number[]): RecordSets {
    return recordSets(records.map((record) => this.lists[record].filter((each) => each !== code)));
  }
}

/** The commonest codes that at most half of the patients have, and that can be attacked. */
function commonCodes(training: Patients, heldOut: Patients, codes: number, least: number) {
  return Array.from({ length: codes }, (_, code) => code)
    .filter((code) =>
      training.holders(code) * 2 <= training.lists.length &&
      Math.min(training.balanced(code), heldOut.balanced(code)) >= least
    )
    .sort((a, b) => training.holders(b) - training.holders(a) || a - b);
}

/** Which codes are attacked, and which sensitive ones cannot be. */
function chosenCodes(training: Patients, heldOut: Patients, asked: Asked) {
  const { real, sensitive = [], minCell = 1, quick } = asked;
  const { codes, descriptions } = real.cohort.vocabulary;
  const least = Math.max(fewestRecords, minCell);
  const named = sensitive.map((name) => codes.indexOf(name));
  const isAttackable = (code: number) =>
    Math.min(training.balanced(code), heldOut.balanced(code)) >= least;
  const common = commonCodes(training, heldOut, codes.length, least)
    .filter((code) => !named.includes(code))
    .slice(0, quick ? commonestQuickly : commonest);
  return {
    sensitive: named.filter(isAttackable),
    common,
    left_out: named.filter((code) => !isAttackable(code)).map((code) => ({
      label: `inference of ${descriptions[code]}`,
      reason: `fewer than ${least} training or held-out patients have it, or lack it`,
    })),
  };
}

/** Whether patients have a code, guessed from the nearest synthetic record by the other codes. */
async function guessed(
  code: number,
  patients: Patients,
  { synthetic, others, draws, part }: {
    readonly synthetic: Patients;
    readonly others: RecordSets;
    readonly draws: Random;
    readonly part: () => OnProgress;
  },
): Promise<Outcomes> {
  const records = patients.attacked(code, draws);
  const { indices } = await nearest(patients.without(code, records), others, {
    distance: "jaccard",
    onProgress: part(),
  });
  const isRight = records.map((record, i) =>
    patients.lists[record].includes(code) === synthetic.lists[indices[i]].includes(code)
  );
  return { records, isRight };
}

/** Naive guesses: what a random synthetic record has. */
function naively(
  code: number,
  records: readonly number[],
  of: Patients,
  synthetic: Patients,
  draws: Random,
) {
  return records.map((record) =>
    of.lists[record].includes(code) ===
      synthetic.lists[draws.integer(synthetic.lists.length)].includes(code)
  );
}

/** One guess for each patient, at random among those about the patient. */
function oneEach(all: readonly Outcomes[], draws: Random): boolean[] {
  const byRecord = new Map<number, boolean[]>();
  for (const { records, isRight } of all) {
    for (const [i, record] of records.entries()) {
      byRecord.set(record, [...byRecord.get(record) ?? [], isRight[i]]);
    }
  }
  return [...byRecord.values()].map((own) => own[draws.integer(own.length)]);
}

/** The three kinds of guesses about a code. */
interface Attack {
  readonly attack: Outcomes;
  readonly control: Outcomes;
  readonly naive: Outcomes;
}

const asGuesses = ({ attack, control, naive }: Attack) => ({
  attack: guessesOf(attack.isRight),
  control: guessesOf(control.isRight),
  naive: guessesOf(naive.isRight),
});

async function answerFor(
  { cohort }: Judged,
  asked: Asked,
  onProgress: OnProgress,
): Promise<Answer<CodeInference>> {
  const { real, seed } = asked;
  const training = new Patients(real.cohort);
  const heldOut = new Patients(heldOutOf(asked));
  const synthetic = new Patients(sampleOf(cohort, "other", mostRecords, seed));
  const { sensitive, common, left_out } = chosenCodes(training, heldOut, asked);
  const codes = [...sensitive, ...common];
  const few = tooFew("inference of codes", { "synthetic records": synthetic.lists.length });
  if (codes.length === 0) {
    few.push({ label: "inference of codes", reason: "no code has enough patients" });
  }
  if (few.length > 0) {
    const figures = { codes: 0, outcome: null, by_code: [], left_out: [...left_out, ...few] };
    return { figures, resampled: {} };
  }
  const draws = stream("inferences", seed);
  const part = progressInParts(onProgress, 2 * codes.length);
  const everyone = [...synthetic.lists.keys()];
  const attacks: Attack[] = [];
  for (const code of codes) {
    const how = { synthetic, others: synthetic.without(code, everyone), draws, part };
    const attack = await guessed(code, training, how);
    const control = await guessed(code, heldOut, how);
    const isRight = naively(code, attack.records, training, synthetic, draws);
    attacks.push({ attack, control, naive: { records: attack.records, isRight } });
  }
  const ones = (kind: keyof Attack) => oneEach(attacks.map((each) => each[kind]), draws);
  const own = ones("attack");
  const outcome = attackRisk({
    attack: guessesOf(own),
    control: guessesOf(ones("control")),
    naive: guessesOf(ones("naive")),
  });
  return {
    figures: {
      codes: codes.length,
      outcome,
      by_code: attacks.map((each, i) => ({
        code: real.cohort.vocabulary.codes[codes[i]],
        description: real.cohort.vocabulary.descriptions[codes[i]],
        sensitive: i < sensitive.length,
        ...attackRisk(asGuesses(each)),
      })),
      left_out,
    },
    resampled: { "outcome.attack": resampledAttack(own, asked) },
  };
}

/** Inference of single codes. */
export const codeInference: Measure<"inference", CodeInference | null> = {
  key: "inference",
  question: "Can one tell whether a patient has a single code, if all others are known?",
  needs: ["held_out"],
  of: ["synthetic", "floor", "memoriser"],
  schema: v.nullable(object({
    codes: whole(0),
    outcome: v.nullable(attackRiskSchema),
    by_code: list(v.intersect([
      object({ code: text, description: v.optional(text), sensitive: flag }),
      attackRiskSchema,
    ])),
    left_out: leftOutSchema,
  })),
  ask(asked, onProgress) {
    const part = progressInParts(onProgress, asked.others.length);
    return inTurn(asked, (other) => answerFor(other, asked, part()));
  },
};
