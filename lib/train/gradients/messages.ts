/**
 * What a thread that computes gradients is sent, and what it answers.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import type { TrainingMoment } from "../../models/interface/model.ts";
import type { ModelConfig } from "../../models/interface/settings.ts";
import type { Schema } from "../../models/numbers/record_schema.ts";
import type { Backend } from "../../nn/backend.ts";
import type { FlatLayout } from "../../nn/flat.ts";
import type { Room } from "../../nn/room.ts";
import type { BatchGradients } from "./source.ts";

/** What a Worker needs before its first batch; it shares the memory of all arrays. */
export interface Setup {
  /** What to divide losses by before gradients are taken. */
  readonly divisor: number;
  /** The engine to compute with. */
  readonly backend: Backend;
  /** Name of the model's family. */
  readonly family: string;
  /** The model's settings. */
  readonly config: ModelConfig;
  /** What the model's tokens stand for, if they need that. */
  readonly schema?: Schema | undefined;
  /** The cohort with the records. */
  readonly cohort: Cohort;
  /** How parameters and gradients lie in memory. */
  readonly layout: FlatLayout;
  /** The parameters, which the optimizer changes. */
  readonly parameters: Float32Array;
  /** Where the Worker puts its gradients. */
  readonly gradient: Float32Array;
  /** What its passes must fit in. */
  readonly room: Room;
}

/** A Worker's part of a batch. */
export interface Part {
  /** Indices into the cohort. */
  readonly records: Int32Array;
  /** Moment of training. */
  readonly moment: TrainingMoment;
  /** The bound of each record's gradient, in private training. */
  readonly clip?: number | undefined;
}

/** What a Worker answers to a part: its gradients are in the memory that is shared. */
export type Answer = Omit<BatchGradients, "gradients">;

/** A setup, then parts of batches. */
export type Message = Setup | Part;
