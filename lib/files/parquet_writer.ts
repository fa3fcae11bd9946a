/**
 * Writes Parquet files that every reader of Parquet takes.
 *
 * @module
 */
import { Writable } from "node:stream";
import type pl from "nodejs-polars";

/** Bytes behind the footer: its length, and "PAR1". */
const tailBytes = 8;
const nameOfTypes = "ARROW:schema";

/** How many bytes follow, as Thrift writes it, and where they begin. */
function thriftLength(bytes: Uint8Array, at: number): { length: number; from: number } {
  let length = 0;
  let from = at;
  for (let shift = 0;; shift += 7) {
    const byte = bytes[from++];
    length += (byte & 0x7f) << shift;
    if (byte < 0x80) return { length, from };
  }
}

/**
 * A Parquet file without the note in its footer that names the columns' types in Arrow. Polars notes
 * its own kind of text there, "string_view", which older readers do not know; without the note, a
 * column is what Parquet itself says, a "string".
 *
 * The note is the only entry of field 5 of the footer, a list; field 6, the writer's name, follows.
 *
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
function withoutArrowTypes(file: Uint8Array<ArrayBuffer>): Blob {
  const view = new DataView(file.buffer, file.byteOffset);
  const footerAt = file.length - tailBytes - view.getUint32(file.length - tailBytes, true);
  const footer = file.subarray(footerAt, file.length - tailBytes);
  const name = [...nameOfTypes].map((letter) => letter.charCodeAt(0));
  const begin = [0x19, 0x1c, 0x18, name.length, ...name, 0x18]; // list of one: name, value
  let at = footer.length - begin.length;
  while (at >= 0 && !begin.every((byte, i) => footer[at + i] === byte)) at--;
  const value = thriftLength(footer, at + begin.length);
  const end = value.from + value.length;
  if (at < 0 || footer[end] !== 0 || footer[end + 1] !== 0x18) {
    throw new Error("Cannot write Parquet: Polars writes another footer than it used to");
  }
  const rest = footer.slice(end + 1);
  rest[0] = 0x28; // two fields on from field 4, where it was one on from field 5
  const tail = file.slice(file.length - tailBytes);
  new DataView(tail.buffer).setUint32(0, at + rest.length, true);
  return new Blob([file.subarray(0, footerAt + at), rest, tail]);
}

/**
 * Writes a table to a Parquet file: texts, also those in lists, as "string".
 *
 * Polars panics, with a page on stderr, where a disk is full or a folder missing; Deno says so in a
 * sentence. So the bytes go through memory.
 */
export async function writeParquet(path: string, frame: pl.DataFrame): Promise<void> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const sink = new Writable({
    write(chunk: Uint8Array<ArrayBuffer>, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  frame.writeParquet(sink, { compression: "zstd" });
  const whole = withoutArrowTypes(await new Blob(chunks).bytes());
  using file = await Deno.create(path);
  await whole.stream().pipeTo(file.writable);
}
