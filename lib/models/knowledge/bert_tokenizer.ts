/**
 * A BERT's tokenizer from its folder: tokenizer.json, or the older vocab.txt and
 * tokenizer_config.json.
 *
 * @module
 */
import { Tokenizer } from "@huggingface/tokenizers";
import { isObject, parsedJson, readText } from "../../files/input.ts";

/** Gives a text's token ids, with the class token before and the separator behind them. */
export type Tokenize = (text: string) => number[];

/** The contents of a JSON file, or undefined where there is none. */
export async function maybeJson(path: string): Promise<unknown> {
  try {
    return parsedJson(await readText(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What tokenizer.json would be for a list of word pieces, by the settings of the older layout. */
function wordPieces(vocabulary: string, path: string, config: Record<string, unknown>) {
  const pieces = vocabulary.replace(/\r?\n$/, "").split(/\r?\n/);
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].flatMap((content) => {
    const id = ids.get(content);
    return id === undefined ? [] : [{ id, content, special: true, normalized: false }];
  });
  for (const needed of ["[UNK]", "[CLS]", "[SEP]"]) {
    if (!ids.has(needed)) throw new SyntaxError(`Cannot read "${path}": it has no line ${needed}`);
  }
  return {
    added_tokens: special,
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars ?? true,
      strip_accents: config.strip_accents ?? null,
      lowercase: config.do_lower_case ?? true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "BertProcessing",
      cls: ["[CLS]", ids.get("[CLS]")],
      sep: ["[SEP]", ids.get("[SEP]")],
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(ids),
    },
  };
}

/**
 * The tokenizer of a BERT's folder. Without tokenizer_config.json a vocab.txt is taken to be
 * lower-cased, as the original's code takes it.
 *
 * @throws {Deno.errors.NotFound} If the folder holds neither tokenizer.json nor vocab.txt
 * @throws {SyntaxError} If a file is damaged or not a tokenizer
 */
export async function readTokenizer(folder: string): Promise<Tokenize> {
  const settings = await maybeJson(`${folder}/tokenizer_config.json`);
  const config = isObject(settings) ? settings : {};
  let path = `${folder}/tokenizer.json`;
  let whole = await maybeJson(path);
  if (whole === undefined) {
    path = `${folder}/vocab.txt`;
    const pieces = await readText(path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Deno.errors.NotFound(
        `Cannot read "${folder}": it holds neither tokenizer.json nor vocab.txt`,
      );
    });
    whole = wordPieces(pieces, path, config);
  }
  try {
    const tokenizer = new Tokenizer(isObject(whole) ? whole : {}, config);
    return (text) => tokenizer.encode(text).ids;
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, " ");
    throw new SyntaxError(`Cannot read "${path}": it is not a tokenizer: ${reason}`, {
      cause: error,
    });
  }
}
