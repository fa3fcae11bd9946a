/**
 * Encodings of text files: their names, and what a file says of itself.
 *
 * @module
 */

/** The encoding that a byte order mark at the beginning of a file says, if there is one. */
export function markedEncoding(
  [first, second, third]: Uint8Array,
): "utf-8" | "utf-16le" | "utf-16be" | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
}

/**
 * The standard's name of an encoding.
 *
 * @param label one of its names: "latin1" is "windows-1252"
 * @throws {RangeError} If there is none; says so after what the label was given for
 * @see https://encoding.spec.whatwg.org/#names-and-labels
 */
export function encodingName(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    throw new RangeError(
      `is "${label}", must be an encoding such as utf-8, windows-1252 or utf-16le`,
    );
  }
}

/** How to mend a file that is not UTF-8, as the end of a sentence about it. */
export function otherEncoding(example: string): string {
  return `save it as UTF-8, or pass its encoding to prepare, such as --encoding ${example}`;
}
