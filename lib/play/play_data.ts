/**
 * What the page to play with carries: a run, and which share of the training patients has each code.
 *
 * @module
 */
import { recordCounts } from "../cohort/code_counts.ts";
import type { Cohort } from "../cohort/cohort.ts";
import { isShownCell } from "../cohort/small_cells.ts";
import { vocabulary } from "../cohort/vocabulary.ts";
import type { NamedArrays } from "../nn/parameters.ts";
import type { Run, RunConfig } from "../train/run_folder.ts";

/** Training patients, as far as drawn ones are compared with them. */
export interface RealShares {
  /** Their number. */
  readonly records: number;
  /** [codes] Share of them that have each code; null where too few have it. */
  readonly prevalences: readonly (number | null)[];
}

/** A run as JSON, ready to be written into a page. */
export interface PlayData {
  /** What the model is made by; of its training data nothing. */
  readonly runConfig: RunConfig;
  readonly codes: readonly string[];
  readonly descriptions: readonly string[];
  readonly labelNames: readonly string[];
  /** By name: shape, and base64 of little-endian float32. */
  readonly parameters: Readonly<Record<string, { shape: readonly number[]; bytes: string }>>;
  /** Absent where there is nothing to compare with. */
  readonly real?: RealShares;
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

/** The shares of the patients that have each code, without small cells. */
function sharesOf(real: Cohort, minCell: number): RealShares {
  const prevalences = Array.from(
    recordCounts(real),
    (count) => isShownCell(minCell, count) ? count / real.recordCount : null,
  );
  return { records: real.recordCount, prevalences };
}

/**
 * What the page carries of a run.
 *
 * @param run of HALO
 * @param options.real training records that drawn ones are compared with, with the run's vocabulary
 * @param options.minCell fewest of them who have a code whose share the page gets; 1: all codes
 */
export function playData(
  { runConfig, parameters, vocabulary, labelNames }: Run,
  { real, minCell }: { readonly real?: Cohort | undefined; readonly minCell: number },
): PlayData {
  const { ehrloom, model, config, training } = runConfig;
  const packed = Object.entries(parameters).map(([name, { shape, numbers }]) => {
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    return [name, { shape, bytes: base64(bytes) }] as const;
  });
  return {
    runConfig: { ehrloom, model, config, training, cohort: "", versions: {} },
    codes: vocabulary.codes,
    descriptions: vocabulary.descriptions,
    labelNames,
    parameters: Object.fromEntries(packed),
    ...real && { real: sharesOf(real, minCell) },
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
