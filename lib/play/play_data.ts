/**
 * What the page to play with carries: a run, and how many real records have each code.
 *
 * @module
 */
import { recordCounts } from "../cohort/code_counts.ts";
import type { Cohort } from "../cohort/cohort.ts";
import { vocabulary } from "../cohort/vocabulary.ts";
import type { NamedArrays } from "../nn/parameters.ts";
import type { Run, RunConfig } from "../train/run_folder.ts";

/** A run and the prevalence of its codes as JSON, ready to be written into a page. */
export interface PlayData {
  readonly runConfig: RunConfig;
  readonly codes: readonly string[];
  readonly descriptions: readonly string[];
  readonly labelNames: readonly string[];
  /** By name: shape, and base64 of little-endian float32. */
  readonly parameters: Readonly<Record<string, { shape: readonly number[]; bytes: string }>>;
  /** [codes] Share of the real records that have each code. */
  readonly prevalences: readonly number[];
  /** Number of the real records. */
  readonly records: number;
}

/** Letters that one call turns into text: engines limit the arguments of a call. */
const together = 8192;

function base64(bytes: Uint8Array): string {
  const letters: string[] = [];
  for (let from = 0; from < bytes.length; from += together) {
    letters.push(String.fromCharCode(...bytes.subarray(from, from + together)));
  }
  return btoa(letters.join(""));
}

/**
 * What the page carries of a run.
 *
 * @param run of HALO
 * @param real the records that drawn ones are compared with, with the run's vocabulary
 */
export function playData(run: Run, real: Cohort): PlayData {
  const parameters = Object.entries(run.parameters).map(([name, { shape, numbers }]) => {
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    return [name, { shape, bytes: base64(bytes) }] as const;
  });
  return {
    runConfig: run.runConfig,
    codes: run.vocabulary.codes,
    descriptions: run.vocabulary.descriptions,
    labelNames: run.labelNames,
    parameters: Object.fromEntries(parameters),
    prevalences: Array.from(recordCounts(real), (count) => count / real.recordCount),
    records: real.recordCount,
  };
}

/** The run that a page carries. */
export function runOf(data: PlayData): Run {
  const parameters: NamedArrays = {};
  for (const [name, { shape, bytes }] of Object.entries(data.parameters)) {
    const { buffer } = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
    parameters[name] = { shape, numbers: new Float32Array(buffer) };
  }
  return {
    runConfig: data.runConfig,
    parameters,
    vocabulary: vocabulary(data.codes, data.descriptions),
    labelNames: data.labelNames,
    training: [],
  };
}
