/**
 * Reads from where a run goes on. What it has stored must fit its config, its lines and its model: a
 * run that went on from something else would end in wrong figures without a word.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { checked, finite, list, object, type Schema, whole } from "../files/checked_json.ts";
import { isThere } from "../files/is_there.ts";
import type { Adversary, GradientModel } from "../models/model.ts";
import type { Initials } from "../nn/initial.ts";
import type { AdamState } from "../nn/optimizer.ts";
import { checkShapes, type NamedArrays, type Shapes } from "../nn/parameters.ts";
import { checkNumbers, readSafetensors } from "../nn/safetensors.ts";
import type { Training } from "./options.ts";
import { checkedEpochs, readTraining } from "./read_run.ts";
import { type DuelLine, hasStored, type Standing, type TrainingLine } from "./run_folder.ts";

const standingSchema: Schema<Standing> = object({
  epoch: whole(0),
  batch: whole(0),
  sums: object({ loss: finite(), visits: whole(0), norms: finite(0) }),
  best: object({ loss: finite(), epoch: whole(0) }),
  seconds: finite(0),
});

const duelLineSchema: Schema<DuelLine> = object({
  epoch: whole(1),
  critic_loss: finite(),
  generator_loss: finite(),
  seconds: finite(0),
});

const resumeFile = "resume.safetensors";
const duelFile = "resume-adversary.safetensors";

function lost(folder: string, file: string): Error {
  return new Deno.errors.NotFound(
    `Cannot resume "${folder}": ${file} is gone, so there is nothing to go on from; ` +
      "the model that is there stays as it is, train into another folder",
  );
}

const refusal = (path: string, problem: string) =>
  new SyntaxError(`Cannot read "${path}": ${problem}`);

/**
 * Whether a network's run goes on from its beginning, since it has stored nothing yet.
 *
 * @throws {Deno.errors.NotFound} If it has stored something, but lost from where to go on
 */
export async function isAtBeginning(folder: string): Promise<boolean> {
  const path = join(folder, resumeFile);
  if (!await isThere(path)) {
    if (await hasStored(folder)) throw lost(folder, resumeFile);
    return true;
  }
  let isEmpty = false;
  const { metadata } = await readSafetensors(path, ({ shapes }) => {
    isEmpty = Object.keys(shapes).length === 0;
    return [];
  });
  return isEmpty && metadata.standing === "null"; // as the run was begun
}

/** Parameters, with the two moving averages that Adam keeps of each. */
const groups = ["parameters", "means", "squares"] as const;

/** The shapes of an optimizer's state, by the names in its file. */
function stateShapes(initials: Initials): Shapes {
  return Object.fromEntries(groups.flatMap((group) =>
    Object.entries(initials)
      .filter(([, { isBuffer }]) => group === "parameters" || !isBuffer)
      .map(([name, initial]) => [`${group}.${name}`, initial])
  ));
}

/** Where a stage of training stood, in the words of its file, and its optimizer's state. */
async function readState(
  path: string,
  initials: Initials,
): Promise<{ standing: unknown; state: AdamState }> {
  const isOfGroup = (group: string) => (name: string) => name.startsWith(`${group}.`);
  const { tensors, metadata } = await readSafetensors(path, ({ shapes }) => {
    const names = Object.keys(shapes);
    const foreign = names.find((name) => !groups.some((group) => isOfGroup(group)(name)));
    if (foreign !== undefined) throw refusal(path, `it holds a foreign tensor "${foreign}"`);
    if (names.length > 0) checkShapes(path, shapes, stateShapes(initials));
    return names;
  });
  checkNumbers(path, tensors);
  let standing: unknown;
  try {
    if (Object.keys(tensors).length > 0) standing = JSON.parse(metadata.standing);
  } catch (_) {
    standing = undefined;
  }
  const steps = Number(metadata.steps);
  if (standing === undefined || !/^\d+$/.test(metadata.steps) || !Number.isSafeInteger(steps)) {
    throw refusal(path, "it does not say where the run stood");
  }
  const [parameters, means, squares] = groups.map((group): NamedArrays =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([name]) => isOfGroup(group)(name))
        .map(([name, array]) => [name.slice(group.length + 1), array]),
    )
  );
  return { standing, state: { steps, parameters, means, squares } };
}

/** Where a killed run stood, and its epochs until then. */
export interface Progress {
  /** Where it stood. */
  readonly standing: Standing;
  /** Parameters and optimizer. */
  readonly state: AdamState;
  /** The epochs that it had finished. */
  readonly lines: TrainingLine[];
}

/** What is said of each figure of a run's progress, and what it is by all the others. */
function* figures(
  { standing: { epoch, best }, state, lines }: Progress,
  steps: { readonly perEpoch: number; readonly done: number },
): Generator<readonly [file: string, name: string, said: number, is: number]> {
  yield ["training.jsonl", "the number of its epochs", lines.length, epoch];
  for (const line of lines) {
    yield ["training.jsonl", `step of epoch ${line.epoch}`, line.step, line.epoch * steps.perEpoch];
  }
  yield [resumeFile, "steps", state.steps, steps.done];
  const kept = lines.findLast((line) => line.best);
  yield [resumeFile, "best.epoch", best.epoch, kept?.epoch ?? 0];
  yield [resumeFile, "best.loss", best.loss, kept?.validation_loss ?? Number.MAX_VALUE];
}

/**
 * Where a killed run stood; undefined where it was killed before it stored anything.
 *
 * @param folder the run's
 * @param about its network, how that is trained, and batches to an epoch
 * @throws {Deno.errors.NotFound} If what it would go on from is gone
 * @throws {SyntaxError} If it is cut short, of another run, or says what cannot be
 * @throws {RangeError} If the parameters are not those of the network
 */
export async function readProgress(
  folder: string,
  { model, training: { epochs }, batches }: {
    readonly model: Pick<GradientModel, "initial">;
    readonly training: Pick<Training, "epochs">;
    readonly batches: number;
  },
): Promise<Progress | undefined> {
  if (await isAtBeginning(folder)) return undefined;
  const path = join(folder, resumeFile);
  const { standing: found, state } = await readState(path, model.initial);
  const standing = checked(found, standingSchema, `"${path}"`, "where a run stood");
  const { epoch, batch } = standing;
  for (
    const [name, value, most] of [["epoch", epoch, epochs], ["batch", batch, batches]] as const
  ) {
    if (value > most) throw refusal(path, `${name} is ${value}, must be at most ${most}`);
  }
  // a line is stored before this, and a run may be killed in between
  const lines = (await readTraining(folder, { epochs })).slice(0, epoch);
  const progress = { standing, state, lines };
  const steps = { perEpoch: batches, done: epoch * batches + batch };
  for (const [file, name, said, is] of figures(progress, steps)) {
    if (said !== is) throw refusal(join(folder, file), `${name} is ${said}, must be ${is}`);
  }
  return progress;
}

/**
 * Where a killed second stage stood; undefined where it had stored nothing.
 *
 * @param folder the run's
 * @param adversary the stage
 * @param isTrained whether the run's model has its parameters
 * @throws as {@link readProgress} does
 */
export async function readDuel(
  folder: string,
  { initial, epochs }: Pick<Adversary, "initial" | "epochs">,
  isTrained: boolean,
): Promise<{ lines: DuelLine[]; state: AdamState } | undefined> {
  const path = join(folder, duelFile);
  if (!await isThere(path)) {
    if (isTrained) throw lost(folder, duelFile);
    return undefined;
  }
  const { standing, state } = await readState(path, initial);
  const found = checked(standing, list(v.unknown()), `"${path}"`, "a list of epochs");
  return { lines: checkedEpochs(path, found, duelLineSchema, epochs), state };
}
