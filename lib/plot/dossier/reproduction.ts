/**
 * How what a dossier is about was made: settings, seeds, versions, fingerprints, and the commands that
 * make it again.
 *
 * @module
 */
import { formOf, titleOf } from "../../models/mod.ts";
import type { DossierSources } from "./sources.ts";

const pairs = (of: object) => Object.entries(of).map(([name, value]) => `${name} ${value}`);

/** Names and values. */
export function reproductionFacts(sources: DossierSources): [name: string, value: string][] {
  const { run: { runConfig }, report: { about }, lira, fingerprints } = sources;
  const { model, config, training, ehrloom, commit } = runConfig;
  const version = (name: string, at: string | undefined) =>
    at === undefined ? name : `${name}, commit ${at}`;
  return [
    ["Model", `${titleOf(model)}, ${formOf(model, config)} form`],
    ["Settings of the model", pairs(config).join(", ")],
    ["Settings of the training", pairs(training).join(", ")],
    ["Random seed of the training", String(training.seed)],
    ["Random seed of the synthetic records", String(about.synthetic.seed ?? "not known")],
    ["Random seed of the evaluation", String(about.seed)],
    ["Resamples behind intervals", String(about.resamples)],
    ["Ehrloom that trained", version(ehrloom, commit)],
    ["Ehrloom that evaluated", version(about.ehrloom, about.commit)],
    ["Engine of the training", pairs(runConfig.versions).join(", ")],
    ["Engine of the evaluation", pairs(about.versions).join(", ")],
    ["Evaluated", about.created],
    ...lira === undefined ? [] : [
      ["Attacked by shadow models", `${lira.about.created}, random seed ${lira.about.seed}`],
    ] satisfies [string, string][],
    ["Fingerprint of the cohort", fingerprints.cohort || "not known"],
    ["Fingerprint of the run", fingerprints.run],
    ["SHA-256 of report.json", fingerprints.report],
  ];
}

/** An option with its value, if there is one. */
function option(name: string, value: string | number | undefined): string {
  return value === undefined ? "" : ` --${name} ${value}`;
}

/** Command lines; words in capitals stand for paths. */
export function commandsOf({ report: { about }, lira, cohort }: DossierSources): string[] {
  const { synthetic, seed, resamples, min_cell, quick, sensitive } = about;
  return [
    "deno task train --from-run RUN --cohort COHORT --out RUN-2",
    `deno task generate --run RUN --count ${synthetic.records}${option("seed", synthetic.seed)} ` +
    "--out SYNTHETIC",
    "deno task evaluate --real COHORT --synthetic SYNTHETIC --run RUN" +
    `${option("seed", seed)}${option("resamples", resamples)}${option("min-cell", min_cell)}` +
    `${quick ? " --quick" : ""}${option("sensitive", sensitive && "CODES")} --out REPORT`,
    ...lira === undefined ? [] : [
      `deno task lira --run RUN --cohort COHORT --shadows ${lira.lira.shadows} ` +
      `--seed ${lira.about.seed} --out LIRA`,
    ],
    `deno task dossier --run RUN --report REPORT${cohort === undefined ? "" : " --cohort COHORT"}` +
    `${lira === undefined ? "" : " --lira LIRA"} --out dossier.html`,
  ];
}
