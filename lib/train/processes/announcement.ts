/**
 * What the first of several processes says of a run before they train it together, so that the others
 * need neither its options nor its folder.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { ownCommit } from "../../commit.ts";
import { backendVersions, isOnCard } from "../../nn/backend.ts";
import { version } from "../../version.ts";
import type { Canaries } from "../canaries.ts";
import type { RunConfig } from "../run_folder.ts";
import { canariesFrom, canariesText } from "../stored_canaries.ts";
import { fromFirst, type ProcessGroup } from "./process_group.ts";

/** A run as it is announced. */
interface Announcement {
  /** {@link computesWith} of the first process: others round differently, so parameters would drift apart. */
  readonly versions: Readonly<Record<string, string>>;
  readonly runConfig: RunConfig;
  /** The content of canaries.json. */
  readonly canaries?: string | undefined;
}

/** The code, the engine and the kind of device that compute in this process. */
export function computesWith(): Record<string, string> {
  return {
    ehrloom: version,
    ...ownCommit(),
    ...backendVersions(),
    device: isOnCard() ? "graphics card" : "processor",
  };
}

/** Announces a run to the other processes. */
export async function announceRun(
  group: ProcessGroup,
  runConfig: RunConfig,
  canaries: Canaries | undefined,
): Promise<void> {
  await fromFirst<Announcement>(group, {
    versions: computesWith(),
    runConfig,
    canaries: canaries && canariesText(canaries),
  });
}

/**
 * The run that the first process announces, and its canaries.
 *
 * @throws {RangeError} If that process computes with another version, commit, engine or kind of device
 */
export async function announcedRun(
  group: ProcessGroup,
  cohort: Cohort,
): Promise<{ runConfig: RunConfig; canaries?: Canaries | undefined }> {
  const { versions, runConfig, canaries } = await fromFirst<Announcement>(group, undefined);
  const own = computesWith();
  for (const name of Object.keys({ ...versions, ...own })) {
    if (own[name] === versions[name]) continue;
    throw new RangeError(
      `Cannot train together: the first process has ${name} ${
        versions[name] ?? "none"
      }, and this one ` +
        `${own[name] ?? "none"}; all need the same`,
    );
  }
  return {
    runConfig,
    canaries: canaries === undefined ? undefined : canariesFrom(canaries, cohort),
  };
}
