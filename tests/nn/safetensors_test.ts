import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import type { NamedArrays } from "ehrloom/nn/parameters.ts";
import { checkNumbers, readSafetensors, writeSafetensors } from "ehrloom/nn/safetensors.ts";
import { writeClaim } from "./claim.ts";
import { pythonWith } from "../python.ts";
import { testWith } from "../wants.ts";
import { inFolder } from "../folder.ts";

const tensors: NamedArrays = {
  "layer.0.weight": { shape: [2, 3], numbers: Float32Array.of(1, -2, 0.1, 3e38, -0, 1e-45) },
  "scalar": { shape: [], numbers: Float32Array.of(Math.PI) },
  "empty": { shape: [0, 4], numbers: new Float32Array(0) },
  "größe ☃": { shape: [1], numbers: Float32Array.of(NaN) },
};

Deno.test("readSafetensors() gives back what writeSafetensors() wrote, to the bit", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.safetensors");
    const metadata = { format: "pt", note: 'quotes " and ünïcode' };
    await writeSafetensors(path, tensors, metadata);
    assertEquals(await readSafetensors(path), { tensors, metadata });
    await writeSafetensors(path, {}); // shorter than what stood there
    assertEquals(await readSafetensors(path), { tensors: {}, metadata: {} });
  }));

Deno.test("readSafetensors() reads the tensors that are wanted and no others", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.safetensors");
    await writeSafetensors(path, tensors);
    const { tensors: found } = await readSafetensors(path, {
      isWanted: (name) => name === "scalar",
    });
    assertEquals(found, { scalar: tensors.scalar });
  }));

/** A file with the given header, its true length unless another is claimed, and bytes after it. */
function foreign(header: string, bytes = new Uint8Array(8), claimed?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + bytes.length);
  new DataView(file.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  file.set(text, 8);
  file.set(bytes, 8 + text.length);
  return file;
}

const entry = (name: string, rest: object) =>
  foreign(
    JSON.stringify({ [name]: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...rest } }),
  );

const refused: [what: string, file: Uint8Array, message: string][] = [
  ["an empty file", new Uint8Array(0), "it is too short for a safetensors file"],
  [
    "a header that claims more bytes than the file has",
    foreign("{}", undefined, 2n ** 40n),
    "it is not a complete safetensors file: its header claims 1099511627776 bytes, but there are 10",
  ],
  [
    "a header that claims 2⁶⁴ - 1 bytes",
    foreign("{}", undefined, 2n ** 64n - 1n),
    "it is not a complete safetensors file: its header claims 18446744073709552000 bytes, but there are 10",
  ],
  [
    "a text",
    new TextEncoder().encode("subject_id,time,code\n1,2,3\n"),
    "it is not a complete safetensors file: its header claims",
  ],
  ["a header that is not JSON", foreign("{nonsense"), "its header is not JSON"],
  ["a header that is null", foreign("null"), "its header is not an object"],
  ["a header that is a list", foreign("[1]"), "its header is not an object"],
  [
    "metadata that is not text",
    foreign(`{"__metadata__": null}`),
    "its metadata is not an object of texts",
  ],
  [
    "a name with ../",
    entry("../../etc/passwd", {}),
    'tensor name "../../etc/passwd" looks like a path',
  ],
  [
    "a name that is a Windows path",
    entry("C:\\a", {}),
    'tensor name "C:\\a" looks like a path',
  ],
  ["an unknown type", entry("a", { dtype: "F8_E4M3" }), 'tensor "a" has the unknown type F8_E4M3'],
  [
    "a type that objects have",
    entry("a", { dtype: "constructor" }),
    "has the unknown type constructor",
  ],
  [
    "a shape that is not numbers",
    entry("a", { shape: ["x"] }),
    'its entry for tensor "a" is not valid',
  ],
  [
    "a negative offset",
    entry("a", { data_offsets: [-8, 0] }),
    'its entry for tensor "a" is not valid',
  ],
  [
    "offsets that do not fit the shape",
    entry("a", { shape: [3] }),
    'tensor "a" has 8 bytes, its shape needs 12',
  ],
  [
    "offsets beyond the end",
    entry("a", { data_offsets: [4, 12] }),
    'it is cut short: tensor "a" ends at byte',
  ],
  [
    "tensors that overlap",
    foreign(JSON.stringify({
      a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
      b: { dtype: "F32", shape: [1], data_offsets: [4, 8] },
    })),
    'tensor "b" begins at byte 4, the one before it ends at 8',
  ],
  [
    "a gap between tensors",
    entry("a", { shape: [1], data_offsets: [4, 8] }),
    'tensor "a" begins at byte 4, the one before it ends at 0',
  ],
  [
    "bytes behind the last tensor",
    entry("a", { shape: [1], data_offsets: [0, 4] }),
    "4 bytes after its last tensor belong to no tensor",
  ],
];

for (const [what, bytes, message] of refused) {
  Deno.test(`readSafetensors() refuses ${what} in one line that names the file`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "foreign.safetensors");
      await Deno.writeFile(path, bytes);
      const error = await assertRejects(() => readSafetensors(path), SyntaxError, message);
      assertEquals(error.message.startsWith(`Cannot read "${path}": `), true, error.message);
      assertEquals(error.message.includes("\n"), false, error.message);
    }));
}

Deno.test("readSafetensors() refuses a file cut short at any byte", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.safetensors");
    await writeSafetensors(path, { a: { shape: [2], numbers: Float32Array.of(1, 2) } });
    const whole = await Deno.readFile(path);
    for (let length = 0; length < whole.length; length++) {
      await Deno.writeFile(path, whole.subarray(0, length));
      await assertRejects(() => readSafetensors(path), SyntaxError, `Cannot read "${path}": `);
    }
  }));

Deno.test("readSafetensors() says when there is no file", async () => {
  await assertRejects(
    () => readSafetensors("nowhere/model.safetensors"),
    Deno.errors.NotFound,
    'Cannot read "nowhere/model.safetensors": there is no such file',
  );
});

const python = await pythonWith("numpy==1.26.4", "ml_dtypes==0.4.1", "safetensors==0.4.5");

testWith(
  python,
  "writeSafetensors() writes what Python's safetensors reads",
  (python) =>
    inFolder(async (folder) => {
      await writeSafetensors(join(folder, "ours.safetensors"), tensors, { format: "pt" });
      const found = await python(
        folder,
        `
import json, zlib
from safetensors import safe_open
whole = open("ours.safetensors", "rb").read()
header = int.from_bytes(whole[:8], "little")
with safe_open("ours.safetensors", "numpy") as file:
    print(json.dumps({
        "crc32": format(zlib.crc32(whole[8 + header:]), "08x"),
        "metadata": file.metadata(),
        "tensors": {name: [str(file.get_tensor(name).dtype), list(file.get_tensor(name).shape),
            file.get_tensor(name).tobytes().hex()] for name in file.keys()},
    }))
`,
      );
      assertEquals(JSON.parse(found), {
        crc32: "86085187",
        metadata: { format: "pt", crc32: "86085187" },
        tensors: Object.fromEntries(
          Object.entries(tensors).map(([name, { shape, numbers }]) => [
            name,
            ["float32", shape, new Uint8Array(numbers.buffer).toHex()],
          ]),
        ),
      });
    }),
);

testWith(
  python,
  "readSafetensors() reads what Python's safetensors writes, of many types",
  (python) =>
    inFolder(async (folder) => {
      await python(
        folder,
        `
import numpy, ml_dtypes
from safetensors.numpy import save_file
x = numpy.array([[1, -2.5, 0], [65504, 6e-8, -0.1]])
types = {"f64": "float64", "f32": "float32", "f16": "float16", "i64": "int64", "i32": "int32"}
tensors = {name: x.astype(kind) for name, kind in types.items()}
tensors["bf16"] = x.astype(ml_dtypes.bfloat16)
tensors["f16 limits"] = numpy.array([numpy.inf, -numpy.inf, numpy.nan], numpy.float16)
tensors["u8"] = numpy.array([0, 255], numpy.uint8)
tensors["bool"] = numpy.array([True, False])
save_file(tensors, "theirs.safetensors", {"epoch": "3"})
`,
      );
      const found = await readSafetensors(join(folder, "theirs.safetensors"));
      assertEquals(found.metadata, { epoch: "3" });
      const of = (...numbers: number[]) => ({ shape: [2, 3], numbers: Float32Array.from(numbers) });
      const list = (...numbers: number[]) => ({
        shape: [numbers.length],
        numbers: Float32Array.from(numbers),
      });
      assertEquals(found.tensors, {
        "f64": of(1, -2.5, 0, 65504, 6e-8, -0.1),
        "f32": of(1, -2.5, 0, 65504, 6e-8, -0.1),
        "f16": of(1, -2.5, 0, 65504, 2 ** -24, -0.0999755859375),
        "bf16": of(1, -2.5, 0, 65536, 6.007030606269836e-8, -0.10009765625),
        "i64": of(1, -2, 0, 65504, 0, 0),
        "i32": of(1, -2, 0, 65504, 0, 0),
        "f16 limits": list(Infinity, -Infinity, NaN),
        "u8": list(0, 255),
        "bool": list(1, 0),
      });
    }),
);

Deno.test("readSafetensors() finds a flipped bit by the checksum", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.safetensors");
    await writeSafetensors(path, tensors);
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 6] ^= 1;
    await Deno.writeFile(path, bytes);
    await assertRejects(
      () => readSafetensors(path),
      SyntaxError,
      `Cannot read "${path}": its numbers are not those that were written`,
    );
  }));

Deno.test("readSafetensors() lets the shapes be checked before it reads what they claim", () =>
  inFolder(async (folder) => {
    const path = join(folder, "huge.safetensors");
    const size = 2 ** 38; // 1 TB
    await writeClaim(path, { name: "constructor.x", shape: [size] });
    const seen: unknown[] = [];
    const check = (shapes: object) => {
      seen.push(...Object.entries(shapes).map(([name, { shape }]) => [name, shape]));
      throw new RangeError("foreign");
    };
    await assertRejects(() => readSafetensors(path, { check }), RangeError, "foreign");
    assertEquals(seen, [["constructor.x", [size]]]);
  }));

Deno.test("checkNumbers() refuses values that are not finite numbers", () => {
  const finite = { a: { shape: [1], numbers: Float32Array.of(3e38) } };
  checkNumbers("a.safetensors", finite);
  for (const odd of [NaN, Infinity, -Infinity]) {
    const numbers = Float32Array.of(0, odd);
    assertThrows(
      () => checkNumbers("a.safetensors", { ...finite, b: { shape: [2], numbers } }),
      SyntaxError,
      'Cannot read "a.safetensors": tensor "b" has values that are not finite numbers',
    );
  }
});
