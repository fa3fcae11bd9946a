/**
 * Safetensors files: a JSON header that names each tensor's type, shape and place, then the bytes.
 * The header is not trusted: a file cut short or made by a stranger gives one clear line.
 *
 * @module
 */
import { constants } from "node:buffer";
import { isObject, unreadable } from "../files/input.ts";
import type { NamedArrays, ShapedArray } from "./parameters.ts";

/** The contents of a safetensors file. */
export interface Safetensors {
  /** Tensors by name, all as float32. */
  readonly tensors: NamedArrays;
  /** Free text that came with them. */
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

/**
 * Writes float32 tensors to a safetensors file and waits until they are on the disk.
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
  const header = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const headerBytes = new TextEncoder().encode(header);
  const padded = Math.ceil(headerBytes.length / 8) * 8; // tensors begin at a multiple of 8
  const start = new Uint8Array(8 + padded).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(padded), true);
  start.set(headerBytes, 8);
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  await writeAll(file, start);
  for (const { numbers } of Object.values(tensors)) {
    await writeAll(file, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  }
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

/**
 * Reads a safetensors file, tensor by tensor.
 *
 * @param path of the file
 * @param isWanted whether to read the tensor of a name; all when left out
 * @throws {Deno.errors.NotFound} If there is none
 * @throws {SyntaxError} If it is not a safetensors file, is cut short, or names what it may not
 */
export async function readSafetensors(
  path: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<Safetensors> {
  try {
    using file = await Deno.open(path);
    return await readTensors(file, path, isWanted);
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readTensors(
  file: Deno.FsFile,
  path: string,
  isWanted: (name: string) => boolean,
): Promise<Safetensors> {
  const refuse = (reason: string) => new SyntaxError(`Cannot read "${path}": ${reason}`);
  const { size: fileSize } = await file.stat();
  if (fileSize < 8) throw refuse("it is too short for a safetensors file");
  const first = await readAt(file, 0, 8);
  const headerLength = Number(new DataView(first.buffer).getBigUint64(0, true));
  if (headerLength > fileSize - 8 || headerLength > constants.MAX_STRING_LENGTH) {
    throw refuse(
      `not a whole safetensors file: its header claims ${headerLength} bytes, ` +
        `${fileSize - 8} are there`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(await readAt(file, 8, headerLength)));
  } catch (_) {
    throw refuse("its header is not JSON, so it is not a safetensors file");
  }
  if (!isObject(header)) throw refuse("its header is not an object");
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isTexts(metadata)) throw refuse("its metadata is not an object of texts");
  const start = 8 + headerLength;
  const tensors: NamedArrays = {};
  for (const [name, entry] of Object.entries(entries)) {
    if (/[/\\]|\.\./.test(name)) throw refuse(`tensor name "${name}" looks like a path`);
    if (!isEntry(entry)) throw refuse(`what it says of tensor "${name}" makes no sense`);
    const [from, to] = entry.data_offsets;
    if (!Object.hasOwn(readers, entry.dtype)) {
      throw refuse(`tensor "${name}" is of type ${entry.dtype}`);
    }
    const size = entry.shape.reduce((product, axis) => product * axis, 1);
    const claimed = size * readers[entry.dtype].bytes;
    if (to - from !== claimed) {
      throw refuse(`tensor "${name}" has ${to - from} bytes, its shape wants ${claimed}`);
    }
    if (start + to > fileSize) {
      throw refuse(`cut short: tensor "${name}" ends at byte ${start + to} of ${fileSize}`);
    }
    if (isWanted(name)) {
      tensors[name] = decoded(await readAt(file, start + from, claimed), size, entry);
    }
  }
  return { tensors, metadata };
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
