import { createHash } from "node:crypto";

/**
 * A MEDS `subject_id` for the patient identifier of a source: whole numbers are unchanged, anything
 * else (a UUID, "007") becomes the first 63 bits of its SHA-256, so a patient has the same id in
 * every selection, order and table of the source.
 *
 * @param identifier the patient's identifier in the source
 */
export function subjectIdOf(identifier: string): bigint {
  if (/^(0|-?[1-9]\d{0,17})$/.test(identifier)) return BigInt(identifier);
  const hash = createHash("sha256").update(identifier).digest();
  return new DataView(hash.buffer, hash.byteOffset).getBigUint64(0) >> 1n;
}
