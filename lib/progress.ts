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
}

/** Called from time to time by anything that may run longer than two seconds. */
export type OnProgress = (progress: Progress) => void;
