/**
 * Can a description that fits a single synthetic record single out a real patient? The description
 * is the record's number of visits and three of its codes: those that fewest synthetic records have. A
 * guess is right if exactly one training patient fits it.
 *
 * Descriptions also single out patients by chance. The control asks how many fit exactly one held-out
 * patient. It is measured against fewer patients, and so smaller: it is multiplied by the ratio of the
 * numbers, which is the most that it could be against as many. The risk is therefore not overstated.
 *
 * @see Giomi et al. 2023; here with codes and visits, and without their fitted scaling of the control
 * @module
 */
import * as v from "valibot";
import { breathe } from "../../../breathe.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { visitsOf } from "../../../cohort/records.ts";
import { object, whole } from "../../../files/checked_json.ts";
import { type Random, stream } from "../../../random.ts";
import { inTurn } from "../../in_turn.ts";
import type { Answer, Asked, Judged, Measure } from "../../measure.ts";
import { type LeftOut, leftOutSchema } from "../../not_measured.ts";
import { progressInParts } from "../../progress_in_parts.ts";
import { shuffledRecords } from "../../random_samples.ts";
import { type Postings, postingsOf } from "../distances/distance_rows.ts";
import { codeSets, recordCountOf, type RecordSets } from "../distances/record_sets.ts";
import { fewestRecords, tooFew } from "../left_out.ts";
import { heldOutOf, sampleOf } from "../samples.ts";
import {
  type AttackRisk,
  attackRisk,
  attackRiskSchema,
  guessesOf,
  resampledAttack,
} from "./attack_risk.ts";

/** Singling out; null where there are too few records or guesses. */
export interface SinglingOut {
  /** Training patients, and held-out ones, among whom a description must fit exactly one. */
  patients: number;
  /** See `patients`. */
  control_patients: number;
  /** The outcome. */
  outcome: AttackRisk | null;
  /** Why there is none. */
  left_out: LeftOut[];
}

/** What a description says of a record. */
interface Description {
  readonly codes: readonly number[];
  readonly visits: number;
}

/** Codes of a description. */
const describedCodes = 3;
/** Most guesses. */
const mostGuesses = 5000;
const mostQuickly = 500;

/** Records that can be looked up by description. */
class LookUp {
  readonly #sets: RecordSets;
  readonly #postings: Postings;

  constructor(private readonly cohort: Cohort) {
    this.#sets = codeSets(cohort);
    this.#postings = postingsOf(this.#sets, cohort.vocabulary.codes.length);
  }

  get recordCount(): number {
    return recordCountOf(this.#sets);
  }

  /** The codes of a record. */
  codesOf(record: number): Uint32Array {
    return this.#sets.items.subarray(this.#sets.offsets[record], this.#sets.offsets[record + 1]);
  }

  /** The number of visits of a record. */
  visitsOf(record: number): number {
    return visitsOf(this.cohort, record);
  }

  /** Records that have a code, ascending. */
  #holders(code: number): Uint32Array {
    const { offsets, records } = this.#postings;
    return records.subarray(offsets[code], offsets[code + 1]);
  }

  /** The codes of a record that fewest records have; of equally rare ones random ones. */
  rarestCodes(record: number, draws: Random): number[] {
    return [...draws.shuffle(this.codesOf(record).slice())]
      .sort((a, b) => this.#holders(a).length - this.#holders(b).length)
      .slice(0, describedCodes);
  }

  /** Whether a description fits exactly one record. */
  isUnique({ codes, visits }: Description): boolean {
    const [rarest, ...others] = [...codes]
      .sort((a, b) => this.#holders(a).length - this.#holders(b).length);
    const fitting = this.#holders(rarest).filter((record) =>
      this.visitsOf(record) === visits &&
      others.every((code) => this.codesOf(record).includes(code))
    );
    return fitting.length === 1;
  }
}

/** The descriptions of random synthetic records that fit no other one. */
async function descriptionsOf(
  synthetic: LookUp,
  most: number,
  draws: Random,
): Promise<Description[]> {
  const found: Description[] = [];
  for (const record of shuffledRecords(synthetic, draws)) {
    if (found.length === most) break;
    await breathe();
    const codes = synthetic.rarestCodes(record, draws);
    const description = { codes, visits: synthetic.visitsOf(record) };
    if (codes.length === describedCodes && synthetic.isUnique(description)) found.push(description);
  }
  return found;
}

/** Descriptions whose parts come from different synthetic records, as many as guesses were made. */
function naiveDescriptions(synthetic: LookUp, count: number, draws: Random): Description[] {
  const filled = Uint32Array.from({ length: synthetic.recordCount }, (_, record) => record)
    .filter((record) => synthetic.codesOf(record).length > 0);
  const anyRecord = () => filled[draws.integer(filled.length)];
  return Array.from({ length: count }, () => ({
    codes: Array.from({ length: describedCodes }, () => {
      const codes = synthetic.codesOf(anyRecord());
      return codes[draws.integer(codes.length)];
    }),
    visits: synthetic.visitsOf(anyRecord()),
  }));
}

async function answerFor({ cohort }: Judged, asked: Asked): Promise<Answer<SinglingOut>> {
  const { real, seed, quick } = asked;
  const patients = real.cohort.recordCount;
  const heldOut = sampleOf(heldOutOf(asked), "held_out", patients, seed);
  const about = { patients, control_patients: heldOut.recordCount };
  const draws = stream("descriptions", seed);
  const synthetic = new LookUp(cohort);
  const guesses = await descriptionsOf(synthetic, quick ? mostQuickly : mostGuesses, draws);
  const left_out = [
    ...tooFew("singling out", {
      "training patients": patients,
      "held-out patients": about.control_patients,
    }),
    ...guesses.length >= fewestRecords ? [] : [{
      label: "singling out",
      reason: `${guesses.length} descriptions fit exactly one synthetic record, at least ` +
        `${fewestRecords} are needed`,
    }],
  ];
  if (left_out.length > 0) return { figures: { ...about, outcome: null, left_out }, resampled: {} };
  const [training, others] = [new LookUp(real.cohort), new LookUp(heldOut)];
  const outcomes = (among: LookUp, all: readonly Description[]) =>
    all.map((description) => among.isUnique(description));
  const singled = outcomes(training, guesses);
  const outcome = attackRisk({
    attack: guessesOf(singled),
    control: guessesOf(outcomes(others, guesses)),
    naive: guessesOf(
      outcomes(training, naiveDescriptions(synthetic, guesses.length, draws)),
    ),
  }, patients / about.control_patients);
  return {
    figures: { ...about, outcome, left_out },
    resampled: { "outcome.attack": resampledAttack(singled, asked) },
  };
}

/** Singling out by code combinations and numbers of visits. */
export const singlingOut: Measure<"singling_out", SinglingOut | null> = {
  key: "singling_out",
  question: "Do descriptions of single synthetic records single out real patients?",
  needs: ["held_out"],
  of: ["synthetic", "floor", "memoriser"],
  schema: v.nullable(object({
    patients: whole(0),
    control_patients: whole(0),
    outcome: v.nullable(attackRiskSchema),
    left_out: leftOutSchema,
  })),
  ask(asked, onProgress) {
    const part = progressInParts(onProgress, asked.others.length);
    return inTurn(asked, async (other) => {
      const answer = await answerFor(other, asked);
      part()({ stage: "singling out", done: 1, total: 1 });
      return answer;
    });
  },
};
