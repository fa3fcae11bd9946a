import { assert, assertEquals } from "@std/assert";
import {
  estimateTraining,
  parameterCount,
  train,
  type TrainingStart,
  type TrainOptions,
  useBackend,
} from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(40);

/** What a dry run, the start of a training and the run say of its parameters. */
async function counted(folder: string, options: TrainOptions) {
  const starts: TrainingStart[] = [];
  const { descent } = await estimateTraining(source, options);
  const run = await train(source, folder, { ...options, onStart: (start) => starts.push(start) });
  const stored = Object.values(run.parameters).reduce(
    (sum, { numbers }) => sum + numbers.length,
    0,
  );
  return { said: [descent?.parameters, starts[0].parameters, parameterCount(run)], stored };
}

Deno.test("a dry run, the start of a training and its run count the same parameters", () =>
  inFolder(async (folder) => {
    const how = { epochs: 1, batch: 16 };
    const halo = await counted(join(folder, "halo"), { ...how, settings: tinySettings });
    assertEquals(halo.said, [halo.stored, halo.stored, halo.stored]);
    // HiSGT's tables are computed before training: 12 codes, 4 label tokens and others
    const hisgt = await counted(join(folder, "hisgt"), {
      ...how,
      model: "hisgt",
      settings: { ...tinySettings, semanticWidth: 4, graphSteps: 2 },
    });
    const [, trained] = hisgt.said;
    assertEquals(hisgt.said, [trained, trained, trained]);
    assert(typeof trained === "number" && hisgt.stored > trained);
    assertEquals((hisgt.stored - trained) % (4 + 8), 0); // rows of both tables, 4 and 8 wide
    const synteg = await counted(join(folder, "synteg"), {
      ...how,
      model: "synteg",
      settings: { ...tinySettings, ganEpochs: 1, ganBatch: 16 },
    });
    const [both] = synteg.said;
    assertEquals(synteg.said, [both, both, both]);
  }));

Deno.test("a floor has the numbers that it counted", () =>
  inFolder(async (folder) => {
    const { said, stored } = await counted(folder, { model: "independent", force: true });
    assertEquals(said, [undefined, null, stored]);
  }));
