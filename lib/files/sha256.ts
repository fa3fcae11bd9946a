/** A SHA-256 in 64 hexadecimal digits. */
async function hexDigest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The SHA-256 of a text in UTF-8, or of bytes, in 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  return hexDigest(typeof content === "string" ? new TextEncoder().encode(content) : content);
}

/** The SHA-256 of the SHA-256s of parts: it needs a copy of one part at a time. */
export async function sha256OfParts(
  parts: readonly (Uint8Array | Uint32Array | Int32Array | Float32Array | Float64Array)[],
): Promise<string> {
  const digests = new Uint8Array(32 * parts.length);
  for (const [i, part] of parts.entries()) { // a copy: digest() takes no shared memory
    digests.set(new Uint8Array(await crypto.subtle.digest("SHA-256", part.slice())), 32 * i);
  }
  return await hexDigest(digests);
}
