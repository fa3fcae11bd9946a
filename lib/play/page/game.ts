/**
 * What all panels of the page share: the model, its names and the random seed.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../../in_words.ts";
import { shortName } from "../../plot/report/page_script/points.ts";
import type { PlayData, RealShares } from "../play_data.ts";
import type { DrawnPatient, DrawnStep, Player } from "../player.ts";

/** The model as the page plays with it. */
export interface Game {
  readonly player: Player;
  /** [codes] Short names. */
  readonly names: readonly string[];
  readonly labelNames: readonly string[];
  /** What drawn patients are compared with, if there is anything. */
  readonly real?: RealShares | undefined;
  readonly seed: number;
}

/** The game of a page's data, for a random seed. */
export function gameOf(player: Player, data: PlayData, seed: number): Game {
  return {
    player,
    names: data.descriptions.map(shortName),
    labelNames: data.labelNames.map((name) => name.replaceAll("_", " ")),
    real: data.real,
    seed,
  };
}

/** [visits] Codes of each, ascending. */
export type Visits = readonly (readonly number[])[];

/** The first visits of a patient: those that the reader has drawn so far. */
export interface Shown {
  readonly patient: DrawnPatient;
  readonly visits: DrawnPatient["visits"];
  /** The codes of these visits as the reader has edited them; those that were drawn if not at all. */
  readonly edited: Visits;
}

/** Whether two records have the same visits. */
export function isEqual(a: Visits, b: Visits): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether the patient is shown to the end, and has one. */
export function isWhole({ patient, visits }: Shown): boolean {
  return visits.length === patient.visits.length && !patient.isCutOff;
}

/** The rows before a step, from the first. */
export function rowsBefore({ steps }: DrawnPatient, step: number): readonly DrawnStep[] {
  return steps.slice(0, step);
}

/** The name of a column of a row. */
export function columnName({ names, labelNames }: Game, column: number): string {
  const specials = ["start of the record", "end of the record", "padding"];
  return [...names, ...labelNames.map((name) => `label ${name}`), ...specials][column];
}

/** A share as a percentage of two digits. */
export function percent(share: number): string {
  if (share === 0 || share >= 0.995) return `${Math.round(100 * share)}%`;
  return share < 0.001 ? "<0.1%" : `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`;
}

/** What was computed last, and what went wrong since. */
export interface Computed<T> {
  readonly value?: T;
  readonly error?: string;
}

/** A value that is computed again whenever a key changes; until it is there, the last one stays. */
export function useComputed<T>(compute: () => Promise<T>, keys: readonly unknown[]): Computed<T> {
  const [computed, setComputed] = useState<Computed<T>>({});
  useEffect(() => {
    let isCurrent = true;
    compute().then(
      (value) => isCurrent && setComputed({ value }),
      (error) => isCurrent && setComputed({ error: messageOf(error) }),
    );
    return () => {
      isCurrent = false;
    };
  }, keys);
  return computed;
}

/** Work that a button starts and that ends with its panel. */
export interface Work {
  readonly isRunning: boolean;
  readonly error: string | undefined;
  /** Begins; what ran before stops. */
  start(work: (isStopped: () => boolean) => Promise<void>): void;
  stop(): void;
}

/** Work of a panel, one at a time. */
export function useWork(): Work {
  const current = useRef(0);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<string>();
  const stop = () => {
    current.current++;
    setRunning(false);
  };
  useEffect(() => () => {
    current.current++;
  }, []);
  const start = async (work: (isStopped: () => boolean) => Promise<void>) => {
    const own = ++current.current;
    const isStopped = () => current.current !== own;
    setRunning(true);
    setError(undefined);
    try {
      await work(isStopped);
    } catch (error) {
      if (!isStopped()) setError(messageOf(error));
    }
    if (!isStopped()) setRunning(false);
  };
  return { isRunning, error, start, stop };
}
