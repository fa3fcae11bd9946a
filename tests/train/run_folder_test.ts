import { assert, assertEquals, assertRejects } from "@std/assert";
import { useBackend } from "ehrloom/nn/backend.ts";
import { readRun } from "ehrloom/train/read_run.ts";
import { train, type TrainOptions } from "ehrloom/train/train.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(40);
const quick: TrainOptions = { settings: tinySettings, batch: 20, epochs: 3, learningRate: 0.01 };
const contents = (folder: string) =>
  new Map([...Deno.readDirSync(folder)].map(({ name }) => [
    name,
    Deno.readFileSync(join(folder, name)),
  ]));

/** From `begin` to `end`, the disk is full for what is to become a file. */
function diskFullAt(path: string) {
  const { open, writeTextFile } = Deno;
  const end = () => Object.assign(Deno, { open, writeTextFile });
  const checkRoom = (name: string | URL) => {
    if (!String(name).startsWith(`${path}.partial-`)) return;
    throw new Error("No space left on device (os error 28)");
  };
  return {
    begin() {
      Object.assign(Deno, {
        async open(name: string | URL, options?: Deno.OpenOptions) {
          checkRoom(name);
          return await open(name, options);
        },
        async writeTextFile(name: string | URL, text: string) {
          checkRoom(name);
          await writeTextFile(name, text);
        },
      });
    },
    end,
    [Symbol.dispose]: end,
  };
}

for (const name of ["model.safetensors", "training.jsonl", "resume.safetensors"]) {
  Deno.test(`train() on a disk that is full at ${name} says so and keeps the last epoch`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "run");
      let before = new Map<string, Uint8Array>();
      using full = diskFullAt(join(path, name));
      const error = await assertRejects(() =>
        train(source, path, {
          ...quick,
          onProgress: ({ done }) => {
            if (done !== 2) return;
            before = contents(path);
            full.begin();
          },
        })
      );
      full.end();
      assert(error instanceof Error);
      assertEquals(
        error.message,
        `Cannot write "${join(path, name)}": No space left on device`,
      );
      const { training } = await readRun(path);
      const found = contents(path);
      assertEquals([...found.keys()].sort(), [...before.keys()].sort());
      assertEquals(found.get(name), before.get(name));
      assert(training.length >= 1);
      const resumed = await train(source, path, { resume: true });
      assertEquals(resumed.training.length, 3);
    }));
}

Deno.test("train() writes nothing where it cannot, and keeps what exists", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "a result");
    await assertRejects(
      () => train(source, join(file, "run"), quick),
      Error,
      `Cannot write "${join(file, "run")}": "${file}" is not a folder`,
    );
    await assertRejects(
      () => train(source, file, quick),
      Deno.errors.AlreadyExists,
      `Cannot write "${file}": it exists already; pass force: true to replace it`,
    );
    assertEquals(await Deno.readTextFile(file), "a result");
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  }));

Deno.test("train() with force begins a run anew", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    await train(source, path, quick);
    const { training } = await train(source, path, { ...quick, epochs: 1, force: true });
    assertEquals(training.length, 1);
  }));

Deno.test("readRun() says in one line what is wrong with a folder", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const refused = async (message: string) => {
      const error = await assertRejects(() => readRun(path));
      assert(error instanceof Error);
      assert(error.message.includes(message) && !error.message.includes("\n"), error.message);
    };
    await refused(
      `Cannot read "${join(path, "config.json")}": there is no such file; is it a run?`,
    );
    await train(source, path, quick);
    const model = join(path, "model.safetensors");
    const whole = await Deno.readFile(model);
    await Deno.writeFile(model, whole.subarray(0, whole.length - 4));
    await refused(
      `Cannot read "${model}": it is cut short: tensor "ehr_head.auto2.bias" ends at byte`,
    );
    await Deno.remove(model);
    await refused(`Cannot read "${model}": there is no such file`);
    await Deno.writeFile(model, whole);
    const config = JSON.parse(await Deno.readTextFile(join(path, "config.json")));
    config.config.width = 16; // the parameters are another model's
    await Deno.writeTextFile(join(path, "config.json"), JSON.stringify(config));
    await refused(
      `Cannot load "${model}": tensor "transformer.vis_embed_mat.weight" is [8,17], wanted`,
    );
  }));
