import { claimed, playPage, splitOf, startInWords, train, writeWhole } from "ehrloom";
import { join } from "node:path";
import { backendOption, startBackend } from "./cli/backend_option.ts";
import { runCommand, say } from "./cli/command.ts";
import { playProgram } from "./play/bundle.ts";
import { playCohort } from "./play/sample.ts";

await runCommand({
  name: "play",
  summary:
    "Train a small HALO on 288 sample patients and write a page on which everybody can play with it.",
  options: {
    out: { value: "FILE", help: "The page, one file", default: "site/play.html" },
    seed: { value: "N", help: "Random seed of the training", default: "1" },
    backend: { ...backendOption.backend, default: "wasm" },
    force: { help: "Replace an older page at --out" },
  },
  examples: ["deno task play", "deno task play --seed 2 --out runs/play-2.html"],
}, async (args, onProgress) => {
  const out = args.maybe("out") === "site/play.html" ? "site/play.html" : args.path("out");
  const seed = args.integer("seed", { min: 0 });
  const force = args.has("force");
  return await claimed(out, { force }, async () => {
    await startBackend(args);
    const cohort = await playCohort();
    const folder = await Deno.makeTempDir();
    try {
      const run = await train(cohort, join(folder, "run"), {
        model: "halo",
        settings: { width: 48, layers: 2, heads: 4 },
        seed,
        onStart: (start) => startInWords(start).forEach(say),
        onProgress,
      });
      const page = playPage(run, splitOf(cohort, "train"), await playProgram());
      await writeWhole(out, (path) => Deno.writeTextFile(path, page), { force });
      say(`Open ${out} in a browser; it needs no network`);
      return { out, bytes: new TextEncoder().encode(page).length };
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
});
