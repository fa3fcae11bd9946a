import { assert, assertEquals } from "@std/assert";
import { train, useBackend, writeMeds } from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { runTask, tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

/** What the file has of a measurement. */
interface Measured {
  readonly engine: string;
  readonly peak_flops_per_second: number;
  readonly training: { readonly steps: number; readonly share_of_peak: number };
  readonly sampling: { readonly default: { readonly visits_per_second: number } };
}

Deno.test("deno task bench measures a run, as a share of what the engine can do", async () => {
  await inFolder(async (folder) => {
    const [cohort, run, out] = ["cohort", "run", "bench.json"].map((name) => join(folder, name));
    await writeMeds(cohort, tinyCohort(80));
    const settings = { model: "halo", settings: tinySettings, epochs: 1, batch: 8 } as const;
    await train(tinyCohort(80), run, settings);
    const wanted = ["--backend", "wasm", "--run", run, "--cohort", cohort, "--count", "4"];
    const { code, lines } = await runTask("bench", ...wanted, "--batch", "8", "--out", out);
    assertEquals(code, 0, lines.join("\n"));
    const { results } = JSON.parse(await Deno.readTextFile(out)) as { results: Measured[] };
    const [{ engine, peak_flops_per_second: peak, training, sampling }] = results;
    assertEquals([results.length, engine, training.steps], [1, "wasm", 5]); // 40 records, 8 a batch
    const numbers = [peak, training.share_of_peak, sampling.default.visits_per_second];
    assert(numbers.every((number) => number > 0 && Number.isFinite(number)), `${numbers}`);
    assert(training.share_of_peak < 1);
    const again = await runTask("bench", ...wanted, "--out", out);
    assertEquals(again.code, 1);
    assert(again.lines.some((line) => line.includes("--force")), again.lines.join("\n"));
  });
});
