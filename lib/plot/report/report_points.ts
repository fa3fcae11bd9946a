/**
 * The scatter points as the report's page carries them: columns of little-endian numbers, gzipped,
 * in base64. `unpackPoints` runs in the page, so it uses nothing from outside itself.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { PairedProbabilities } from "../../evaluate/fidelity/paired_probabilities.ts";
import { probabilityRange, probabilityScale } from "../figures/probability_axes.ts";
import { thinned } from "../figures/thinning.ts";

/** Points of one scatter, packed. */
export interface PackedPoints {
  readonly kind: PairedProbabilities["kind"];
  /** Points in all; `kept` of them are in the page. */
  readonly count: number;
  readonly kept: number;
  /** Base64 of the gzipped columns `first`, `second` (pairs only), `real`, `synthetic`, 4 bytes each. */
  readonly bytes: string;
}

/** Points of one scatter as the page works with them. */
export interface Points {
  /** [points] Code indices. */
  readonly first: Uint32Array;
  /** [points] Second codes of pairs; null for single codes. */
  readonly second: Uint32Array | null;
  /** [points] Probabilities, rounded to float32. */
  readonly real: Float32Array;
  readonly synthetic: Float32Array;
}

/** Packs the points, thinned on logarithmic axes where there are more than `limit`. */
export function packPoints(pairs: PairedProbabilities, limit: number): PackedPoints {
  const { share } = probabilityScale(probabilityRange(pairs), "log");
  const { kept } = thinned(pairs.real.map(share), pairs.synthetic.map(share), limit);
  const columns = [
    Uint32Array.from(kept, (index) => pairs.first[index]),
    ...(pairs.second === null ? [] : [Uint32Array.from(kept, (i) => pairs.second?.[i] ?? 0)]),
    Float32Array.from(kept, (index) => pairs.real[index]),
    Float32Array.from(kept, (index) => pairs.synthetic[index]),
  ];
  const bytes = Buffer.concat(columns.map(({ buffer }) => new Uint8Array(buffer)));
  return {
    kind: pairs.kind,
    count: pairs.real.length,
    kept: kept.length,
    bytes: gzipSync(bytes).toString("base64"),
  };
}

/** The points that {@link packPoints} packed. */
export async function unpackPoints({ kind, kept, bytes }: PackedPoints): Promise<Points> {
  const zipped = new Blob([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))]);
  const stream = zipped.stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const isPair = kind !== "unigram";
  const values = 4 * kept * (isPair ? 2 : 1);
  return {
    first: new Uint32Array(buffer, 0, kept),
    second: isPair ? new Uint32Array(buffer, 4 * kept, kept) : null,
    real: new Float32Array(buffer, values, kept),
    synthetic: new Float32Array(buffer, values + 4 * kept, kept),
  };
}
