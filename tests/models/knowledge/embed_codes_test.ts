import { assertEquals } from "@std/assert";
import { vocabulary } from "ehrloom";
import { embedCodes } from "ehrloom/models/knowledge/embed_codes.ts";
import type { SentenceEncoder } from "ehrloom/models/knowledge/sentence_encoder.ts";

/** An encoder whose vector of a text is its length. */
const lengths: SentenceEncoder = {
  width: 1,
  source: "lengths",
  encode: (texts) => Promise.resolve(Float32Array.from(texts, ({ length }) => length)),
  dispose() {},
};

Deno.test("embedCodes() reads codes, labels and special tokens, and names codes without a text", async () => {
  const codes = ["a", "b", "c", "d", "e"];
  const { keys, vectors, source, width } = await embedCodes(lengths, {
    vocabulary: vocabulary(codes, ["Asthma", "b", "c", "d", "e"]),
    labelNames: ["heart_failure"],
  });
  const lengthOf = Object.fromEntries(keys.map((key, i) => [key, vectors[i]]));
  assertEquals(lengthOf, {
    START_RECORD: "begin of the record".length,
    END_LABEL: "end of the conditions".length,
    END_VISIT: "end of the visit".length,
    END_RECORD: "end of the record".length,
    PADDING: "padding".length,
    "LABEL:heart_failure": "heart failure".length,
    a: "Asthma".length,
    ...{ b: 1, c: 1, d: 1, e: 1 },
  });
  assertEquals(width, 1);
  assertEquals(
    source,
    "lengths; 4 of 5 codes have no description, so their text is the code itself: " +
      '"b", "c", "d" and 1 more',
  );
});
