import { assert, assertEquals } from "@std/assert";
import { syntheaSampleFolder } from "ehrloom";
import { join } from "node:path";
import { inFolder } from "./folder.ts";
import { runTask } from "./tiny.ts";

async function succeeds(task: string, ...args: string[]): Promise<void> {
  const { code, lines } = await runTask(task, ...args);
  assertEquals(code, 0, lines.join("\n"));
}

/** A figure of report.json, by its path. */
function figure(report: unknown, path: string): unknown {
  return path.split(".").reduce(
    (at: unknown, key) => (at as Record<string, unknown> | undefined)?.[key],
    report,
  );
}

Deno.test("files to report by the four tasks, with every figure that the contract names", () =>
  inFolder(async (folder) => {
    const [cohort, run, synthetic, out] = ["cohort", "a run", "synthetic", "report"]
      .map((name) => join(folder, name));
    const phenotypes = join(syntheaSampleFolder, "phenotypes.json");
    const trimming = ["--visits-with", "conditions", "--max-visits", "12", "--min-count", "40"];
    await succeeds(
      "prepare",
      ...["--from", "synthea", "--input", syntheaSampleFolder, "--labels", phenotypes],
      ...["--out", cohort, ...trimming],
    );
    const settings = ["width=16", "layers=1", "heads=2"].flatMap((text) => ["--set", text]);
    const backend = ["--backend", "wasm"];
    await succeeds(
      "train",
      ...["--cohort", cohort, "--model", "halo", "--out", run, "--epochs", "6", "--batch", "8"],
      ...["--lr", "0.006", ...settings, ...backend],
    );
    await succeeds("generate", "--run", run, "--count", "60", "--out", synthetic, ...backend);
    await succeeds(
      "evaluate",
      ...["--real", cohort, "--synthetic", synthetic, "--run", run, "--out", out],
      ...["--resamples", "20", "--quick", ...backend],
    );
    const report: unknown = JSON.parse(await Deno.readTextFile(join(out, "report.json")));
    const kinds = ["unigram", "same_visit_bigram", "sequential_bigram"];
    const r2 = kinds.flatMap((kind) => ["r2", "r2_low", "r2_high"].map((key) => `${kind}.${key}`));
    const aggregate = ["visits_per_record", "codes_per_visit"].flatMap((count) =>
      ["real_mean", "synthetic_mean", "real_sd", "synthetic_sd"]
        .map((key) => `aggregate.${count}.${key}`)
    );
    const likelihood = [
      "nll_per_visit",
      "bce",
      "f1",
      "precision",
      "recall",
      "perplexity_per_code",
    ];
    for (
      const path of [
        ...[...r2, ...aggregate].flatMap((key) => [`fidelity.${key}`, `fidelity.ceiling.${key}`]),
        ...likelihood.map((key) => `likelihood.${key}`),
      ]
    ) {
      const value = figure(report, path);
      assert(typeof value === "number" && Number.isFinite(value), `${path} is ${value}`);
    }
    const page = await Deno.readTextFile(join(out, "report.html"));
    assert(page.startsWith("<!doctype html>"));
    const figures = Array.from(Deno.readDirSync(join(out, "figures")), ({ name }) => name);
    assert(figures.includes("unigram_linear.svg"), figures.join());
  }));
