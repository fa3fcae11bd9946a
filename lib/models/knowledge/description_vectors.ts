/**
 * Vectors of short descriptions without a language model: TF-IDF of words, word pairs and pieces of
 * words, then a truncated singular value decomposition. They know only what is spelled alike:
 * "renal" and "kidney" have nothing in common.
 *
 * @see docs/specs/hisgt.md section 4 B; Halko, Martinsson & Tropp 2011 for the decomposition
 * @module
 */
import { EigenvalueDecomposition, Matrix, QrDecomposition } from "ml-matrix";
import type { Random } from "../../random.ts";

/** A text of a document and how much it counts. */
export interface WeightedText {
  /** Any text. */
  readonly text: string;
  /** Factor on the counts of its terms, in (0, 1]. */
  readonly weight: number;
}

/** Words that tell no code from another; "without", "other" and the like do. */
const stopWords = new Set(["of", "the", "a", "an", "and", "or", "in", "to", "by", "for"]);
/**
 * Root mean square of all numbers: about that of ClinicalBERT's, which the losses are weighed for.
 */
const size = 0.4;
/** Columns beyond those wanted, and power iterations, of the range finder. */
const oversampling = 10;
const iterations = 4;

function wordsOf(text: string): string[] {
  return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").split(/[^\p{L}\p{N}]+/u)
    .filter((word) => (word.length > 1 || /\d/.test(word)) && !stopWords.has(word));
}

/** Words, pairs of words and the 3 to 5 characters long pieces of words, each with its kind. */
function featuresOf(text: string): string[] {
  const words = wordsOf(text);
  const pairs = words.slice(1).map((word, i) => `pair ${words[i]} ${word}`);
  const pieces = words.flatMap((word) => {
    const padded = ` ${word} `;
    return [3, 4, 5].flatMap((length) =>
      Array.from(
        { length: Math.max(0, padded.length - length + 1) },
        (_, at) => `piece ${padded.slice(at, at + length)}`,
      )
    );
  });
  return [...words.map((word) => `word ${word}`), ...pairs, ...pieces];
}

/** A sparse matrix by rows: each entry's column and value. */
interface SparseRows {
  readonly rows: readonly (readonly (readonly [column: number, value: number])[])[];
  readonly columns: number;
}

/** [documents, features] Weights of the features that two documents have, rows of length 1. */
function tfIdf(documents: readonly (readonly WeightedText[])[]): SparseRows {
  const counts = documents.map((texts) => {
    const count = new Map<string, number>();
    for (const { text, weight } of texts) {
      for (const feature of featuresOf(text)) {
        count.set(feature, (count.get(feature) ?? 0) + weight);
      }
    }
    return count;
  });
  const holders = new Map<string, number>();
  for (const count of counts) {
    for (const feature of count.keys()) holders.set(feature, (holders.get(feature) ?? 0) + 1);
  }
  const kept = [...holders].filter(([, documents]) => documents >= 2).map(([feature]) => feature);
  const columnOf = new Map(kept.map((feature, column) => [feature, column]));
  const rows = counts.map((count) => {
    const entries = [...count].flatMap(([feature, times]): [number, number][] => {
      const column = columnOf.get(feature);
      if (column === undefined) return [];
      const rarity = 1 + Math.log((1 + documents.length) / (1 + (holders.get(feature) ?? 0)));
      return [[column, (times < 1 ? times : 1 + Math.log(times)) * rarity]];
    });
    const norm = Math.hypot(...entries.map(([, value]) => value));
    return entries.map(([column, value]) => [column, value / norm] as const);
  });
  return { rows, columns: kept.length };
}

/** a x */
function times(a: SparseRows, x: Matrix): Matrix {
  const y = Matrix.zeros(a.rows.length, x.columns);
  a.rows.forEach((row, r) => {
    for (const [column, value] of row) {
      for (let k = 0; k < x.columns; k++) y.set(r, k, y.get(r, k) + value * x.get(column, k));
    }
  });
  return y;
}

/** aᵀ x */
function transposeTimes(a: SparseRows, x: Matrix): Matrix {
  const y = Matrix.zeros(a.columns, x.columns);
  a.rows.forEach((row, r) => {
    for (const [column, value] of row) {
      for (let k = 0; k < x.columns; k++) y.set(column, k, y.get(column, k) + value * x.get(r, k));
    }
  });
  return y;
}

/** U S of the decomposition's largest parts, each with the sign of its largest right entry. */
function principalParts(a: SparseRows, width: number, random: Random): Float32Array {
  const documents = a.rows.length;
  const parts = Math.min(width + oversampling, documents, a.columns);
  const start = Matrix.zeros(a.columns, parts);
  for (let r = 0; r < a.columns; r++) {
    for (let k = 0; k < parts; k++) start.set(r, k, random.normal());
  }
  const basisOf = (x: Matrix) => new QrDecomposition(x).orthogonalMatrix;
  let basis = basisOf(times(a, start));
  for (let i = 0; i < iterations; i++) basis = basisOf(times(a, transposeTimes(a, basis)));
  const projected = transposeTimes(a, basis); // [features, parts]
  const squares = new EigenvalueDecomposition(projected.transpose().mmul(projected), {
    assumeSymmetric: true,
  });
  const left = basis.mmul(squares.eigenvectorMatrix); // U, the smallest first
  const right = projected.mmul(squares.eigenvectorMatrix); // V S
  const values = squares.realEigenvalues;
  const largest = values[parts - 1];
  const vectors = new Float32Array(documents * width);
  for (let k = 0; k < Math.min(width, parts); k++) {
    const from = parts - 1 - k;
    if (values[from] <= 1e-10 * largest) break; // what is left is rounding
    const entries = right.getColumn(from);
    const peak = entries.reduce((most, x) => Math.abs(x) > Math.abs(most) ? x : most, 0);
    const scale = Math.sign(peak) * Math.sqrt(values[from]);
    for (let r = 0; r < documents; r++) vectors[r * width + k] = scale * left.get(r, from);
  }
  return vectors;
}

/**
 * Vectors of documents.
 *
 * @param documents each of some texts, perhaps none
 * @param width of a vector; numbers beyond the documents' rank are zeros
 * @param random for the first basis of the decomposition
 * @returns [documents × width], of root mean square 0.4 unless all are zeros
 */
export function descriptionVectors(
  documents: readonly (readonly WeightedText[])[],
  width: number,
  random: Random,
): Float32Array {
  const weights = tfIdf(documents);
  if (weights.columns === 0) return new Float32Array(documents.length * width);
  const vectors = principalParts(weights, width, random);
  const meanSquare = vectors.reduce((sum, x) => sum + x * x, 0) / vectors.length;
  return vectors.map((x) => x * size / Math.sqrt(meanSquare));
}
