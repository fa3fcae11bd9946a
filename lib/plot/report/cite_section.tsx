/** @jsxImportSource preact */
/**
 * The report's section for those who write a paper: how to cite, and the methods in two sentences with
 * the run's own numbers.
 *
 * @module
 */
import { codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import type { PartialReport, ReportAbout } from "../../evaluate/report.ts";
import { titleOf } from "../../models/mod.ts";
import type { RunConfig } from "../../train/run_folder.ts";
import { probabilityKinds } from "../figures/probability_scatter.ts";
import { minus } from "./page_parts.tsx";
import { scaleOf } from "./sections/section.ts";
import { counted } from "../../in_words.ts";

/** Ehrloom as a reference, of the version and commit that made the report. */
export function citation({ ehrloom, commit, created }: ReportAbout): string {
  const version = commit === undefined ? ehrloom : `${ehrloom}, commit ${commit.slice(0, 12)}`;
  return `The Ehrloom contributors (${new Date(created).getUTCFullYear()}). Ehrloom: synthetic ` +
    `longitudinal health records (version ${version}) [Computer software].`;
}

/** Settings as "width 128, layers 2". */
function listOf(settings: object): string {
  return Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(", ");
}

/** "with … differential privacy (…) ", of a private run. */
function privacyPhrase({ privacy }: RunConfig): string {
  if (privacy === undefined) return "";
  const { epsilon, delta, noiseMultiplier, clip, adaptiveClip, noiseSource } = privacy;
  const bound = adaptiveClip ? "an adaptive bound" : `the bound ${clip}`;
  return `with patient-level (ε, δ)-differential privacy (ε ${epsilon}, δ ${delta}; Poisson samples of ` +
    `patients, gradients clipped to ${bound}, noise multiplier ${noiseMultiplier}, ${noiseSource} noise) `;
}

/** How the records were made. */
function generationSentence({ run, training, real, synthetic }: ReportAbout): string {
  const records = `${counted(synthetic.records)} synthetic records`;
  if (run === undefined) return `We judged ${records}, whose model is not known.`;
  const { epochs, batch, learningRate, seed } = run.training;
  const trained = training === undefined
    ? `fitted to ${counted(real.train)} real records`
    : `trained ${privacyPhrase(run)}on ${
      counted(real.train)
    } real records for ${training.epochs} of at most ${epochs} ` +
      `epochs (batches of ${batch} records, peak learning rate ${learningRate}); the parameters ` +
      `of epoch ${training.best_epoch}, which ${
        run.privacy === undefined ? "had the lowest validation loss" : "was the last one"
      }, were kept`;
  const settings = listOf(run.config);
  const generated = synthetic.seed === undefined ? "" : `; generation ${synthetic.seed}`;
  return `We generated ${records} with ${titleOf(run.model)}` +
    `${settings === "" ? "" : ` (${settings})`}, ${trained} (random seed ${seed}` +
    `${generated}).`;
}

/** How they were judged, with the R² that were found. */
function judgementSentence({ about, fidelity }: PartialReport): string {
  const { real, resamples, seed } = about;
  const found = codeKinds.flatMap((kind) => {
    const scale = scaleOf(fidelity, kind);
    if (scale === undefined || scale.own.r2 === null) return [];
    const { r2, r2_low, r2_high } = scale.own;
    const [value, low, high] = [r2, r2_low, r2_high].map((each) => minus((each ?? NaN).toFixed(3)));
    const ceiling = scale.ceiling.r2 === null ? "none" : minus(scale.ceiling.r2.toFixed(3));
    const name = probabilityKinds[kind].title.toLowerCase();
    return [`${value} for ${name} (95% interval ${low} to ${high}; held-out records ${ceiling})`];
  });
  const start =
    `Synthetic records were compared with the ${counted(real.train)} training records, ` +
    `and ${counted(real.test)} held-out real records served as the ceiling`;
  const how =
    `intervals are from ${counted(resamples)} bootstrap resamples of patients (random seed ` +
    `${seed})`;
  return found.length === 0
    ? `${start}; ${how}.`
    : `${start}: the R² of probabilities per visit about the line y = x was ${
      found.join(", ")
    }; ${how}.`;
}

/** The two sentences. */
export function methodsText(report: PartialReport): string {
  return `${generationSentence(report.about)} ${judgementSentence(report)}`;
}

/** Citation and methods. */
export function CiteSection({ report }: { report: PartialReport }) {
  return (
    <section aria-labelledby="cite">
      <h2 id="cite">How to cite, and methods in two sentences</h2>
      <blockquote>{citation(report.about)}</blockquote>
      <blockquote>{methodsText(report)}</blockquote>
      <p class="reading">
        {report.about.run === undefined ? "" : "Please cite the paper of the model too. "}
        report.json holds all settings, seeds and versions.
      </p>
    </section>
  );
}
