/** How far a long computation has come; counts are in the unit that `stage` names. */
export interface Progress {
  /** What is being done, in a few words: "training", "bootstrap". */
  stage: string;
  /** Units finished so far. */
  done: number;
  /** Units in all. */
  total: number;
  /** A figure worth watching, such as the latest loss. */
  note?: string;
}

/** Called now and then by anything that may run longer than two seconds. */
export type OnProgress = (progress: Progress) => void;
