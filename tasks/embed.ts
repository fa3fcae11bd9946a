import {
  embedCodes,
  isEmbeddingsPath,
  readDescriptions,
  readSentenceEncoder,
  writeCodeEmbeddings,
} from "ehrloom";
import { backendOption, startBackend } from "./cli/backend_option.ts";
import { runCommand, say, shellPath, UsageError } from "./cli/command.ts";

await runCommand({
  name: "embed",
  summary: "Compute embeddings of code descriptions with your own BERT, for train --embeddings.",
  options: {
    bert: {
      value: "DIR",
      help: "Folder of the model, with config.json, model.safetensors, and tokenizer.json or " +
        "vocab.txt",
      required: true,
      reads: true,
    },
    codes: {
      value: "PATH",
      help: "Codes and their descriptions: cohort folder, CSV (code, description), or JSON " +
        "{code: description}",
      required: true,
      reads: true,
    },
    out: { value: "FILE", help: "Embeddings to write: .json or .safetensors", required: true },
    normalize: {
      value: "yes|no",
      help: "Scale vectors to length 1 (default: as the model's folder says)",
    },
    ...backendOption,
    force: { help: "Replace an older result at --out" },
  },
  details: [
    "A vector is the mean over a text's tokens unless the folder's modules.json says otherwise.",
    "Labels and special tokens get vectors too. A .safetensors file has a third of the size of .json.",
  ],
  examples: [
    "deno task embed --bert clinical-bert --codes runs/cohort --out runs/embeddings.safetensors",
    "deno task train --cohort runs/cohort --model hisgt --out runs/hisgt" +
    " --embeddings runs/embeddings.safetensors",
  ],
}, async (args, onProgress) => {
  if (!isEmbeddingsPath(args.text("out"))) {
    throw new UsageError(`--out is ${args.text("out")}, must end in .json or .safetensors`);
  }
  const normalize = args.choice("normalize", ["yes", "no"]);
  return await args.claim("out", async (out) => {
    const described = await readDescriptions(args.path("codes"));
    await startBackend(args);
    const encoder = await readSentenceEncoder(args.path("bert"), {
      normalize: normalize === undefined ? undefined : normalize === "yes",
    });
    const embeddings = await embedCodes(encoder, described, { onProgress });
    encoder.dispose();
    await writeCodeEmbeddings(out, embeddings, { force: args.has("force") });
    say(`${embeddings.keys.length} vectors of width ${embeddings.width}: ${embeddings.source}`);
    const file = shellPath(args.text("out"));
    say(`Next: add --embeddings ${file} to deno task train --model hisgt`);
    const { keys, width, source } = embeddings;
    return { out, vectors: keys.length, width, source };
  });
});
