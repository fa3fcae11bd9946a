/**
 * Two-sample tests and measures of manifolds: are synthetic records of the same distribution as real
 * ones that no model has seen?
 *
 * @module
 */
import { alphaPrecision } from "./alpha_precision.ts";
import { c2st } from "./c2st_logistic.ts";
import { c2stSequences } from "./c2st_sequences.ts";
import { kernelMmd } from "./kernel_mmd.ts";
import { pmse } from "./pmse.ts";
import { prdc } from "./prdc.ts";

/** In the order in which they are asked. */
export const twoSampleMeasures = [
  c2st,
  c2stSequences,
  pmse,
  kernelMmd,
  prdc,
  alphaPrecision,
] as const;
