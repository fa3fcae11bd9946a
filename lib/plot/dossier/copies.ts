/**
 * Copies of training records, as a dossier has them.
 *
 * @module
 */
import type { Estimate } from "../../evaluate/bootstrap.ts";
import { counted } from "../../in_words.ts";
import {
  type Attack,
  type Disclosure,
  notTried,
  numberInWords,
  shareInWords,
  unclear,
} from "./attack.ts";

const identical = {
  name: "Identical records",
  asks: "Are synthetic records the record of a training patient, with the same codes in the same " +
    "visits?",
};

const nearer = {
  name: "Copying check",
  asks: "Are synthetic records nearer to training patients than to held-out patients, as copies " +
    "and near copies are?",
};

const accuracy = {
  name: "Nearest neighbours",
  asks: "Do synthetic records and training patients mix more closely than synthetic records and " +
    "held-out patients do?",
};

/** Records that are identical to a training record. */
export function identicalAttack(privacy: Disclosure): Attack {
  const { identical_records: own, ceiling: { identical_records: held } } = privacy;
  if (own === undefined) return notTried(identical, "the report does not ask");
  const isFound = own.identical === own.records || own.share.low > (held?.share.high ?? 0);
  return {
    ...identical,
    found: `${counted(own.identical)} of ${counted(own.records)} synthetic records are such ` +
      `copies: ${shareInWords(own.share)}.`,
    control: held === undefined
      ? ""
      : `Of ${counted(held.records)} held-out patients ${counted(held.identical)} have such a ` +
        `record: ${shareInWords(held.share)}. Short records can be alike without copying.`,
    finding: isFound ? "found" : "not found",
  };
}

/** Without resamples there is no interval, so nothing follows. */
function isPoint({ value, low, high }: Estimate): boolean {
  return low === value && high === value;
}

/** Records that are nearer to training than to held-out records. */
export function copyingAttack({ copying_check: own, memoriser, floor }: Disclosure): Attack {
  if (own === undefined) return notTried(nearer, "the report does not ask");
  if (own === null || own.found === null) return unclear(nearer, own?.left_out ?? []);
  const { share, alarmed } = own.found;
  const [copies, draws] = [memoriser, floor].map((at) => at.copying_check?.found?.share);
  return {
    ...nearer,
    found: `${shareInWords(share)} of them are nearer to a training patient; 50% if they know ` +
      "nobody.",
    control: [
      ...copies === undefined ? [] : [`Copies of training records: ${shareInWords(copies)}.`],
      ...draws === undefined ? [] : [`Independent draws: ${shareInWords(draws)}.`],
    ].join(" "),
    finding: alarmed ? "found" : isPoint(share) ? "unclear" : "not found",
  };
}

/** Nearest-neighbour adversarial accuracy. */
export function accuracyAttack(privacy: Disclosure): Attack {
  const { nn_adversarial_accuracy: own, memoriser } = privacy;
  if (own === undefined) return notTried(accuracy, "the report does not ask");
  if (own === null || own.corrected === null) return unclear(accuracy, own?.left_out ?? []);
  const { loss } = own.corrected;
  const copies = memoriser.nn_adversarial_accuracy?.corrected?.loss;
  return {
    ...accuracy,
    found: `The privacy loss is ${numberInWords(loss)}; 0 if they mix equally.`,
    control: copies === undefined ? "" : `Copies of training records: ${numberInWords(copies)}.`,
    finding: loss.low > 0 ? "found" : isPoint(loss) ? "unclear" : "not found",
  };
}
