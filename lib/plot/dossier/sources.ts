/**
 * What a dossier is made of, read from its files. Files that do not belong together are refused: a
 * dossier that mixes two models would be worse than none.
 *
 * @module
 */
import { sha256 } from "../../files/sha256.ts";
import { fingerprint } from "../../cohort/fingerprint.ts";
import { readMeds, type ReadMedsOptions } from "../../cohort/meds/read.ts";
import { type Quality, readQuality } from "../../cohort/quality.ts";
import { type LiraReport, readLira } from "../../evaluate/privacy/membership/lira_folder.ts";
import { readLiraPlan } from "../../evaluate/privacy/membership/lira_plan.ts";
import { readReport, reportFile, type StoredReport } from "../../evaluate/read_report.ts";
import { runFingerprint } from "../../train/run_fingerprint.ts";
import type { Run } from "../../train/run_folder.ts";
import { readRun } from "../../train/read_run.ts";
import { type CohortFacts, cohortFacts } from "./cohort_facts.ts";

/** Where the files of a dossier are. */
export interface DossierPaths {
  /** Folder of the run. */
  readonly run: string;
  /** `report.json` of its evaluation, or the folder that holds it. */
  readonly report: string;
  /** Folder of the cohort that the run was trained on. */
  readonly cohort?: string | undefined;
  /** Folder of an attack by shadow models. */
  readonly lira?: string | undefined;
}

/** What a dossier is made of. */
export interface DossierSources {
  /** The model. */
  readonly run: Run;
  /** Its evaluation. */
  readonly report: StoredReport;
  /** The cohort that it was trained on, as far as a page may show it; absent if it was not given. */
  readonly cohort?: CohortFacts | undefined;
  /** What became of the source when that cohort was prepared; absent if it is not known. */
  readonly quality?: Quality | undefined;
  /** An attack by shadow models; absent if there was none. */
  readonly lira?: LiraReport | undefined;
  /** SHA-256 of what it was made of. */
  readonly fingerprints: {
    /** Of the run, see `runFingerprint`. */
    readonly run: string;
    /** Of the cohort that it was trained on, with its splits; empty if the run does not say. */
    readonly cohort: string;
    /** Of the bytes of report.json. */
    readonly report: string;
  };
}

/** What two files say that must be equal. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Refuses a report of another run, or of a run that was trained further since. */
function checkReport(
  { report: path, run: folder }: DossierPaths,
  { about: { run: named, fingerprints } }: StoredReport,
  { run, fingerprint }: { readonly run: Run; readonly fingerprint: string },
): void {
  if (named === undefined) {
    throw new RangeError(
      `Cannot make a dossier of "${path}": it does not say which run it is about; make it again ` +
        "with deno task evaluate --run",
    );
  }
  const { model, config, cohort } = run.runConfig;
  const isOfRun = fingerprints?.run === undefined
    ? isSame([named.model, named.config, named.cohort], [model, config, cohort])
    : fingerprints.run === fingerprint;
  if (!isOfRun) {
    throw new RangeError(
      `Cannot make a dossier of "${path}": it is about another run than "${folder}", or about ` +
        "this one before it was trained further",
    );
  }
  if (fingerprints !== undefined && cohort !== "" && fingerprints.cohort !== cohort) {
    throw new RangeError(
      `Cannot make a dossier of "${path}": its real records are another cohort, or have other ` +
        `splits, than those that "${folder}" was trained on`,
    );
  }
}

/** The cohort's facts; refuses another cohort than the run's. */
async function readCohort(
  { cohort: path = "", run: folder }: DossierPaths,
  { cohort: trainedOn }: Run["runConfig"],
  minCell: number,
  options: ReadMedsOptions,
): Promise<Pick<DossierSources, "cohort" | "quality">> {
  const cohort = await readMeds(path, options);
  if (trainedOn !== "" && await fingerprint(cohort) !== trainedOn) {
    throw new RangeError(
      `Cannot make a dossier with the cohort "${path}": "${folder}" was trained on another ` +
        "cohort or other splits",
    );
  }
  return { cohort: cohortFacts(cohort, minCell), quality: await readQuality(path) };
}

/** An attack by shadow models; refuses one on another run. */
async function readAttack(
  { lira: path = "", run: folder }: DossierPaths,
  attacked: string,
): Promise<LiraReport> {
  const [{ run }, report] = [await readLiraPlan(path), await readLira(path)];
  if (run === attacked) return report;
  throw new RangeError(
    `Cannot make a dossier with the attack "${path}": it is on another run than "${folder}", or ` +
      "on this one before it was trained further",
  );
}

/**
 * Reads what a dossier is made of.
 *
 * @param options of reading the cohort
 * @throws {RangeError} If the files do not belong together
 * @throws {SyntaxError} If one of them is damaged
 * @throws {Deno.errors.NotFound} If one is missing
 */
export async function readDossierSources(
  paths: DossierPaths,
  options: ReadMedsOptions = {},
): Promise<DossierSources> {
  const run = await readRun(paths.run);
  const own = await runFingerprint(run);
  const report = await readReport(paths.report);
  checkReport(paths, report, { run, fingerprint: own });
  return {
    run,
    report,
    ...paths.cohort !== undefined &&
      await readCohort(paths, run.runConfig, report.about.min_cell, options),
    ...paths.lira !== undefined && { lira: await readAttack(paths, own) },
    fingerprints: {
      run: own,
      cohort: run.runConfig.cohort,
      report: await sha256(await Deno.readFile(await reportFile(paths.report))),
    },
  };
}
