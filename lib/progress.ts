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
  /** In training, the epoch that runs or has just finished, from 1. */
  epoch?: number;
  /** In training, what is known when an epoch has finished. */
  finished?: FinishedEpoch;
  /** How the stage ended, where it ended before all of its units: a clause such as "stopped …". */
  ended?: string;
}

/** An epoch of training that has just finished; losses are in nats per visit. */
export interface FinishedEpoch {
  /** Number of all epochs, unless training stops before. */
  epochs: number;
  /** Mean loss of the training records during the epoch; null in private training. */
  trainLoss: number | null;
  /** Loss of the validation records after the epoch. */
  validationLoss: number;
  /** In private training, the ε that was spent so far. */
  epsilon?: number;
  /** The lowest validation loss so far, and its epoch. */
  best: { epoch: number; loss: number };
  /** Seconds of training so far, summed over resumed runs. */
  seconds: number;
  /** Seconds that all other epochs will take, at most; 0 after the last. */
  secondsLeft: number;
}

/** Called from time to time by anything that may run longer than two seconds. */
export type OnProgress = (progress: Progress) => void;
