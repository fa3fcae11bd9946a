import { readDossierSources, writeDossier } from "ehrloom";
import { runCommand, say, shellPath } from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";

await runCommand({
  name: "dossier",
  summary:
    "Write one page for an ethics or data-protection board, from a run, its evaluation and its cohort.",
  options: {
    run: { value: "RUN", help: "Run folder", required: true, reads: true },
    report: {
      value: "DIR|FILE",
      help: "Report of deno task evaluate with this --run: its folder, or its report.json",
      required: true,
      reads: true,
    },
    cohort: {
      value: "DIR",
      help: "Cohort folder that the run was trained on: its quality report, labels and rare codes",
      reads: true,
    },
    lira: { value: "DIR", help: "Folder of deno task lira on this run", reads: true },
    out: { value: "FILE", help: "The page, one file", required: true },
    force: { help: "Replace an older page at --out" },
  },
  details: [
    "Files that do not belong together are refused. What only the institution can answer stays " +
    "blank, to be filled in by hand.",
  ],
  examples: [
    "deno task dossier --run runs/halo --report runs/report --cohort runs/cohort --out runs/dossier.html",
    "deno task dossier --run runs/halo --report runs/report --cohort runs/cohort --lira runs/lira --out runs/dossier.html",
  ],
}, (args, onProgress) =>
  args.claim("out", async (out) => {
    const path = (name: string) => args.maybe(name) === undefined ? undefined : args.path(name);
    const sources = await readDossierSources({
      run: args.path("run"),
      report: args.path("report"),
      cohort: path("cohort"),
      lira: path("lira"),
    }, { ...sayLeftOut, onProgress });
    await writeDossier(out, sources, { force: args.has("force") });
    say(`Next: open ${shellPath(args.text("out"))} and print it; fill in the blank lines`);
    return { out };
  }));
