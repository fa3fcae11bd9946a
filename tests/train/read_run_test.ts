// Nothing that a run's folder holds is trusted: what does not fit is said, and nothing is changed.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { useBackend } from "ehrloom/nn/backend.ts";
import { readSafetensors, writeSafetensors } from "ehrloom/nn/safetensors.ts";
import { readRun } from "ehrloom/train/read_run.ts";
import { train } from "ehrloom/train/train.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { copy, filesOf } from "../reliability/scenarios.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";
import { trainWithBegun } from "./begun_run.ts";

await useBackend("cpu");

const source = tinyCohort(40);
const options = { settings: tinySettings, batch: 8, epochs: 3 };

const contents = (folder: string) =>
  filesOf(folder).map((file) => [file, Deno.readFileSync(file).toHex()]);

/** Does something to copies of a trained run and hears what is said of each. */
async function damaged(
  cases: readonly [damage: (run: string) => Promise<void>, says: string][],
  act: (run: string) => Promise<unknown>,
): Promise<void> {
  await inFolder(async (folder) => {
    const good = join(folder, "good");
    await train(source, good, options);
    for (const [index, [damage, says]] of cases.entries()) {
      const run = join(folder, `${index}`);
      copy(good, run);
      await damage(run);
      const before = contents(run);
      const error = await assertRejects(() => act(run), Error, undefined, says);
      assert(!error.message.includes("\n"), error.message);
      assert(error.message.includes(says), `${index}: ${error.message}, not: ${says}`);
      assertEquals(contents(run), before, says);
    }
  });
}

/** A change to what a JSON file of the run holds; 1e999 stands for a number beyond all. */
const inJson =
  (file: string, change: (value: Record<string, never>) => unknown) => async (run: string) => {
    const path = join(run, file);
    const value = JSON.parse(await Deno.readTextFile(path));
    const changed = change(value) ?? value;
    const text = JSON.stringify(changed).replaceAll('"1e999"', "1e999");
    await Deno.writeTextFile(path, text);
  };

/** A change to one of the two tables in a nested value, by its path. */
const at = (path: string, to: unknown) => (value: Record<string, unknown>) => {
  const names = path.split(".");
  const last = names.pop() ?? "";
  let holder = value;
  for (const name of names) holder = holder[name] as Record<string, unknown>;
  if (to === undefined) delete holder[last];
  else holder[last] = to;
};

const resume = (run: string) => train(source, run, { resume: true });

Deno.test("readRun() holds config.json to what a run's config may be", () =>
  damaged([
    [inJson("config.json", () => []), "it has no ehrloom, so it is not a run's config"],
    [inJson("config.json", () => "x"), "it is not a run's config"],
    [inJson("config.json", at("training", {})), "it has no training.batch"],
    [
      inJson("config.json", at("training.batch", "1e999")),
      "training.batch is Infinity, must be a whole",
    ],
    [
      inJson("config.json", at("training.batch", -1)),
      "training.batch is -1, must be a whole number, at least 1",
    ],
    [inJson("config.json", at("training.workers", -1)), "training.workers is -1, must be"],
    [inJson("config.json", at("training.patience", undefined)), "it has no training.patience"],
    [
      inJson("config.json", at("training.schedule", "fast")),
      'training.schedule is "fast", must be constant',
    ],
    [
      inJson("config.json", at("config.width", "8")),
      'config.width is "8", must be a whole number, at least 1',
    ],
    [
      inJson("config.json", at("config.width", [8])),
      "config.width is [8], must be a number, true, false or a text",
    ],
    [
      inJson("config.json", at("config.publishedStart", 2)),
      "config.publishedStart is 2, must be true or false",
    ],
    [
      inJson("config.json", at("config.layers", 1.5)),
      "config.layers is 1.5, must be a whole number between 1 and 1000",
    ],
    [
      inJson("config.json", at("config.positions", -1)),
      "config.positions is -1, must be a whole number, at least 1",
    ],
    [
      inJson("config.json", at("config.epsilon", undefined)),
      "it has no config.epsilon, so it is not",
    ],
    [
      inJson("config.json", at("model", "constructor")),
      'Cannot find model "constructor": there is no such model',
    ],
    [
      inJson("config.json", at("config.width", 9)),
      "config.width is 9, must be a multiple of heads 2",
    ],
    [inJson("config.json", at("config.context", 99)), "must be at least context 99"],
    [inJson("config.json", at("config.codes", -1)), "config.codes is -1, must be a whole number"],
    [inJson("config.json", at("versions", 7)), "versions is 7, must be an object"],
  ], readRun));

Deno.test("readRun() holds vocabulary.json and training.jsonl to what they may be", () =>
  damaged([
    [inJson("vocabulary.json", at("codes.0", 7)), "codes.0 is 7, must be a text"],
    [inJson("vocabulary.json", at("codes.0", "code 1")), 'code "code 1" appears twice'],
    [inJson("vocabulary.json", at("labels", [{}, []])), "labels.0 is {}, must be a text"],
    [inJson("vocabulary.json", at("labels", ["ill"])), "it has 1 labels, but the model has 2"],
    [(run) => Deno.writeTextFile(join(run, "training.jsonl"), "null\n"), "row 1: it is not a line"],
    [
      (run) => Deno.writeTextFile(join(run, "training.jsonl"), "[".repeat(1e6)),
      "row 1: it is not JSON",
    ],
    [(run) => Deno.writeTextFile(join(run, "training.jsonl"), "{}\n"), "row 1: it has no epoch"],
    [
      async (run) => {
        const path = join(run, "training.jsonl");
        const text = await Deno.readTextFile(path);
        await Deno.writeTextFile(path, text + text);
      },
      "row 4: it is of epoch 1",
    ],
  ], readRun));

/** A change to a tensor of the stored model, with or without a new checksum. */
const inModel = (change: (numbers: Float32Array) => void) => async (run: string) => {
  const path = join(run, "model.safetensors");
  const { tensors, metadata } = await readSafetensors(path);
  change(Object.values(tensors)[1].numbers);
  await writeSafetensors(path, tensors, metadata);
};

Deno.test("readRun() takes no weights that are no numbers, or not those that were written", () =>
  damaged([
    [inModel((numbers) => numbers.fill(NaN)), "has values that are not finite numbers"],
    [inModel((numbers) => numbers[0] = Infinity), "has values that are not finite numbers"],
    [
      async (run) => {
        const path = join(run, "model.safetensors");
        const bytes = await Deno.readFile(path);
        bytes[bytes.length - 2] ^= 0x40;
        await Deno.writeFile(path, bytes);
      },
      "its numbers are not those that were written",
    ],
  ], readRun));

/** A change to where the checkpoint says that the run stands. */
const inStanding = (change: (metadata: Record<string, string>) => void) => async (run: string) => {
  const path = join(run, "resume.safetensors");
  const { tensors, metadata } = await readSafetensors(path);
  const changed = { ...metadata };
  change(changed);
  await writeSafetensors(path, tensors, changed);
};

const standing = (path: string, to: unknown) =>
  inStanding((metadata) => {
    const value = JSON.parse(metadata.standing);
    at(path, to)(value);
    metadata.standing = JSON.stringify(value).replaceAll('"1e999"', "1e999");
  });

Deno.test("train() resumes no run whose checkpoint says what cannot be, and leaves it as it is", () =>
  damaged([
    ...["{}", "[]"].map((text): [(run: string) => Promise<void>, string] => [
      inStanding((metadata) => metadata.standing = text),
      "it has no epoch, so it is not the state of a run",
    ]),
    ...["7", '"x"', "null"].map((text): [(run: string) => Promise<void>, string] => [
      inStanding((metadata) => metadata.standing = text),
      "it is not the state of a run",
    ]),
    [standing("epoch", undefined), "it has no epoch"],
    [standing("epoch", 4), "it was stored at epoch 4 of 3"],
    [
      standing("epoch", 1),
      "it was stored at epoch 1 of 3 and batch 0 of 3, but training.jsonl has 3",
    ],
    [standing("batch", 1e6), "it was stored at epoch 3 of 3 and batch 1000000 of 3, but training"],
    [standing("best.epoch", 9), "its best epoch is 9 with "],
    [standing("best.epoch", 0), "its best epoch is 0 with "],
    [
      standing("best.loss", -5),
      "its best epoch is 3 with -5 nats, but in training.jsonl it is 3 with",
    ],
    [inStanding((metadata) => metadata.steps = "8"), "its optimizer took 8 steps, must be 9"],
    [
      (run) => writeSafetensors(join(run, "resume.safetensors"), {}, { standing: "null" }),
      "it was stored at epoch 0 of 3 and batch 0 of 3, but training.jsonl has 3 epochs",
    ],
    [
      (run) => Deno.remove(join(run, "model.safetensors")),
      'model.safetensors": there is no such file',
    ],
    [inModel((numbers) => numbers.fill(NaN)), "has values that are not finite numbers"],
    [standing("epoch", -1), "epoch is -1, must be a whole number, at least 0"],
    [standing("batch", 1.5), "batch is 1.5, must be a whole number, at least 0"],
    [standing("sums", {}), "it has no sums.loss"],
    [standing("best.loss", "1e999"), "best.loss is Infinity, must be a number"],
    ...["", "1e999", "2.5", "-1"].map((steps): [(run: string) => Promise<void>, string] => [
      inStanding((metadata) => metadata.steps = steps),
      "it does not say where the run was interrupted",
    ]),
    [(run) => Deno.writeTextFile(join(run, "training.jsonl"), ""), "but training.jsonl has 0"],
    [inJson("config.json", at("training.batch", -1)), "training.batch is -1, must be"],
    [
      (run) => Deno.remove(join(run, "resume.safetensors")),
      "resume.safetensors is missing, so there is nothing to continue from",
    ],
  ], resume));

Deno.test("train() takes a tensor named like a member of every object for a foreign one", () =>
  damaged(
    ["constructor.x", "toString.x", "__proto__.x"].map((name) => [
      async (run) => {
        const path = join(run, "resume.safetensors");
        const { tensors, metadata } = await readSafetensors(path);
        const all = { ...tensors };
        Object.defineProperty(all, name, {
          value: { shape: [1], numbers: Float32Array.of(1) },
          enumerable: true,
        });
        await writeSafetensors(path, all, metadata);
      },
      `it has a tensor "${name}" that does not belong to the model`,
    ]),
    resume,
  ));

/** Settings of a model of two stages. */
const tinySynteg = {
  width: 4,
  heads: 2,
  layers: 1,
  feedForward: 4,
  lstmWidth: 4,
  condition: 4,
  noise: 4,
  ganWidth: 8,
  ganEpochs: 1,
};

Deno.test("train() does not train a finished second stage again when its resume file is gone", () =>
  inFolder(async (folder) => {
    const run = join(folder, "run");
    await train(source, run, { model: "synteg", settings: tinySynteg, epochs: 1, batch: 8 });
    await Deno.remove(join(run, "resume-adversary.safetensors"));
    const before = contents(run);
    await assertRejects(
      () => resume(run),
      Deno.errors.NotFound,
      `Cannot resume "${run}": resume-adversary.safetensors is missing, so there is nothing to continue from`,
    );
    assertEquals(contents(run), before);
  }));

Deno.test("train() resumes no second stage whose checkpoint lacks half of Adam's state", () =>
  inFolder(async (run) => {
    await train(source, run, {
      model: "synteg",
      settings: tinySynteg,
      epochs: 1,
      batch: 8,
      force: true,
    });
    const path = join(run, "resume-adversary.safetensors");
    const { tensors, metadata } = await readSafetensors(path);
    const kept = Object.entries(tensors).filter(([name]) => !name.startsWith("means."));
    await writeSafetensors(path, Object.fromEntries(kept), metadata);
    const before = contents(run);
    await assertRejects(
      () => resume(run),
      RangeError,
      `Cannot load "${path}": no tensor "generator.`,
    );
    assertEquals(contents(run), before);
  }));

Deno.test("readRun() says of a run without a finished epoch that it can be resumed", () =>
  inFolder(async (folder) => {
    const [whole, begun] = [join(folder, "whole"), join(folder, "begun")];
    await trainWithBegun(source, { whole, begun, options });
    await assertRejects(
      () => readRun(begun),
      RangeError,
      "none of its epochs is finished; resume it",
    );
  }));
