import { assertEquals, assertStringIncludes } from "@std/assert";
import { citation, CiteSection, methodsText } from "ehrloom/plot/report/cite_section.tsx";
import { trainingDefaults } from "ehrloom/train/options.ts";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import workspace from "../../../deno.json" with { type: "json" };
import { smallReport } from "../fixture.ts";

const { report } = await smallReport();
const about = {
  ...report.about,
  ehrloom: "1.2.3",
  commit: "0123456789abcdef0123456789abcdef01234567",
  created: "2026-11-25T10:00:00.000Z",
};

Deno.test("citation() names year, version and commit", () => {
  assertEquals(
    citation(about),
    "The Ehrloom contributors (2026). Ehrloom: synthetic longitudinal health records (version " +
      "1.2.3, commit 0123456789ab) [Computer software].",
  );
  const { commit: _, ...released } = about;
  assertStringIncludes(citation(released), "(version 1.2.3)");
});

Deno.test("methodsText() says in two sentences how records were made and judged, with numbers", () => {
  if (report.about.run === undefined || report.fidelity === undefined) throw new Error("no run");
  const estimate = { r2: 0.9, r2_low: 0.85, r2_high: 0.95, r2_median: 0.9, keys: 4 };
  const ceiling = { ...report.fidelity.ceiling, unigram: { ...estimate, r2: 0.99 } };
  const text = methodsText({
    about: {
      ...about,
      synthetic: { ...about.synthetic, seed: 5 },
      resamples: 1000,
      seed: 7,
      run: {
        ...report.about.run,
        model: "halo",
        config: { width: 128, layers: 2 },
        training: { ...trainingDefaults, epochs: 50, batch: 24, learningRate: 0.001, seed: 3 },
      },
      training: { epochs: 22, best_epoch: 12 },
    },
    fidelity: {
      records_without_visits: 0,
      unigram: estimate,
      ceiling: { unigram: ceiling.unigram },
      floor: { unigram: estimate },
      memoriser: { unigram: estimate },
    },
  });
  assertEquals(
    text,
    "We generated 300 synthetic records with HALO (width 128, layers 2), trained on 200 real " +
      "records for 22 of at most 50 epochs (batches of 24 records, peak learning rate 0.001); the " +
      "parameters of epoch 12, which had the lowest validation loss, were kept (random seed 3; generation " +
      "5). Synthetic records were compared with the 200 training records, and 100 held-out real " +
      "records served as the ceiling: the R² of probabilities per visit about the line y = x was " +
      "0.900 for codes (95% interval 0.850 to 0.950; held-out records 0.990); intervals are from " +
      "1,000 bootstrap resamples of patients (random seed 7).",
  );
});

Deno.test("methodsText() does not make up a model or figures", () => {
  const { run: _, ...unknown } = about;
  assertEquals(
    methodsText({ about: unknown }),
    "We judged 300 synthetic records, whose model is not known. Synthetic records were compared " +
      "with the 200 training records, and 100 held-out real records served as the ceiling; " +
      "intervals are from 20 bootstrap resamples of patients (random seed 3).",
  );
});

Deno.test("CITATION.cff has the version and the licence of the project", async () => {
  const file = await Deno.readTextFile(new URL("../../../CITATION.cff", import.meta.url));
  assertStringIncludes(file, `\nversion: ${workspace.version}\n`);
  assertStringIncludes(file, `\nlicense: ${workspace.license}\n`);
});

Deno.test("CiteSection() asks to cite the paper of a model only where the model is known", async () => {
  const { report } = await smallReport();
  const { run: _, ...unknown } = report.about;
  const shown = (about: typeof unknown) =>
    renderToString(h(CiteSection, { report: { ...report, about } }));
  assertStringIncludes(shown(report.about), "cite the paper of the model");
  assertEquals(shown(unknown).includes("paper of the model"), false);
});

Deno.test("methodsText() says by what privacy budget, bound and noise a private run was trained", () => {
  if (report.about.run === undefined) throw new Error("no run");
  const privacy = {
    ...{ epsilon: 8, delta: 1e-5, patients: 200, samplingRate: 0.12, noiseMultiplier: 1.1 },
    ...{ clip: 0.5, adaptiveClip: false, epochs: 50, notCovered: [] },
    noiseSource: "secure" as const,
  };
  const training = { epochs: 50, best_epoch: 50, epsilon: 7.9 };
  const text = methodsText({
    about: { ...about, run: { ...report.about.run, privacy }, training },
  });
  assertStringIncludes(
    text,
    "trained with patient-level (ε, δ)-differential privacy (ε 8, δ 0.00001; Poisson samples of " +
      "patients, gradients clipped to the bound 0.5, noise multiplier 1.1, secure noise) on 200 real records",
  );
  assertStringIncludes(text, "the parameters of epoch 50, which was the last one, were kept");
  const adaptive = { ...report.about.run, privacy: { ...privacy, adaptiveClip: true } };
  assertStringIncludes(
    methodsText({ about: { ...about, run: adaptive, training } }),
    "gradients clipped to an adaptive bound",
  );
});
