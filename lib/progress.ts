/** The losses after one epoch, as in a line of `training.jsonl`. */
export interface EpochLosses {
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean negative log-likelihood of the training records during the epoch, nats per visit. */
  readonly train_loss: number;
  /** The same for the validation records, after the epoch. */
  readonly validation_loss: number;
}

/** The progress of a long computation; counts are in units of its stage, such as steps. */
export interface Progress {
  /** What is being done, in a few words: "training", "bootstrap". */
  stage: string;
  /** Units finished so far. */
  done: number;
  /** All units. */
  total: number;
  /** A figure worth watching, such as the latest loss. */
  note?: string;
  /** The finished epochs of a training, with those of earlier sessions. */
  epochs?: readonly EpochLosses[];
}

/** Called from time to time by anything that may run longer than two seconds. */
export type OnProgress = (progress: Progress) => void;
