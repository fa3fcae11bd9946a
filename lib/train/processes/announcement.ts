/**
 * What the first of several processes says of a run before they train it together, so that the others
 * need neither its options nor its folder.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { backendVersions } from "../../nn/backend.ts";
import type { Canaries } from "../canaries.ts";
import type { RunConfig } from "../run_folder.ts";
import { canariesFrom, canariesText } from "../stored_canaries.ts";
import { fromFirst, type ProcessGroup } from "./process_group.ts";

/** A run as it is announced. */
interface Announcement {
  /** The engine and its versions: others round differently, so that parameters would drift apart. */
  readonly versions: Readonly<Record<string, string>>;
  readonly runConfig: RunConfig;
  /** The content of canaries.json. */
  readonly canaries?: string | undefined;
}

/** Announces a run to the other processes. */
export async function announceRun(
  group: ProcessGroup,
  runConfig: RunConfig,
  canaries: Canaries | undefined,
): Promise<void> {
  await fromFirst<Announcement>(group, {
    versions: backendVersions(),
    runConfig,
    canaries: canaries && canariesText(canaries),
  });
}

/**
 * The run that the first process announces, and its canaries.
 *
 * @throws {RangeError} If that process computes with another engine or version
 */
export async function announcedRun(
  group: ProcessGroup,
  cohort: Cohort,
): Promise<{ runConfig: RunConfig; canaries?: Canaries | undefined }> {
  const { versions, runConfig, canaries } = await fromFirst<Announcement>(group, undefined);
  const own = backendVersions();
  for (const [name, version] of Object.entries(versions)) {
    if (own[name] === version) continue;
    throw new RangeError(
      `Cannot train together: the first process has ${name} ${version}, and this one ` +
        `${own[name] ?? "none"}; all need the same`,
    );
  }
  return {
    runConfig,
    canaries: canaries === undefined ? undefined : canariesFrom(canaries, cohort),
  };
}
