/**
 * What several processes cannot train together, and who of them calls what.
 *
 * @module
 */
import type { Model } from "../../models/interface/model.ts";
import type { Privacy } from "../private/privacy.ts";
import { alone, type ProcessGroup } from "./process_group.ts";

/**
 * Checks that a training can be shared by several processes.
 *
 * @throws {RangeError} If a model only counts, or each process would draw its own noise
 */
export function checkProcesses(
  model: Model,
  privacy: Privacy | undefined,
  { size }: ProcessGroup = alone,
): void {
  if (size === 1) return;
  if ("learn" in model) {
    throw new RangeError(
      `Cannot train "${model.family}" in ${size} processes: it counts, which one process does`,
    );
  }
  if (privacy?.noiseSource !== "secure") return;
  throw new RangeError(
    `Cannot train in ${size} processes with secure noise: each would draw its own; use seeded noise`,
  );
}

/**
 * Checks that this process may write the run: the others would wait for its lock.
 *
 * @throws {RangeError} If it is not the first
 */
export function checkIsFirst({ rank, size }: ProcessGroup = alone): void {
  if (rank === 0) return;
  throw new RangeError(
    `Cannot train in the process with rank ${rank} of ${size}: the one with rank 0 calls train(), ` +
      "the others call helpTrain()",
  );
}
