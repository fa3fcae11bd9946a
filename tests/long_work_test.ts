import { assertEquals, assertRejects } from "@std/assert";
import {
  compare,
  evaluate,
  fidelity,
  generate,
  generateParts,
  type OnProgress,
  splitOf,
  train,
  type TrainOptions,
  useBackend,
} from "ehrloom";
import { inFolder } from "./folder.ts";
import { tinyCohort, tinySettings } from "./tiny.ts";

await useBackend("wasm");

const cohort = tinyCohort(80);
const options: TrainOptions = { settings: tinySettings, batch: 8, epochs: 3, learningRate: 0.01 };

/** A signal that is aborted at a stage's step, and what its error must be. */
function stopAt(step: number) {
  const controller = new AbortController();
  const reason = new Error("enough");
  const calls: number[] = [];
  const onProgress: OnProgress = ({ done }) => {
    calls.push(done);
    if (done >= step) controller.abort(reason);
  };
  return { watch: { signal: controller.signal, onProgress }, reason, calls };
}

Deno.test("train() stops at its signal, and resume reaches the losses of an unbroken run", () =>
  inFolder(async (folder) => {
    const losses = ({ training }: { training: readonly { validation_loss: number }[] }) =>
      training.map(({ validation_loss }) => validation_loss);
    const whole = await train(cohort, `${folder}/whole`, options);
    const { watch, reason, calls } = stopAt(7); // of 5 steps an epoch
    const error = await assertRejects(() =>
      train(cohort, `${folder}/run`, { ...options, ...watch })
    );
    assertEquals(error, reason);
    assertEquals(calls.at(-1), 7, "it takes at most one more step, and does not report it");
    const resumed = await train(cohort, `${folder}/run`, { resume: true });
    assertEquals(losses(resumed), losses(whole));
  }));

Deno.test("train() with a signal that is aborted before does nothing", () =>
  inFolder(async (folder) => {
    const signal = AbortSignal.abort();
    await assertRejects(() => train(cohort, `${folder}/run`, { ...options, signal }), DOMException);
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("generate() and generateParts() stop at their signal", () =>
  inFolder(async (folder) => {
    const run = await train(cohort, folder + "/run", { ...options, epochs: 1 });
    const asked = { count: 2000, batch: 100 };
    const first = stopAt(1);
    assertEquals(
      await assertRejects(() => generate(run, { ...asked, ...first.watch })),
      first.reason,
    );
    const second = stopAt(1);
    const parts = generateParts(run, { ...asked, ...second.watch });
    assertEquals(await assertRejects(() => parts.next()), second.reason);
  }));

Deno.test("generate() stops at its signal while it looks for labels that never occur", () =>
  inFolder(async (folder) => {
    const run = await train(cohort, folder + "/run", { ...options, epochs: 1 });
    const { numbers } = run.parameters["ehr_head.auto2.bias"];
    const seen = tinySettings.width + 2; // a history and both labels
    const labelRow = seen - 1 + 12; // logits begin at seen - 1, labels after 12 codes
    numbers.fill(-100, labelRow, labelRow + 2);
    const asked = { count: 1, labels: { ill: 1 } } as const;
    await assertRejects(() => generate(run, asked), RangeError, "did not occur");
    const stop = stopAt(0);
    assertEquals(
      await assertRejects(() => generate(run, { ...asked, ...stop.watch })),
      stop.reason,
    );
  }));

Deno.test("evaluate() and fidelity() stop at their signal", async () => {
  const [real, heldOut] = [splitOf(cohort, "train"), splitOf(cohort, "test")];
  const first = stopAt(1);
  assertEquals(await assertRejects(() => evaluate(cohort, heldOut, first.watch)), first.reason);
  const second = stopAt(1);
  const three = { train: real, heldOut, synthetic: heldOut };
  assertEquals(await assertRejects(() => fidelity(three, second.watch)), second.reason);
});

Deno.test("compare() stops at its signal within a model's training and continues it", () =>
  inFolder(async (folder) => {
    const asked = { ...options, models: ["halo"], resamples: 10 };
    const controller = new AbortController();
    const onProgress: OnProgress = ({ stage, finished }) => {
      if (stage === "halo: training" && finished !== undefined) controller.abort();
    };
    const { signal } = controller;
    await assertRejects(
      () => compare(cohort, `${folder}/c`, { ...asked, signal, onProgress }),
      DOMException,
    );
    const firstSteps: number[] = [];
    const { comparison } = await compare(cohort, `${folder}/c`, {
      ...asked,
      onProgress: ({ stage, done }) => {
        if (stage === "halo: training") firstSteps.push(done);
      },
    });
    assertEquals(comparison.models[0].epochs, 3);
    assertEquals(firstSteps[0], 6, "it continues after the first epoch of 5 steps");
  }));
