import { assert, assertEquals, assertGreater } from "@std/assert";
import { readRun, type Run, writeMeds } from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { writeTinyBert } from "../models/knowledge/tiny_bert.ts";
import { answerOf, tinyCohort } from "../tiny.ts";

/** The one object that a task prints with --json. */
async function jsonOf(task: string, ...args: string[]): Promise<Record<string, unknown>> {
  const { code, lines, stdout } = await answerOf(task, ...args, "--json");
  assertEquals(code, 0, lines.join("\n"));
  const { task: name, ...result } = JSON.parse(stdout); // fails for anything but one value
  assertEquals(name, task);
  return result;
}

function parameterCount({ parameters }: Run): number {
  return Object.values(parameters).reduce((sum, { numbers }) => sum + numbers.length, 0);
}

const backend = ["--backend", "wasm"];
const small = ["--set", "width=8", "--set", "heads=2", "--set", "layers=1", ...backend];

Deno.test("with --json, the tasks of a whole study each print one object with paths, counts and figures", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const source = tinyCohort(40);
    await writeMeds(at("source"), source, { name: "tiny" });
    const { labels, left_out, notes, ...prepared } = await jsonOf(
      "prepare",
      ...["--from", "meds", "--input", at("source"), "--out", at("cohort")],
    );
    assertEquals(prepared, {
      out: at("cohort"),
      records: 40,
      splits: { train: 20, validation: 10, test: 10 },
      visits: source.visitCount,
      events: source.codes.length,
      values: 0,
      codes: 12,
      read: { patients: 40, visits: source.visitCount, events: source.codes.length, codes: 12 },
      cuts: [],
      mappings: [],
      bad_rows: 0,
    });
    assertEquals(Object.keys(Object(labels)), ["ill", "old"]);
    assertEquals([left_out, notes], [[], []]);

    const cohort = ["--cohort", at("cohort")];
    const epochs = ["--epochs", "2", "--batch", "8"];
    const { seconds, validation_loss, calibration, coverage, ...trained } = await jsonOf(
      "train",
      ...[...cohort, "--out", at("run"), ...small, ...epochs],
    );
    assertEquals(trained, {
      out: at("run"),
      model: "halo",
      parameters: parameterCount(await readRun(at("run"))),
      epochs: 2,
      planned_epochs: 2,
      privacy: null,
      best_epoch: 2,
    });
    assertGreater(Number(validation_loss), 0);
    assertGreater(Number(seconds), 0);
    const run = await readRun(at("run"));
    assertEquals([calibration, coverage], [run.calibration, run.runConfig.coverage]);

    const generated = ["--run", at("run"), "--count", "6", "--out", at("synthetic"), ...backend];
    const { records_cut_off, records_without_visits, ...written } = await jsonOf(
      "generate",
      ...generated,
    );
    assertEquals(written, { out: at("synthetic"), records: 6 });
    assert(Number(records_cut_off) + Number(records_without_visits) <= 6);

    const judged = ["--real", at("cohort"), "--synthetic", at("synthetic"), "--run", at("run")];
    const { r2, nll_per_visit, nll_is_bound, ...reported } = await jsonOf(
      "evaluate",
      ...[...judged, "--out", at("report"), "--resamples", "3", ...backend],
    );
    assertEquals(reported, {
      out: at("report"),
      report: at("report/report.json"),
      page: at("report/report.html"),
    });
    const report = JSON.parse(await Deno.readTextFile(at("report/report.json")));
    assertEquals(Object(r2).unigram, report.fidelity.unigram.r2);
    assertEquals(nll_per_visit, report.likelihood.nll_per_visit);
    assertEquals(nll_is_bound, false);

    const made = ["--run", at("run"), "--report", at("report"), "--cohort", at("cohort")];
    const dossier = await jsonOf("dossier", ...made, "--out", at("dossier.html"));
    assertEquals(dossier, { out: at("dossier.html") });

    const compared = await jsonOf(
      "compare",
      ...[...cohort, "--out", at("comparison"), "--models", "markov,memoriser"],
      ...["--resamples", "3", ...backend],
    );
    assertEquals(compared.comparison, at("comparison/comparison.json"));
    const models = Object(compared).models.map(({ model }: { model: string }) => model);
    assertEquals(models, ["markov", "memoriser"]);
    assertEquals(Object(compared).models[1].nll_per_visit, null);

    const learned = await jsonOf(
      "rules",
      ...[...cohort, "--expected", "0.1", "--out", at("rules.json")],
    );
    const file = JSON.parse(await Deno.readTextFile(at("rules.json")));
    assertEquals(learned.rules, file.rules.length);
    const checked = await jsonOf("rules", ...cohort, "--check", at("rules.json"));
    assertEquals([checked.records, checked.rules], [40, file.rules.length]);
  }));

Deno.test("with --json, embed prints one object", () =>
  inFolder(async (folder) => {
    const [cohort, bert] = [join(folder, "cohort"), join(folder, "bert")];
    await writeMeds(cohort, tinyCohort(40), { name: "tiny" });
    await Deno.mkdir(bert);
    await writeTinyBert(bert);
    const out = join(folder, "vectors.json");
    const args = ["--bert", bert, "--codes", cohort, "--out", out, ...backend];
    const { source, ...found } = await jsonOf("embed", ...args);
    assertEquals(found, { out, vectors: 19, width: 8 });
    assertEquals(typeof source, "string");
  }));

Deno.test("train --dry-run says what training takes, and writes nothing", () =>
  inFolder(async (folder) => {
    const cohort = join(folder, "cohort");
    await writeMeds(cohort, tinyCohort(40), { name: "tiny" });
    const args = ["--cohort", cohort, "--out", join(folder, "run"), "--dry-run", "--batch", "8"];
    const { seconds_per_epoch, bytes, rows, ...found } = await jsonOf("train", ...args, ...small);
    assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["cohort"]);
    const trained = await jsonOf("train", ...args.slice(0, 4), "--epochs", "1", ...small);
    assertEquals(found, {
      dry_run: true,
      model: "halo",
      backend: "wasm",
      records: 20,
      parameters: trained.parameters,
      steps: 3,
      epochs: 200,
      has_second_stage: false,
    });
    assertGreater(Number(seconds_per_epoch), 0);
    assertGreater(Number(bytes), 4 * Number(trained.parameters));
    assertGreater(Number(rows), 20 * 2);
  }));

Deno.test("train --from-run takes the other run's options, and those given override them", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    await writeMeds(at("cohort"), tinyCohort(40), { name: "tiny" });
    const cohort = ["--cohort", at("cohort"), "--quiet"];
    await jsonOf(
      "train",
      ...[...cohort, "--out", at("first"), ...small, "--batch", "8", "--epochs", "1"],
    );
    const from = [...cohort, "--from-run", at("first"), "--seed", "5", ...backend];
    await jsonOf("train", ...from, "--out", at("again"), "--set", "layers=2");
    await jsonOf("train", ...from, "--out", at("other"), "--model", "lstm");
    const configOf = (name: string) => JSON.parse(Deno.readTextFileSync(at(`${name}/config.json`)));
    const [first, again, other] = ["first", "again", "other"].map(configOf);
    assertEquals(again.config, { ...first.config, layers: 2 });
    assertEquals(again.training, { ...first.training, seed: 5 });
    assertEquals(other.model, "lstm");
    assertEquals(other.training, { ...first.training, seed: 5 });
  }));
