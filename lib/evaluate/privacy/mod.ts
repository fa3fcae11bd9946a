/**
 * The measures of privacy: what do synthetic records disclose about real patients? Checks for copies
 * come first; they are no evidence of privacy. Then come attacks.
 *
 * @module
 */
import { attributeInference } from "./attribute_inference.ts";
import { copyingCheck } from "./copying_check.ts";
import { extraction } from "./disclosure/extraction.ts";
import { codeInference } from "./disclosure/inference.ts";
import { linkability } from "./disclosure/linkability.ts";
import { singlingOut } from "./disclosure/singling_out.ts";
import { identicalRecords } from "./identical_records.ts";
import { audit } from "./membership/audit.ts";
import { membershipBattery } from "./membership/battery.ts";
import { membershipByDistance } from "./membership_by_distance.ts";
import { membershipByLikelihood } from "./membership_by_likelihood.ts";
import { nnAdversarialAccuracy } from "./nn_adversarial_accuracy.ts";

/**
 * In the order in which they are asked, and in which `report.json` has them.
 *
 * @internal
 */
export const privacyMeasures = [
  identicalRecords,
  copyingCheck,
  membershipByDistance,
  membershipByLikelihood,
  nnAdversarialAccuracy,
  attributeInference,
  membershipBattery,
  audit,
  singlingOut,
  linkability,
  codeInference,
  extraction,
] as const;
