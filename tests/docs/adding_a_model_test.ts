// The guide's model is taken from its page, registered and used.
import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { generate, readRun, runLikelihood, train, useBackend } from "ehrloom";
import { models } from "ehrloom/models/mod.ts";
import type { ModelFamily } from "ehrloom/models/interface/model.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort } from "../tiny.ts";

const page = Deno.readTextFileSync(new URL("../../docs/adding-a-model.md", import.meta.url));
const [, code] = page.match(/```ts\n([^]*?)```/) ?? [];
/** The page's file as it would stand in lib/models, with its imports by the workspace's names. */
const source = code
  .replaceAll('"../nn/', '"ehrloom/nn/')
  .replaceAll('"./', '"ehrloom/models/');

async function imported(): Promise<ModelFamily> {
  const module = await import(`data:application/typescript,${encodeURIComponent(source)}`);
  return module.bagOfCodes;
}

Deno.test("docs/adding-a-model.md has a model of at most 60 lines", () => {
  assert(code.trim().split("\n").length <= 60, `${code.trim().split("\n").length} lines`);
});

Deno.test("docs/adding-a-model.md: its model type-checks", async () => {
  const path = await Deno.makeTempFile({
    dir: new URL(".", import.meta.url).pathname,
    suffix: ".ts",
  });
  try {
    await Deno.writeTextFile(path, source);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", path],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("docs/adding-a-model.md: its model trains, generates and is judged", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const before = tf.memory().numTensors;
    const cohort = tinyCohort(80);
    const registry = models as Record<string, ModelFamily>;
    registry["bag-of-codes"] = await imported();
    try {
      const path = join(folder, "run");
      const { training } = await train(cohort, path, {
        model: "bag-of-codes",
        epochs: 20,
        batch: 8,
        learningRate: 0.1,
      });
      assert(training[19].train_loss < 0.7 * training[0].train_loss);
      const run = await readRun(path);
      const { cohort: drawn } = await generate(run, { count: 50, labels: { ill: 1 } });
      assertEquals(drawn.recordCount, 50);
      // The ill go through codes 0 to 5
      const share = drawn.codes.filter((code) => code < 6).length / drawn.codes.length;
      assert(share > 0.7, `${share}`);
      const { nll_per_visit } = await runLikelihood(run, cohort, { resamples: 0 });
      assert(nll_per_visit < 17 * Math.log(2), `${nll_per_visit}`);
    } finally {
      delete registry["bag-of-codes"];
    }
    assertEquals(tf.memory().numTensors, before);
  }));
