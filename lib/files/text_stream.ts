/**
 * Streams the text of a file in bounded memory: gzip is undone, also of several members, and what is
 * not in the file's encoding is marked, so that its reader can say where it stands.
 *
 * @module
 */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { markedEncoding, otherEncoding } from "./encoding.ts";
import { unreadable } from "./input.ts";

/** Stands for bytes that are no text in a file's encoding: half a character, which no text holds. */
export const noText = "\udfff";

/** Bytes that are read together. */
const pieceLength = 1 << 17;

/** Gzip data that ends too early, or that is none. */
class DamagedGzip extends Error {}

/**
 * What is wrong with a file whose text cannot be read on.
 *
 * @param place how far it could be read, such as " after row 7"
 */
export function unreadableText(path: string, error: unknown, place = ""): unknown {
  if (!(error instanceof DamagedGzip)) return unreadable(path, error);
  return new SyntaxError(
    `Cannot read "${path}": the gzip data is truncated or damaged${place}`,
    { cause: error },
  );
}

type Bytes = Uint8Array<ArrayBuffer>;

function joined(first: Bytes, second: Bytes): Bytes {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The first bytes of a file, at least 16 where it has so many, and all of them after that. */
async function peeked(
  chunks: AsyncGenerator<Bytes>,
): Promise<{ readonly start: Bytes; readonly all: AsyncGenerator<Bytes> }> {
  let start: Bytes = new Uint8Array();
  while (start.length < 16) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    start = joined(start, value);
  }
  async function* all(): AsyncGenerator<Bytes> {
    yield start;
    yield* chunks;
  }
  return { start, all: all() };
}

/** Whether a file is gzipped, by its first bytes: some ".gz" were unpacked under way. */
function isGzip(start: Bytes, path: string): boolean {
  if (start[0] === 0x1f && start[1] === 0x8b) return true;
  return path.endsWith(".gz") && start.subarray(0, 16).some((byte) => byte < 9);
}

/** Fails unless a file holds nothing but the zeros of padding from a place on. */
async function checkPadding(file: Deno.FsFile, from: number): Promise<void> {
  await file.seek(from, Deno.SeekMode.Start);
  const buffer = new Uint8Array(1 << 16);
  for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
    if (buffer.subarray(0, count).some((byte) => byte !== 0)) {
      throw new DamagedGzip("it goes on behind its end");
    }
  }
}

/** The data of all members of a gzip file, which zeros may follow. */
async function* gunzipped(chunks: AsyncIterable<Bytes>, path: string): AsyncGenerator<Bytes> {
  const gunzip = createGunzip({ chunkSize: pieceLength });
  pipeline(Readable.from(chunks), gunzip, () => {}); // errors come out of the loop below
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!/^Z_|PUSH_AFTER_EOF/.test(code)) throw error;
    throw new DamagedGzip("it is cut off or damaged", { cause: error });
  }
  using file = await Deno.open(path);
  await checkPadding(file, gunzip.bytesWritten);
}

/** A file's bytes, unpacked if they are gzip. */
async function* unpacked(file: Deno.FsFile, path: string, onBytes: (count: number) => void) {
  let bytes = 0;
  async function* counted(): AsyncGenerator<Bytes> {
    for (;;) {
      const buffer = new Uint8Array(pieceLength);
      const count = await file.read(buffer);
      if (count === null) return;
      bytes += count;
      yield buffer.subarray(0, count);
    }
  }
  const { start, all } = await peeked(counted());
  for await (const chunk of isGzip(start, path) ? gunzipped(all, path) : all) {
    onBytes(bytes);
    yield chunk;
  }
}

/** Where the last character of UTF-8 begins if it is cut off, else where the bytes end. */
function wholeEnd(bytes: Bytes): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) break;
    if (byte < 0xc0) continue; // not its first byte
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of whole characters; lines that are not all UTF-8 have {@link noText} where they are not. */
function utf8(bytes: Bytes): string {
  try {
    return strict.decode(bytes);
  } catch {
    const end = bytes.indexOf(10) + 1;
    if (end === 0 || end === bytes.length) {
      return lenient.decode(bytes).replaceAll("\ufffd", noText);
    }
  }
  let text = "";
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from) + 1;
    const line = bytes.subarray(from, end === 0 ? bytes.length : end);
    text += utf8(line);
    from += line.length;
  }
  return text;
}

async function* decodedUtf8(chunks: AsyncIterable<Bytes>): AsyncGenerator<string> {
  let rest: Bytes = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = joined(rest, chunk);
    const end = wholeEnd(bytes);
    yield utf8(bytes.subarray(0, end));
    rest = bytes.slice(end);
  }
  yield utf8(rest);
}

async function* decoded(chunks: AsyncIterable<Bytes>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for await (const chunk of chunks) {
    yield decoder.decode(chunk, { stream: true }).replaceAll("\ufffd", noText);
  }
  yield decoder.decode().replaceAll("\ufffd", noText);
}

/**
 * The text of a file, plain or gzipped, in pieces.
 *
 * @param options.encoding as `TextDecoder` calls it; a byte order mark in the file says it better.
 *   Without it a file that has the mark of UTF-16 is refused
 * @param options.onBytes called with how many bytes of the file are read, and how many it has
 * @throws {Error} Behind the text that could be read; {@link unreadableText} says what is wrong
 * @throws {SyntaxError} If the file says that it is UTF-16, and no encoding is given
 */
export async function* textPieces(
  path: string,
  { encoding, onBytes }: {
    readonly encoding: string;
    readonly onBytes: (done: number, total: number) => void;
  },
): AsyncGenerator<string> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const bytes = unpacked(file, path, (done) => onBytes(done, size));
  try {
    const { start, all } = await peeked(bytes);
    const marked = markedEncoding(start);
    if (marked !== undefined && marked !== "utf-8" && encoding === "utf-8") {
      throw new SyntaxError(
        `Cannot read "${path}": it is ${marked.toUpperCase()} by its byte order mark, not UTF-8; ` +
          otherEncoding(marked),
      );
    }
    const name = marked ?? encoding;
    let isFirst = true;
    for await (const text of name === "utf-8" ? decodedUtf8(all) : decoded(all, name)) {
      yield isFirst && text.startsWith("\ufeff") ? text.slice(1) : text;
      isFirst &&= text === "";
    }
  } finally {
    await bytes.return(undefined);
  }
}
