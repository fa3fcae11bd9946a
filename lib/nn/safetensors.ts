/**
 * Safetensors files: a JSON header that names each tensor's type, shape and place, then the bytes.
 * The header is not trusted: a file cut short or made by a stranger gives one clear line.
 *
 * @module
 */
import { constants } from "node:buffer";
import { crc32 } from "node:zlib";
import { isObject, parsedJson, unreadable } from "../files/input.ts";
import type { NamedArrays, ShapedArray, Shapes } from "./parameters.ts";

/** The contents of a safetensors file. */
export interface Safetensors {
  /** Tensors by name, all as float32. */
  readonly tensors: NamedArrays;
  /** Free text that is stored with them. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** How the types that a state dict may hold become float32. */
const readers: Record<string, { bytes: number; read(view: DataView, at: number): number }> = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => half(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => bfloat(view.getUint16(at, true)) },
  I64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

const float = new Float32Array(1);
const bitsOfFloat = new Uint32Array(float.buffer);

function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return (bits & 0x8000 ? -1 : 1) * fraction * 2 ** -24;
  const widened = exponent === 31 ? 255 : exponent + 112;
  bitsOfFloat[0] = (bits & 0x8000) << 16 | widened << 23 | fraction << 13;
  return float[0];
}

/** A bfloat16 is the upper half of a float32. */
function bfloat(bits: number): number {
  bitsOfFloat[0] = bits << 16;
  return float[0];
}

/** The metadata that holds a checksum of all tensors' bytes, CRC-32 in hex. */
const checksumName = "crc32";

function bytesOf({ numbers }: ShapedArray): Uint8Array<ArrayBufferLike> {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** The checksum of tensors one behind the other; 200 MB take 40 ms. */
function checksumOf(tensors: NamedArrays): string {
  const sum = Object.values(tensors).reduce((sum, each) => crc32(bytesOf(each), sum), 0);
  return sum.toString(16).padStart(8, "0");
}

/**
 * Writes float32 tensors to a safetensors file, with a checksum of their bytes among the metadata,
 * and waits until they are on the disk.
 *
 * @param path where to write; replaced in place, so give a temporary name and rename
 * @param tensors by name
 * @param metadata free text to store with them
 */
export async function writeSafetensors(
  path: string,
  tensors: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, { shape, numbers }]) => {
    const start = offset;
    offset += numbers.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [start, offset] }];
  });
  const header = JSON.stringify({
    __metadata__: { ...metadata, [checksumName]: checksumOf(tensors) },
    ...Object.fromEntries(entries),
  });
  const headerBytes = new TextEncoder().encode(header);
  const padded = Math.ceil(headerBytes.length / 8) * 8; // tensors begin at a multiple of 8
  const start = new Uint8Array(8 + padded).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(padded), true);
  start.set(headerBytes, 8);
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  await writeAll(file, start);
  for (const tensor of Object.values(tensors)) await writeAll(file, bytesOf(tensor));
  await file.sync();
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

/** What a header says of one tensor. */
interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTexts(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === "string");
}

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { dtype, shape, data_offsets: offsets } = value;
  return typeof dtype === "string" && Array.isArray(shape) && shape.every(isCount) &&
    Array.isArray(offsets) && offsets.length === 2 && offsets.every(isCount);
}

/** The bytes from `start` on; fewer than asked for where the file ends. */
async function readAt(file: Deno.FsFile, start: number, length: number) {
  const bytes = new Uint8Array(length);
  await file.seek(start, Deno.SeekMode.Start);
  let read = 0;
  while (read < length) {
    const more = await file.read(bytes.subarray(read));
    if (more === null) break;
    read += more;
  }
  return bytes.subarray(0, read);
}

/** What {@link readSafetensors} reads, and what it makes sure of before. */
export interface ReadSafetensorsOptions {
  /** Whether to read the tensor of a name; default all. */
  readonly isWanted?: (name: string) => boolean;
  /**
   * Called with the shapes of all tensors that are wanted, and the metadata, before any of their bytes
   * is read, so that a foreign file costs no memory; throws where it is not what the caller can use.
   */
  readonly check?: (shapes: Shapes, metadata: Safetensors["metadata"]) => void;
}

/**
 * Reads a safetensors file, tensor by tensor.
 *
 * @param path of the file
 * @throws {Deno.errors.NotFound} If there is none
 * @throws {SyntaxError} If it is not a safetensors file, is cut short, names what it may not, or its
 * checksum, where it has one, is not that of its bytes
 */
export async function readSafetensors(
  path: string,
  options: ReadSafetensorsOptions = {},
): Promise<Safetensors> {
  try {
    using file = await Deno.open(path);
    return await readTensors(file, path, options);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Says that a file cannot be read, and why. */
type Refuse = (reason: string) => SyntaxError;

/** The longest header: 100 MB, as the format's own code has it. */
const longestHeader = 100_000_000;

/** The header's entries and metadata, and the byte at which tensors begin. */
async function readHeader(file: Deno.FsFile, fileSize: number, refuse: Refuse) {
  if (fileSize < 8) throw refuse("it is too short for a safetensors file");
  const first = await readAt(file, 0, 8);
  const length = Number(new DataView(first.buffer).getBigUint64(0, true));
  if (length > fileSize - 8 || length > constants.MAX_STRING_LENGTH) {
    throw refuse(
      `it is not a complete safetensors file: its header claims ${length} bytes, ` +
        `but there are ${fileSize - 8}`,
    );
  }
  if (length > longestHeader) {
    throw refuse(`its header has ${length} bytes, must have at most ${longestHeader}`);
  }
  let header: unknown;
  try {
    header = parsedJson(new TextDecoder().decode(await readAt(file, 8, length)), "header");
  } catch (_) {
    throw refuse("its header is not JSON, so it is not a safetensors file");
  }
  if (!isObject(header)) throw refuse("its header is not an object");
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isTexts(metadata)) throw refuse("its metadata is not an object of texts");
  return { entries, metadata, start: 8 + length };
}

/** What the header says of each tensor, in the order of their bytes. */
function checkedEntries(
  found: Record<string, unknown>,
  space: number,
  refuse: Refuse,
): [string, Entry][] {
  const entries = Object.entries(found).map(([name, entry]): [string, Entry] => {
    if (/[/\\]|\.\./.test(name)) throw refuse(`tensor name "${name}" looks like a path`);
    if (!isEntry(entry)) throw refuse(`its entry for tensor "${name}" is not valid`);
    const [from, to] = entry.data_offsets;
    if (!Object.hasOwn(readers, entry.dtype)) {
      throw refuse(`tensor "${name}" has the unknown type ${entry.dtype}`);
    }
    const claimed = sizeOf(entry) * readers[entry.dtype].bytes;
    if (to - from !== claimed) {
      throw refuse(`tensor "${name}" has ${to - from} bytes, its shape needs ${claimed}`);
    }
    return [name, entry];
  });
  entries.sort(([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1]);
  let end = 0;
  for (const [name, { data_offsets: [from, to] }] of entries) {
    if (to > space) {
      throw refuse(`it is cut short: tensor "${name}" ends at byte ${to} of ${space}`);
    }
    if (from !== end) {
      throw refuse(`tensor "${name}" begins at byte ${from}, the one before it ends at ${end}`);
    }
    end = to;
  }
  if (end !== space) throw refuse(`${space - end} bytes after its last tensor belong to no tensor`);
  return entries;
}

function sizeOf({ shape }: Entry): number {
  return shape.reduce((product, axis) => product * axis, 1);
}

async function readTensors(
  file: Deno.FsFile,
  path: string,
  { isWanted = () => true, check }: ReadSafetensorsOptions,
): Promise<Safetensors> {
  const refuse = (reason: string) => new SyntaxError(`Cannot read "${path}": ${reason}`);
  const { size: fileSize } = await file.stat();
  const { entries: found, metadata: all, start } = await readHeader(file, fileSize, refuse);
  const { [checksumName]: checksum, ...metadata } = all;
  const entries = checkedEntries(found, fileSize - start, refuse);
  const wanted = entries.filter(([name]) => isWanted(name));
  check?.(Object.fromEntries(wanted), metadata);
  const tensors: NamedArrays = Object.create(null); // "constructor" is a name like any other
  for (const [name, entry] of wanted) {
    const [from, to] = entry.data_offsets;
    tensors[name] = decoded(await readAt(file, start + from, to - from), sizeOf(entry), entry);
  }
  const isWhole = wanted.length === entries.length &&
    wanted.every(([, { dtype }]) => dtype === "F32");
  if (isWhole && checksum !== undefined && checksum !== checksumOf(tensors)) {
    throw refuse(`its numbers are not those that were written: the checksum differs`);
  }
  return { tensors: { ...tensors }, metadata };
}

const isInfinite = (number: number) => Math.abs(number) === Infinity;

/** Whether all are finite; 50 million take 50 ms, by `every` 470 ms. */
function isFiniteThroughout(numbers: Float32Array): boolean {
  let zero = 0;
  for (const number of numbers) zero += number - number; // NaN of what is not finite
  return zero === 0;
}

/**
 * Checks that tensors hold numbers only.
 *
 * @param path of the file that they come from
 * @param maybeUnknown names of those in which NaN means unknown
 * @throws {SyntaxError} If one has values that are not finite numbers; names it
 */
export function checkNumbers(
  path: string,
  tensors: NamedArrays,
  maybeUnknown: readonly string[] = [],
): void {
  for (const [name, { numbers }] of Object.entries(tensors)) {
    if (maybeUnknown.includes(name) ? !numbers.some(isInfinite) : isFiniteThroughout(numbers)) {
      continue;
    }
    throw new SyntaxError(
      `Cannot read "${path}": tensor "${name}" has values that are not finite numbers`,
    );
  }
}

function decoded(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  { dtype, shape }: Entry,
): ShapedArray {
  if (dtype === "F32") return { shape, numbers: new Float32Array(bytes.buffer) };
  const view = new DataView(bytes.buffer);
  const { bytes: each, read } = readers[dtype];
  const numbers = new Float32Array(size);
  for (let i = 0; i < size; i++) numbers[i] = read(view, i * each);
  return { shape, numbers };
}
