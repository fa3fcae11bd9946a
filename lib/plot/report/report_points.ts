/**
 * The points of scatters as a page carries them: columns of little-endian numbers, gzipped, in base64.
 * `page_script/points.ts` unpacks them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { Vocabulary } from "../../cohort/vocabulary.ts";
import type {
  PairedProbabilities,
  RareKeys,
} from "../../evaluate/fidelity/paired_probabilities.ts";
import { probabilityRange, probabilityScale } from "../figures/probability_axes.ts";
import { thinned } from "../figures/thinning.ts";

/** Points of one scatter, packed. */
export interface PackedPoints {
  /** Of its element in the page. */
  readonly id: string;
  /** Of the files that its reader saves, without ending. */
  readonly name: string;
  readonly kind: PairedProbabilities["kind"];
  /** Points in all; `kept` of them are in the page. */
  readonly count: number;
  readonly kept: number;
  /** What is in none of the points since too few real patients have it. */
  readonly rare?: RareKeys | undefined;
  /** Whether there is a column of held-out records; absent if there is none. */
  readonly hasHeldOut?: boolean | undefined;
  /**
   * Base64 of the gzipped columns `first`, `second` (pairs only), `real`, `synthetic` and perhaps
   * `heldOut`, 4 bytes each.
   */
  readonly bytes: string;
}

/** Codes and what they mean. */
export interface CodeNames {
  /** [codes] Source codes; empty for codes that no point has. */
  readonly codes: readonly string[];
  readonly descriptions: readonly string[];
}

/** What the page carries for its scatters, as JSON. */
export interface PagePoints extends CodeNames {
  readonly scatters: readonly PackedPoints[];
}

/** The codes of a vocabulary that points have. */
export function namesIn(
  paired: readonly PairedProbabilities[],
  { codes, descriptions }: Vocabulary,
): CodeNames {
  const isShown = new Uint8Array(codes.length);
  for (const { first, second } of paired) {
    for (const shown of [first, second ?? []]) for (const code of shown) isShown[code] = 1;
  }
  const shown = (texts: readonly string[]) =>
    texts.map((text, code) => isShown[code] === 1 ? text : "");
  return { codes: shown(codes), descriptions: shown(descriptions) };
}

/** What a scatter is called, and what else is told of its points. */
interface PackOptions extends Partial<Pick<PackedPoints, "id" | "name">> {
  /** [points] The probabilities of held-out records; NaN where too few of them have the key. */
  readonly heldOut?: Float64Array | undefined;
}

/** Packs the points, thinned on logarithmic axes where there are more than `limit`. */
export function packPoints(
  pairs: PairedProbabilities,
  limit: number,
  { id = pairs.kind, name = pairs.kind, heldOut }: PackOptions = {},
): PackedPoints {
  const { share } = probabilityScale(probabilityRange(pairs), "log");
  const { kept } = thinned(pairs.real.map(share), pairs.synthetic.map(share), limit);
  const columns = [
    Uint32Array.from(kept, (index) => pairs.first[index]),
    ...(pairs.second === null ? [] : [Uint32Array.from(kept, (i) => pairs.second?.[i] ?? 0)]),
    Float32Array.from(kept, (index) => pairs.real[index]),
    Float32Array.from(kept, (index) => pairs.synthetic[index]),
    ...(heldOut === undefined ? [] : [Float32Array.from(kept, (index) => heldOut[index])]),
  ];
  const bytes = Buffer.concat(columns.map(({ buffer }) => new Uint8Array(buffer)));
  return {
    id,
    name,
    kind: pairs.kind,
    count: pairs.real.length,
    kept: kept.length,
    rare: pairs.rare,
    ...heldOut && { hasHeldOut: true },
    bytes: gzipSync(bytes).toString("base64"),
  };
}

/** What a page's script element holds. */
export function pointsJson(
  { codes, descriptions }: CodeNames,
  scatters: readonly PackedPoints[],
): string {
  const points: PagePoints = { codes, descriptions, scatters };
  // Without "<" no description can end the script element that holds it.
  return JSON.stringify(points).replaceAll("<", "\\u003c");
}
