// Nearest records of 10,000 × 10,000 records of about 130 of 10,000 codes: by postings, as `nearest`
// does, and by XOR and popcount of bit-packed sets for a part of them.
import { random } from "ehrloom";
import { nearest } from "ehrloom/evaluate/privacy/distances/nearest.ts";
import { type RecordSets, recordSets } from "ehrloom/evaluate/privacy/distances/record_sets.ts";

const codes = 10_000;

/** Records of 130 distinct codes; the k-th code is about 1 / k as frequent as the first. */
function longRecords(records: number, seed: number): RecordSets {
  const draws = random(seed);
  return recordSets(Array.from({ length: records }, () => {
    const own = new Set<number>();
    while (own.size < 130) own.add(Math.floor(codes ** draws.uniform()) - 1);
    return Uint32Array.from(own);
  }));
}

/** [records × words] Bits of each record's codes. */
function bitPacked({ offsets, items }: RecordSets): Int32Array {
  const words = Math.ceil(codes / 32);
  const bits = new Int32Array((offsets.length - 1) * words);
  for (let record = 0; record + 1 < offsets.length; record++) {
    for (let i = offsets[record]; i < offsets[record + 1]; i++) {
      bits[record * words + (items[i] >> 5)] |= 1 << (items[i] & 31);
    }
  }
  return bits;
}

/** Ones of a word (SWAR). */
function popcount(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The distance of each record to its nearest reference. */
function nearestByBits(queries: Int32Array, references: Int32Array): Int32Array {
  const words = Math.ceil(codes / 32);
  return Int32Array.from({ length: queries.length / words }, (_, query) => {
    let least = Infinity;
    for (let from = 0; from < references.length; from += words) {
      let distance = 0;
      for (let i = 0; i < words; i++) {
        distance += popcount(queries[query * words + i] ^ references[from + i]);
      }
      least = Math.min(least, distance);
    }
    return least;
  });
}

const records = Number(Deno.env.get("RECORDS") ?? 10_000);
const few = longRecords(500, 1);
const many = longRecords(records, 2);

Deno.bench(
  { name: `500 × ${records}, postings, one thread`, n: 1, warmup: 0 },
  async () => void await nearest(few, many, { workers: 1 }),
);

Deno.bench({ name: `500 × ${records}, bit-packed, one thread`, n: 1, warmup: 0 }, () => {
  nearestByBits(bitPacked(few), bitPacked(many));
});

Deno.bench(
  { name: `${records} × ${records}, postings, all cores`, n: 1, warmup: 0 },
  async () => void await nearest(longRecords(records, 1), many, { k: 10 }),
);
