/**
 * A user's own vectors of code descriptions, such as a language model's: a JSON file `{"model":
 * "...", "vectors": {"ICD10CM//E11.9": [0.1, ...], ...}}`, or a safetensors file of a third of the
 * size, with a tensor `vectors` [keys, width] and, in its metadata, `model` and the list `keys` as
 * JSON. Labels and special tokens may have vectors too, with the keys of `labelKey` and
 * `specialKeys`.
 *
 * @see docs/specs/hisgt.md section 4
 * @module
 */
import { basename } from "node:path";
import { firstNames } from "../../printable.ts";
import { version } from "../../version.ts";
import { isObject, parsedJson, readText } from "../../files/input.ts";
import { writeWhole } from "../../files/output.ts";
import { readSafetensors, writeSafetensors } from "../../nn/safetensors.ts";
import type { Vocabulary } from "../../cohort/vocabulary.ts";

/** Vectors by key, all of one width. */
export interface CodeEmbeddings {
  /** Codes as in the vocabulary, labels and special tokens. */
  readonly keys: readonly string[];
  /** Numbers in a vector. */
  readonly width: number;
  /** [keys × width] */
  readonly vectors: Float32Array;
  /** Source of the vectors, in a sentence for reports. */
  readonly source: string;
}

/** The key of a label. */
export const labelKey = (label: string): string => `LABEL:${label}`;

/** The keys of special tokens, in their order. */
export const specialKeys = [
  "START_RECORD",
  "END_LABEL",
  "END_VISIT",
  "END_RECORD",
  "PADDING",
] as const;

/** What special tokens say, in their order. */
export const specialTexts = [
  "begin of the record",
  "end of the conditions",
  "end of the visit",
  "end of the record",
  "padding",
] as const;

/** Largest share of codes without a vector. */
const mostMissing = 0.1;

const plain = (code: string) => code.replaceAll(".", "").toUpperCase();

/** For each code, the index of its key, -1 if none; dots and case do not matter. */
export function keysOfCodes({ keys }: CodeEmbeddings, codes: readonly string[]): Int32Array {
  const exact = new Map(keys.map((key, i) => [key, i]));
  const similar = new Map(keys.map((key, i) => [plain(key), i]));
  return Int32Array.from(codes, (code) => exact.get(code) ?? similar.get(plain(code)) ?? -1);
}

/** Some of a long list, for messages. */
export function some(names: readonly string[]): string {
  return firstNames(names, 3);
}

/**
 * The codes that have no vector.
 *
 * @throws {RangeError} If they are more than a tenth of all codes; the message counts and names
 * them
 */
export function codesWithoutVector(
  embeddings: CodeEmbeddings,
  { codes }: Vocabulary,
): string[] {
  const found = keysOfCodes(embeddings, codes);
  const missing = codes.filter((_, i) => found[i] === -1);
  if (missing.length > mostMissing * codes.length) {
    throw new RangeError(
      `Cannot use ${embeddings.source}: ${missing.length} of ${codes.length} codes have no vector, ` +
        `such as ${some(missing)}; at most ${100 * mostMissing}% may be without one`,
    );
  }
  return missing;
}

/**
 * The embeddings in the text of a file.
 *
 * @example Two codes
 * ```ts
 * import { parseCodeEmbeddings } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const text = '{ "model": "tiny", "vectors": { "I10": [1, 0], "E11.9": [0, 1] } }';
 * assertEquals(parseCodeEmbeddings(text, "vectors.json").width, 2);
 * ```
 *
 * @param file name for error messages and reports
 * @throws {SyntaxError} If it is not such JSON
 * @throws {RangeError} If a vector is of another width than the first, or not of finite numbers
 */
export function parseCodeEmbeddings(text: string, file: string): CodeEmbeddings {
  const fail = (problem: string) => `Cannot read "${file}": ${problem}`;
  const found = parsedJson(text, file);
  const { vectors, model } = isObject(found) ? found : {};
  const lists = isObject(vectors) ? Object.entries(vectors) : [];
  if (lists.length === 0) throw new SyntaxError(fail('it has no "vectors" by code'));
  const [, first] = lists[0];
  const width = Array.isArray(first) ? first.length : 0;
  if (width === 0) throw new SyntaxError(fail(`"${lists[0][0]}" must have a list of numbers`));
  const numbers = new Float32Array(lists.length * width);
  lists.forEach(([key, vector], i) => {
    if (!Array.isArray(vector) || !vector.every(Number.isFinite)) {
      throw new RangeError(fail(`the vector of "${key}" must be a list of finite numbers`));
    }
    if (vector.length !== width) {
      throw new RangeError(
        fail(
          `the vector of "${key}" has ${vector.length} numbers, but that of "${
            lists[0][0]
          }" has ${width}`,
        ),
      );
    }
    numbers.set(vector, i * width);
  });
  const source = `"${basename(file)}"` + (typeof model === "string" ? ` (${model})` : "");
  return { keys: lists.map(([key]) => key), width, vectors: numbers, source };
}

/** Embeddings as a safetensors file has them. */
async function readVectors(path: string): Promise<CodeEmbeddings> {
  const fail = (problem: string) => new SyntaxError(`Cannot read "${path}": ${problem}`);
  let keys: string[] = [];
  const { tensors: { vectors: { shape, numbers } }, metadata } = await readSafetensors(path, {
    isWanted: (name) => name === "vectors",
    check({ vectors }, metadata) {
      if (vectors?.shape.length !== 2) throw fail('it has no tensor "vectors" with two axes');
      const [count] = vectors.shape;
      const found = parsedJson(metadata.keys ?? "null", path);
      if (!Array.isArray(found) || found.length !== count || new Set(found).size !== count) {
        throw fail(`its metadata has no list "keys" of ${count} distinct texts`);
      }
      keys = found.map(String);
    },
  });
  if (!numbers.every(Number.isFinite)) {
    throw fail("its vectors have values that are not finite numbers");
  }
  const source = `"${basename(path)}"` +
    (metadata.model === undefined ? "" : ` (${metadata.model})`);
  return { keys, width: shape[1], vectors: numbers, source };
}

/**
 * Reads a file of embeddings: safetensors if its name ends in ".safetensors", else JSON.
 *
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If it is not a file of embeddings
 * @throws {RangeError} If a vector is of another width than the first, or not of finite numbers
 */
export async function readCodeEmbeddings(path: string): Promise<CodeEmbeddings> {
  if (path.endsWith(".safetensors")) return await readVectors(path);
  return parseCodeEmbeddings(await readText(path), path);
}

/** Whether embeddings can be written to a file of this name. */
export function isEmbeddingsPath(path: string): boolean {
  return path.endsWith(".json") || path.endsWith(".safetensors");
}

/** The JSON text of embeddings, one line per key; nine digits keep a float32 exactly. */
function* jsonLines({ keys, width, vectors, source }: CodeEmbeddings): Generator<string> {
  yield `{\n"ehrloom": "${version}",\n"model": ${JSON.stringify(source)},\n"vectors": {\n`;
  for (const [i, key] of keys.entries()) {
    const vector = Array.from(
      vectors.subarray(i * width, (i + 1) * width),
      (number) => Number(number.toPrecision(9)),
    );
    const end = i + 1 < keys.length ? "," : "";
    yield `${JSON.stringify(key)}: ${JSON.stringify(vector)}${end}\n`;
  }
  yield "}\n}\n";
}

/**
 * Writes a complete file of embeddings, or nothing; {@link readCodeEmbeddings} reads exactly the
 * same numbers.
 *
 * @param path ends in ".json", or in ".safetensors"
 * @param options.force replace an older file
 * @throws {TypeError} If the name has another ending
 * @throws {Deno.errors.AlreadyExists} If something is there and `force` is not set
 */
export async function writeCodeEmbeddings(
  path: string,
  embeddings: CodeEmbeddings,
  options: { readonly force?: boolean } = {},
): Promise<void> {
  if (!isEmbeddingsPath(path)) {
    throw new TypeError(`Cannot write "${path}": the name must end in .json or .safetensors`);
  }
  const { keys, width, vectors, source } = embeddings;
  await writeWhole(path, async (temporary) => {
    if (path.endsWith(".json")) {
      const lines = ReadableStream.from(jsonLines(embeddings));
      await Deno.writeTextFile(temporary, lines);
    } else {
      const table = { vectors: { shape: [keys.length, width], numbers: vectors } };
      await writeSafetensors(temporary, table, {
        ehrloom: version,
        model: source,
        keys: JSON.stringify(keys),
      });
    }
  }, options);
}
