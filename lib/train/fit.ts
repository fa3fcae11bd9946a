/**
 * The training loop. It knows models only by their interface.
 *
 * @module
 */
import { breathe } from "../breathe.ts";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { visitsOf } from "../cohort/records.ts";
import type { GrowingFolder } from "../files/growing_folder.ts";
import type { GradientModel } from "../models/interface/model.ts";
import { extraNeed, fittingRuns } from "../models/room/needs.ts";
import { adam, type Optimizer } from "../nn/optimizer.ts";
import { drawn } from "../nn/initial.ts";
import type { NamedArrays } from "../nn/parameters.ts";
import { stream } from "../random.ts";
import { type Room, roomOn } from "../nn/room.ts";
import type { OnProgress } from "../progress.ts";
import { batchCount, epochBatches, passedSteps, type Step, stepsOfEpoch } from "./batches.ts";
import { localGradients } from "./gradients/local.ts";
import { reducedGradients } from "./gradients/reduced.ts";
import type { GradientSource } from "./gradients/source.ts";
import { sharedGradients } from "./gradients/workers.ts";
import { endingInWords, endingOf, finishedEpoch } from "./ending.ts";
import { type Training, usualCheckpointMinutes } from "./options.ts";
import { type Protection, protection } from "./private/protection.ts";
import { alone, fromFirst, isOwn, type ProcessGroup } from "./processes/process_group.ts";
import { sameStart, type Start } from "./processes/same_start.ts";
import { courseOf, readProgress } from "./read_progress.ts";
import { type Checkpoint, type TrainingLine, writeBest, writeCheckpoint } from "./run_folder.ts";
import { extrasOf, rateAt, type RestartedTraining, type Schedule, scheduleOf } from "./schedule.ts";

/** One session of a training: what it works with, and its state. */
interface Session {
  readonly model: GradientModel;
  readonly train: Cohort;
  readonly validation: Cohort;
  /** Of the run; only the first process has it. */
  readonly folder?: GrowingFolder | undefined;
  readonly training: Schedule;
  readonly optimizer: Optimizer;
  readonly gradients: GradientSource;
  /** What protects the training patients, in private training. */
  readonly protection?: Protection | undefined;
  readonly checkpoint: Checkpoint;
  readonly lines: TrainingLine[];
  readonly checkpointMinutes: number;
  readonly onProgress?: OnProgress | undefined;
  /** Those that train together. */
  readonly processes: ProcessGroup;
  /**
   * Seconds of training so far, with earlier sessions; the same in all processes if the time is limited.
   */
  seconds(): Promise<number>;
}

const noSums = () => ({ loss: 0, visits: 0, norms: 0 });

/** The state of a new run. */
const beginning = (): Checkpoint => ({
  epoch: 0,
  batch: 0,
  sums: noSums(),
  best: { loss: Number.MAX_VALUE, epoch: 0 }, // JSON knows no infinity
  seconds: 0,
});

/** What {@link fit} does besides training. */
export interface FitOptions {
  /** Called after every step. */
  readonly onProgress?: OnProgress | undefined;
  /** Tables of the model, for a run that has not stored its state yet. */
  readonly tables?: NamedArrays | undefined;
  /** Longest training time, in minutes, that a run loses when it is killed in a long epoch. */
  readonly checkpointMinutes?: number | undefined;
  /** Those that train together, each of which calls this; default this one alone. */
  readonly processes?: ProcessGroup | undefined;
}

/**
 * Trains a model on the train split and stores it in a run folder, whose config has been written
 * before; the validation split decides which epoch is best. Call again with the same arguments
 * after an interruption: training continues as if it had not been interrupted.
 *
 * @param model for the vocabulary and labels of the cohort
 * @param cohort with records in its train and validation splits
 * @param folder of the run; only the first process has it
 * @param training how to train, with the restarts of the run
 * @returns the epochs, with those of earlier sessions
 * @throws {RangeError} If the loss is no longer finite
 * @throws {SyntaxError} If a file of an earlier session is truncated or of another run
 */
export async function fit(
  model: GradientModel,
  cohort: Cohort,
  folder: GrowingFolder | undefined,
  training: RestartedTraining,
  {
    onProgress,
    tables,
    checkpointMinutes = usualCheckpointMinutes,
    processes = alone,
  }: FitOptions = {},
): Promise<TrainingLine[]> {
  const train = splitOf(cohort, "train");
  const validation = splitOf(cohort, "validation");
  const started = async () => {
    const own = folder && await startOf(model, train, folder, training, tables);
    const { state, ...start } = await sameStart(processes, own);
    // which has copies of the state
    return { ...start, optimizer: adam(state, training.averageWeights) };
  };
  const { checkpoint, lines, optimizer } = await started();
  let gradients: GradientSource | undefined;
  try {
    const protection = protectionFor(model, optimizer, training, checkpoint);
    gradients = await gradientsFor(model, train, optimizer, training);
    if (processes.size > 1) gradients = reducedGradients(gradients, optimizer, processes);
    if (protection !== undefined) gradients = protection.protected(gradients);
    const before = checkpoint.seconds;
    const began = performance.now();
    const seconds = () => before + (performance.now() - began) / 1000;
    await trainEpochs({
      model,
      train,
      validation,
      folder,
      training: scheduleOf(training, lines),
      optimizer,
      gradients,
      protection,
      checkpoint,
      lines,
      checkpointMinutes,
      onProgress,
      processes,
      // what depends on it must be the same in all processes
      seconds: () =>
        training.minutes > 0 ? fromFirst(processes, seconds()) : Promise.resolve(seconds()),
    });
  } finally {
    gradients?.dispose();
    optimizer.dispose();
  }
  return lines;
}

/** Where the run in a folder begins or continues. */
async function startOf(
  model: GradientModel,
  train: Cohort,
  folder: GrowingFolder,
  training: RestartedTraining,
  tables: NamedArrays = {},
): Promise<Start> {
  const stored = await readProgress(folder.path, model, courseOf(train.recordCount, training));
  if (stored !== undefined) return stored;
  const state = { ...initialOf(model, training.seed), ...tables };
  return { checkpoint: beginning(), lines: [], state };
}

/** The room that a training leaves for its passes. */
export function roomFor(model: GradientModel, training: RestartedTraining): Room {
  const room = roomOn();
  return { ...room, bytes: room.bytes - extraNeed(model, extrasOf(training)).engine };
}

/** Gradients from this thread or from several Workers. */
export async function gradientsFor(
  model: GradientModel,
  train: Cohort,
  optimizer: Optimizer,
  training: RestartedTraining,
): Promise<GradientSource> {
  const { batch, workers } = training;
  const divisor = model.lossDivisor(train, batch); // the same for all: they hold as many rows
  return workers === 1
    ? localGradients(model, train, optimizer, divisor, roomFor(model, training))
    : await sharedGradients(model, train, optimizer, divisor, workers);
}

/** What protects the training patients; undefined unless the training is private. */
export function protectionFor(
  model: GradientModel,
  { layout }: Optimizer,
  { privacy, ...training }: RestartedTraining,
  { privacy: standing }: Pick<Checkpoint, "privacy"> = {},
): Protection | undefined {
  return privacy && protection(model, layout, privacy, training, standing);
}

/** Trains until the epochs, the patience, the time or the privacy budget are used up. */
async function trainEpochs(session: Session): Promise<void> {
  const { train, folder, training, optimizer, checkpoint, lines, onProgress } = session;
  const batches = stepsOfEpoch(train.recordCount, training);
  while (endingOf(training, checkpoint) === undefined) {
    const line = await trainEpoch(session);
    if (folder !== undefined) {
      if (line.best) await writeBest(folder.path, await optimizer.readParameters());
      await store(folder, session);
      await folder.shown();
    }
    onProgress?.({
      stage: "training",
      done: line.step,
      total: training.epochs * batches,
      epoch: line.epoch,
      finished: finishedEpoch(training, lines),
    });
  }
  const total = checkpoint.epoch * batches;
  const ended = endingInWords(training, checkpoint);
  onProgress?.({ stage: "training", done: total, total, ...ended !== undefined && { ended } });
}

/** Stores the state of the run, from which a killed run continues. */
async function store(
  folder: GrowingFolder,
  { checkpoint, lines, optimizer }: Session,
): Promise<void> {
  await writeCheckpoint(folder.path, lines, checkpoint, await optimizer.readState());
}

/** Rows of each record. */
export function lengthsOf(model: GradientModel, cohort: Cohort): number[] {
  return Array.from(cohort.subjectIds, (_, record) => model.rowsOf(cohort, record));
}

/** Parameters to begin with. */
export function initialOf({ initial }: GradientModel, seed: number): NamedArrays {
  return drawn(initial, stream("parameters", seed));
}

/** The steps of an epoch, counted from 0, from one of them on. */
export function stepsOf(
  model: GradientModel,
  train: Cohort,
  { batch, steps, seed }: Pick<Training, "batch" | "steps" | "seed">,
  epoch: number,
  first = 0,
): Iterable<Step> {
  const lengths = lengthsOf(model, train);
  const count = stepsOfEpoch(train.recordCount, { batch, steps });
  const ofPass = batchCount(train.recordCount, batch);
  return passedSteps(
    { from: epoch * count + first, count: count - first, ofPass },
    (pass) => epochBatches(lengths, batch, stream("batchOrder", seed, pass)),
  );
}

/** The steps that are left of an epoch. */
function* stepsLeft({ model, train, training, checkpoint, protection }: Session): Iterable<Step> {
  const { epoch, batch } = checkpoint;
  if (protection === undefined) return yield* stepsOf(model, train, training, epoch, batch);
  const count = stepsOfEpoch(train.recordCount, training);
  for (let i = batch; i < count; i++) {
    yield { records: protection.batch(epoch * count + i), pass: epoch };
  }
}

/** Trains the rest of an epoch, computes the validation loss and adds a line to the log. */
async function trainEpoch(session: Session): Promise<TrainingLine> {
  const { train, folder, training, checkpoint, lines, protection } = session;
  const steps = stepsOfEpoch(train.recordCount, training);
  let storedAt = performance.now();
  for (const step of stepsLeft(session)) {
    await trainBatch(session, step, steps);
    await breathe();
    const isDue = performance.now() - storedAt > session.checkpointMinutes * 60_000;
    if (folder !== undefined && isDue) {
      await store(folder, session);
      await folder.shown(); // a state that can be continued
      storedAt = performance.now();
    }
  }
  const lastStep = (checkpoint.epoch + 1) * steps - 1; // of an earlier session, if none was left
  const rate = rateAt(training, lastStep, steps, checkpoint.seconds);
  const validationLoss = await meanLoss(session);
  checkFinite({ "validation loss": validationLoss }, session);
  checkpoint.seconds = await session.seconds();
  checkpoint.epoch++;
  const line: TrainingLine = {
    epoch: checkpoint.epoch,
    step: checkpoint.epoch * steps,
    train_loss: protection ? null : checkpoint.sums.loss / checkpoint.sums.visits,
    validation_loss: validationLoss,
    learning_rate: rate,
    gradient_norm: checkpoint.sums.norms / steps,
    seconds: checkpoint.seconds,
    best: protection !== undefined || validationLoss < checkpoint.best.loss,
    ...protection && { epsilon: protection.epsilon() },
  };
  lines.push(line);
  if (line.best) checkpoint.best = { loss: validationLoss, epoch: line.epoch };
  checkpoint.batch = 0;
  checkpoint.sums = noSums();
  return line;
}

/**
 * Takes one step and adds it to the epoch's sums.
 *
 * @param batches of an epoch
 */
async function trainBatch(
  session: Session,
  { records, pass }: Step,
  batches: number,
): Promise<void> {
  const { train, training, optimizer, gradients, checkpoint, protection } = session;
  const { seed, epochs } = training;
  const step = checkpoint.epoch * batches + checkpoint.batch;
  const { loss, gradients: slopes } = await gradients.compute(records, { seed, epoch: pass });
  checkpoint.seconds = await session.seconds();
  const rate = rateAt(training, step, batches, checkpoint.seconds);
  const norm = await optimizer.step(slopes, rate);
  checkFinite({ loss, "norm of the gradient": norm }, session);
  const { sums } = checkpoint;
  sums.norms += norm;
  if (protection === undefined) {
    sums.loss += loss;
    for (const record of records) sums.visits += visitsOf(train, record) + 1;
  } else checkpoint.privacy = protection.standing(); // and nothing that no noise protects
  checkpoint.batch++;
  session.onProgress?.({
    stage: "training",
    done: step + 1,
    total: epochs * batches,
    epoch: checkpoint.epoch + 1,
    note: `epoch ${checkpoint.epoch + 1}/${epochs}` +
      (protection ? "" : ` loss ${(sums.loss / sums.visits).toFixed(3)}`),
  });
}

/** The norm is checked too: some kernels turn NaN into a number, which would hide it. */
function checkFinite(values: Record<string, number>, { training, checkpoint }: Session): void {
  for (const [what, value] of Object.entries(values)) {
    if (Number.isFinite(value)) continue;
    throw new RangeError(
      `Cannot continue training: the ${what} is ${value} in epoch ${checkpoint.epoch + 1}; ` +
        `try a learning rate below ${training.learningRate}`,
    );
  }
}

/** Mean loss of the validation records in nats per visit; each process sees a part of them. */
async function meanLoss(
  { model, validation, training, optimizer, processes }: Session,
): Promise<number> {
  const lengths = lengthsOf(model, validation);
  const parameters = optimizer.keptParameters();
  const lossOf = model.validationLoss ?? model.loss;
  const room = roomOn();
  const sum = new Float64Array(1);
  // Batches are shared, and not the runs that they are cut into: machines may have different memories
  const runs = epochBatches(lengths, training.batch, stream("validationOrder", 0))
    .filter(isOwn(processes))
    .flatMap((batch) => fittingRuns(model, "judging", room, validation, batch));
  for (const records of runs) {
    const loss = tf.tidy(() => lossOf(parameters, validation, records));
    sum[0] += (await loss.data())[0];
    loss.dispose();
    await breathe();
  }
  await processes.allReduce(sum);
  return sum[0] / (validation.visitCount + validation.recordCount); // the labels count as a visit
}
