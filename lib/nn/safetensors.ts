/**
 * Safetensors files: a JSON header that names each tensor's type, shape and place, then the bytes.
 * The header is not trusted: a file cut short or made by a stranger gives one clear line, before any
 * tensor is read. What Ehrloom writes has a checksum among its metadata, which finds changed bytes.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { isObject, unreadable } from "../files/input.ts";
import type { NamedArrays, NamedShapes, ShapedArray } from "./parameters.ts";

/** The contents of a safetensors file. */
export interface Safetensors {
  /** Tensors by name, all as float32. */
  readonly tensors: NamedArrays;
  /** Free text that came with them. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a safetensors file says before its tensors. */
export interface SafetensorsHeader {
  /** Shapes of the tensors by name. */
  readonly shapes: NamedShapes;
  /** Free text that came with them. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of the longest header that is read, as in Python's package. */
const longestHeader = 100_000_000;

/** How the types that a state dict may hold become float32. */
const readers = new Map<string, { bytes: number; read(view: DataView, at: number): number }>([
  ["F64", { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
  ["F32", { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ["F16", { bytes: 2, read: (view, at) => half(view.getUint16(at, true)) }],
  ["BF16", { bytes: 2, read: (view, at) => bfloat(view.getUint16(at, true)) }],
  ["I64", { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  ["I32", { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ["U8", { bytes: 1, read: (view, at) => view.getUint8(at) }],
  ["BOOL", { bytes: 1, read: (view, at) => view.getUint8(at) }],
]);

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

/** What a header says of one tensor. */
interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The checksum of all that a header says but the checksum; that of the tensors' bytes goes on it. */
function headerSum(metadata: Safetensors["metadata"], entries: readonly [string, Entry][]): number {
  return crc32(JSON.stringify([metadata, entries]));
}

/**
 * Writes float32 tensors to a safetensors file and waits until they are on the disk.
 *
 * @param path where to write; replaced in place, so give a temporary name and rename
 * @param tensors by name
 * @param metadata free text to store with them, beside `crc32`, the checksum
 */
export async function writeSafetensors(
  path: string,
  tensors: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, { shape, numbers }]): [string, Entry] => {
    const start = offset;
    offset += numbers.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [start, offset] }];
  });
  const parts = Object.values(tensors).map(({ numbers }) =>
    new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  );
  const sum = parts.reduce((sum, bytes) => crc32(bytes, sum), headerSum(metadata, entries));
  const header = JSON.stringify({
    __metadata__: { ...metadata, crc32: String(sum) },
    ...Object.fromEntries(entries),
  });
  const headerBytes = new TextEncoder().encode(header);
  const padded = Math.ceil(headerBytes.length / 8) * 8; // tensors begin at a multiple of 8
  const start = new Uint8Array(8 + padded).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(padded), true);
  start.set(headerBytes, 8);
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  for (const bytes of [start, ...parts]) await writeAll(file, bytes);
  await file.sync();
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
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

/**
 * Reads a safetensors file, tensor by tensor.
 *
 * @param path of the file
 * @param chosen names the tensors to read, all when left out. It is asked before any of them is read,
 * and may throw: so a foreign or huge file costs nothing
 * @throws {Deno.errors.NotFound} If there is none
 * @throws {SyntaxError} If it is not a safetensors file, is cut short, has changed since it was
 * written, or names what it may not
 */
export async function readSafetensors(
  path: string,
  chosen: (header: SafetensorsHeader) => readonly string[] = ({ shapes }) => Object.keys(shapes),
): Promise<Safetensors> {
  try {
    using file = await Deno.open(path);
    const refuse = (reason: string) => new SyntaxError(`Cannot read "${path}": ${reason}`);
    const { entries, metadata, checksum, start } = await readHeader(file, refuse);
    const names = new Set(chosen({ shapes: Object.fromEntries(entries), metadata }));
    let sum = headerSum(metadata, entries);
    const tensors: [string, ShapedArray][] = [];
    for (const [name, entry] of entries) {
      if (!names.has(name)) continue;
      const [from, to] = entry.data_offsets;
      const bytes = await readAt(file, start + from, to - from);
      sum = crc32(bytes, sum);
      tensors.push([name, decoded(bytes, entry)]);
    }
    const isAll = tensors.length === entries.length;
    if (isAll && checksum !== undefined && checksum !== String(sum)) {
      throw refuse("it has changed since it was written: its checksum is another");
    }
    return { tensors: Object.fromEntries(tensors), metadata };
  } catch (error) {
    throw unreadable(path, error);
  }
}

type Refuse = (reason: string) => SyntaxError;

async function readHeader(file: Deno.FsFile, refuse: Refuse) {
  const { size: fileSize } = await file.stat();
  if (fileSize < 8) throw refuse("it is too short for a safetensors file");
  const first = await readAt(file, 0, 8);
  const length = Number(new DataView(first.buffer).getBigUint64(0, true));
  if (length > fileSize - 8) {
    throw refuse(
      `not a whole safetensors file: its header claims ${length} bytes, ${fileSize - 8} are there`,
    );
  }
  if (length > longestHeader) {
    throw refuse(`its header has ${length} bytes, at most ${longestHeader} are read`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(await readAt(file, 8, length)));
  } catch (_) {
    throw refuse("its header is not JSON, so it is not a safetensors file");
  }
  if (!isObject(header)) throw refuse("its header is not an object");
  const { __metadata__: said = {}, ...tensors } = header;
  if (!isTexts(said)) throw refuse("its metadata is not an object of texts");
  const { crc32: checksum, ...metadata } = said;
  const start = 8 + length;
  return { entries: checkedEntries(tensors, fileSize - start, refuse), metadata, checksum, start };
}

/** The tensors in the order of their bytes, which must fill the file without gaps. */
function checkedEntries(
  tensors: Readonly<Record<string, unknown>>,
  byteCount: number,
  refuse: Refuse,
): [string, Entry][] {
  const entries = Object.entries(tensors).map(([name, entry]): [string, Entry] => {
    if (/[/\\]|\.\./.test(name)) throw refuse(`tensor name "${name}" looks like a path`);
    if (!isEntry(entry)) throw refuse(`what it says of tensor "${name}" makes no sense`);
    return [name, entry];
  }).sort(([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1]);
  let end = 0;
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of entries) {
    const reader = readers.get(dtype);
    if (reader === undefined) throw refuse(`tensor "${name}" is of type ${dtype}`);
    const wanted = shape.reduce((product, axis) => product * axis, reader.bytes);
    if (to - from !== wanted) {
      throw refuse(`tensor "${name}" has ${to - from} bytes, its shape wants ${wanted}`);
    }
    if (to > byteCount) {
      throw refuse(`cut short: tensor "${name}" ends at byte ${to} of ${byteCount}`);
    }
    if (from !== end) {
      throw refuse(`tensor "${name}" begins at byte ${from}, where ${end} is the next one`);
    }
    end = to;
  }
  if (end !== byteCount) throw refuse(`${byteCount - end} bytes at its end belong to no tensor`);
  return entries;
}

function decoded(bytes: Uint8Array<ArrayBuffer>, { dtype, shape }: Entry): ShapedArray {
  const reader = readers.get(dtype);
  if (dtype === "F32" || reader === undefined) {
    return { shape, numbers: new Float32Array(bytes.buffer) };
  }
  const view = new DataView(bytes.buffer);
  const numbers = new Float32Array(bytes.length / reader.bytes);
  for (let i = 0; i < numbers.length; i++) numbers[i] = reader.read(view, i * reader.bytes);
  return { shape, numbers };
}
