/**
 * The points of one scatter: what the page carries of them, how they are called, and which of them
 * to point out.
 *
 * @module
 */
import type { PackedPoints } from "../report_points.ts";

/** Points of one scatter as the page works with them. */
export interface Points {
  /** [points] Code indices. */
  readonly first: Uint32Array;
  /** [points] Second codes of pairs; null for single codes. */
  readonly second: Uint32Array | null;
  /** [points] Probabilities, rounded to float32. */
  readonly real: Float32Array;
  readonly synthetic: Float32Array;
  /** [points] Of held-out records, where the page has them; NaN for too few patients. */
  readonly heldOut?: Float32Array;
}

/** The points that `packPoints` packed. */
export async function unpackPoints(
  { kind, kept, bytes, hasHeldOut }: PackedPoints,
): Promise<Points> {
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
    ...hasHeldOut && { heldOut: new Float32Array(buffer, values + 8 * kept, kept) },
  };
}

/** A code's name for a list: without what kind of concept it is, which SNOMED CT adds. */
export function shortName(description: string): string {
  return description.replace(/ \((?:[a-z]+ ?)+\)$/, "");
}

/**
 * The names of a point's codes.
 *
 * @param names [codes] of all codes
 * @param joint what stands between the two names of a pair
 */
export function pointName(
  { first, second }: Points,
  index: number,
  { names, joint }: { names: readonly string[]; joint: string },
): string {
  const name = names[first[index]];
  return second === null ? name : `${name}${joint}${names[second[index]]}`;
}

/** Which points hold each code: those of code c are `points` from `offsets[c]` to `offsets[c + 1]`. */
export interface CodeIndex {
  /** [codes + 1] */
  readonly offsets: Uint32Array;
  /** [points, twice for pairs] */
  readonly points: Uint32Array;
}

/** The index of some points. */
export function indexByCode({ first, second }: Points, codeCount: number): CodeIndex {
  const sides = second === null ? [first] : [first, second];
  const offsets = new Uint32Array(codeCount + 1);
  for (const side of sides) for (const code of side) offsets[code + 1]++;
  for (let code = 0; code < codeCount; code++) offsets[code + 1] += offsets[code];
  const points = new Uint32Array(offsets[codeCount]);
  const next = offsets.slice();
  for (const side of sides) {
    for (let point = 0; point < side.length; point++) points[next[side[point]]++] = point;
  }
  return { offsets, points };
}

/** [points] 1 for each point that holds one of these codes, else 0; null for no search at all. */
export function pointsWith(
  { first }: Points,
  { offsets, points }: CodeIndex,
  codes: ReadonlySet<number> | null,
): Uint8Array | null {
  if (codes === null) return null;
  const lit = new Uint8Array(first.length);
  for (const code of Array.from(codes)) {
    for (let place = offsets[code]; place < offsets[code + 1]; place++) lit[points[place]] = 1;
  }
  return lit;
}

/**
 * The points whose two probabilities differ most, most different first.
 *
 * @param lit [points] 1 for each point to choose from; all when null
 * @param most how many at most
 */
export function farthestPoints(
  { real, synthetic }: Points,
  lit: Uint8Array | null,
  most: number,
): number[] {
  const gap = (index: number) => Math.abs(real[index] - synthetic[index]);
  const top: number[] = [];
  for (let index = 0; index < real.length; index++) {
    if (lit !== null && lit[index] === 0) continue;
    if (top.length === most && gap(index) <= gap(top[most - 1])) continue;
    top.push(index);
    top.sort((a, b) => gap(b) - gap(a));
    top.length = Math.min(top.length, most);
  }
  return top;
}
