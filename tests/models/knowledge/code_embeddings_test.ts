import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { vocabulary } from "ehrloom";
import {
  codesWithoutVector,
  keysOfCodes,
  parseCodeEmbeddings,
  readCodeEmbeddings,
  writeCodeEmbeddings,
} from "ehrloom/models/knowledge/code_embeddings.ts";
import { writeSafetensors } from "ehrloom/nn/safetensors.ts";
import { basename, join } from "node:path";
import { inFolder } from "../../folder.ts";
import { writeClaim } from "../../nn/claim.ts";

Deno.test("parseCodeEmbeddings() reads vectors by key, and says where they come from", () => {
  const text = '{"model": "tiny", "vectors": {"I10": [1, 0.5], "LABEL:old": [0, -1]}}';
  assertEquals(parseCodeEmbeddings(text, "v.json"), {
    keys: ["I10", "LABEL:old"],
    width: 2,
    vectors: Float32Array.of(1, 0.5, 0, -1),
    source: '"v.json" (tiny)',
  });
});

Deno.test("parseCodeEmbeddings() refuses other JSON, widths that differ and what is no number", () => {
  for (
    const [text, kind, message] of [
      ["[]", SyntaxError, 'it has no "vectors" by code'],
      ['{"vectors": {}}', SyntaxError, 'it has no "vectors" by code'],
      ['{"vectors": {"a": 1}}', SyntaxError, '"a" must have a list of numbers'],
      [
        '{"vectors": {"a": [1, 2], "b": [1]}}',
        RangeError,
        'the vector of "b" has 1 numbers, but that of "a" has 2',
      ],
      [
        '{"vectors": {"a": [1, 2], "b": [1, null]}}',
        RangeError,
        'the vector of "b" must be a list of finite numbers',
      ],
    ] as const
  ) {
    const whole = `Cannot read "v.json": ${message}`;
    assertThrows(() => parseCodeEmbeddings(text, "v.json"), kind, whole);
  }
  const asJson = 'Cannot read "v.json" as JSON: ';
  assertThrows(() => parseCodeEmbeddings("{", "v.json"), SyntaxError, asJson);
});

Deno.test("readCodeEmbeddings() names a file that is not there", async () => {
  const path = "no-such-vectors.json";
  await assertRejects(
    () => readCodeEmbeddings(path),
    Deno.errors.NotFound,
    `Cannot read "${path}": there is no such file`,
  );
});

for (const name of ["v.json", "v.safetensors"]) {
  Deno.test(`readCodeEmbeddings() gives back what writeCodeEmbeddings() wrote to ${name}`, () =>
    inFolder(async (folder) => {
      const path = join(folder, name);
      const written = {
        keys: ['a "b"', "größe", "10", "9"],
        width: 3,
        vectors: Float32Array.of(0.1, -1 / 3, 1e-38, 0, 1, 16777217, 3e38, 2, 3, -0.5, 5, 7),
        source: "tiny",
      };
      await writeCodeEmbeddings(path, written);
      const { keys, vectors, width, source } = await readCodeEmbeddings(path);
      assertEquals([width, source], [3, `"${basename(path)}" (tiny)`]);
      const rows = (keys: readonly string[], vectors: Float32Array) =>
        Object.fromEntries(keys.map((key, i) => [key, vectors.slice(3 * i, 3 * i + 3)]));
      assertEquals(rows(keys, vectors), rows(written.keys, written.vectors));
      const again = () => writeCodeEmbeddings(path, written);
      await assertRejects(again, Deno.errors.AlreadyExists, "pass force: true to replace it");
      await writeCodeEmbeddings(path, { ...written, source: "other" }, { force: true });
      assertEquals((await readCodeEmbeddings(path)).source, `"${basename(path)}" (other)`);
    }));
}

Deno.test("writeCodeEmbeddings() refuses names of other formats", async () => {
  const none = { keys: [], width: 1, vectors: new Float32Array(0), source: "" };
  await assertRejects(
    () => writeCodeEmbeddings("v.npz", none),
    TypeError,
    'Cannot write "v.npz": the name must end in .json or .safetensors',
  );
});

Deno.test("readCodeEmbeddings() refuses other safetensors files", () =>
  inFolder(async (folder) => {
    const path = join(folder, "v.safetensors");
    const vectors = { shape: [2, 1], numbers: Float32Array.of(1, 2) };
    for (
      const [tensors, keys, message] of [
        [{ weight: vectors }, '["a", "b"]', 'it has no tensor "vectors" with two axes'],
        [{ vectors }, '["a"]', 'its metadata has no list "keys" of 2 distinct texts'],
        [{ vectors }, '["a", "a"]', 'its metadata has no list "keys" of 2 distinct texts'],
        [{ vectors }, '["a", "b', "as JSON: "],
        [
          { vectors: { ...vectors, numbers: Float32Array.of(1, NaN) } },
          '["a", "b"]',
          "its vectors have values that are not finite numbers",
        ],
      ] as const
    ) {
      await writeSafetensors(path, tensors, { keys });
      await assertRejects(() => readCodeEmbeddings(path), SyntaxError, message);
    }
    for (
      const [shape, message] of [
        [[2 ** 38], 'it has no tensor "vectors" with two axes'],
        [[2 ** 20, 2 ** 18], 'its metadata has no list "keys" of 1048576 distinct texts'],
      ] as const
    ) {
      await writeClaim(path, { name: "vectors", shape }); // 1 TB, of which nothing is read
      await assertRejects(() => readCodeEmbeddings(path), SyntaxError, message);
    }
  }));

Deno.test("keysOfCodes() prefers exact keys, and forgives dots and case", () => {
  const text = '{"vectors": {"e119": [1], "E11.9": [2], "i10": [3]}}';
  const embeddings = parseCodeEmbeddings(text, "v.json");
  assertEquals([...keysOfCodes(embeddings, ["E11.9", "I10", "Z00"])], [1, 2, -1]);
});

Deno.test("codesWithoutVector() names a tenth of the codes at most, and refuses more", () => {
  const codes = Array.from({ length: 20 }, (_, i) => `c${i}`);
  const without = (missing: number) => {
    const vectors = Object.fromEntries(codes.slice(missing).map((code) => [code, [1]]));
    const embeddings = parseCodeEmbeddings(JSON.stringify({ vectors }), "v.json");
    return codesWithoutVector(embeddings, vocabulary(codes));
  };
  assertEquals(without(0), []);
  assertEquals(without(2), ["c0", "c1"]);
  assertThrows(
    () => without(5),
    RangeError,
    'Cannot use "v.json": 5 of 20 codes have no vector, such as "c0", "c1", "c2" and 2 more; ' +
      "at most 10% may be without one",
  );
});
