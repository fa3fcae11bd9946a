/**
 * A BERT's tokenizer from its folder: tokenizer.json, or the older vocab.txt and
 * tokenizer_config.json.
 *
 * @module
 */
import { Tokenizer } from "@huggingface/tokenizers";
import { isObject, parsedJson, readText } from "../../files/input.ts";
import { messageOf } from "../../in_words.ts";

/** Returns a text's token ids, with the class token first and the separator last. */
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

/** Tokens that weights may have beyond the vocabulary: sizes are rounded up to multiples of 128. */
const mostUnused = 127;

/** Regular expressions of tokenizers of this kind; others may take forever on a text. */
const knownPatterns = [" {2,}", "\\s", "\\s+"];

/** Refuses regular expressions that are not known, wherever in a tokenizer they are. */
function checkPatterns(part: unknown, path: string): void {
  if (typeof part !== "object" || part === null) return;
  for (const [name, value] of Object.entries(part)) {
    // a word piece may be called so, its value is a number
    if (name === "Regex" && typeof value === "string" && !knownPatterns.includes(value)) {
      const known = knownPatterns.map((pattern) => JSON.stringify(pattern)).join(", ");
      throw new RangeError(
        `Cannot use "${path}": it has the pattern ${JSON.stringify(value)}; known: ${known}`,
      );
    }
    checkPatterns(value, path);
  }
}

/** What tokenizer.json would be for a list of word pieces, by the settings of the older layout. */
function wordPieces(
  vocabulary: string,
  path: string,
  config: Record<string, unknown>,
  words: number,
) {
  const pieces = vocabulary.replace(/\r?\n$/, "").split(/\r?\n/);
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].flatMap((content) => {
    const id = ids.get(content);
    return id === undefined ? [] : [{ id, content, special: true, normalized: false }];
  });
  for (const needed of ["[UNK]", "[CLS]", "[SEP]"]) {
    if (!ids.has(needed)) throw new SyntaxError(`Cannot read "${path}": it has no line ${needed}`);
  }
  if (words - pieces.length > Math.min(mostUnused, words / 4)) {
    throw new SyntaxError(
      `Cannot read "${path}": it has ${pieces.length} lines, but config.json has a vocab_size of ` +
        `${words}; is the file truncated?`,
    );
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
 * The tokenizer of a BERT's folder. Without tokenizer_config.json, a vocab.txt counts as
 * lower-cased, as in the original code.
 *
 * @param options.words number of tokens in the weights
 * @throws {Deno.errors.NotFound} If the folder has neither tokenizer.json nor vocab.txt
 * @throws {SyntaxError} If a file is damaged, truncated or not a tokenizer
 * @throws {RangeError} If it has an unknown regular expression
 */
export async function readTokenizer(
  folder: string,
  { words }: { readonly words: number },
): Promise<Tokenize> {
  const settings = await maybeJson(`${folder}/tokenizer_config.json`);
  const config = isObject(settings) ? settings : {};
  let path = `${folder}/tokenizer.json`;
  let whole = await maybeJson(path);
  if (whole === undefined) {
    path = `${folder}/vocab.txt`;
    const pieces = await readText(path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Deno.errors.NotFound(
        `Cannot read "${folder}": it has neither tokenizer.json nor vocab.txt`,
      );
    });
    whole = wordPieces(pieces, path, config, words);
  }
  checkPatterns([whole, config], path);
  try {
    const tokenizer = new Tokenizer(isObject(whole) ? whole : {}, config);
    return (text) => tokenizer.encode(text).ids;
  } catch (error) {
    const reason = messageOf(error).replaceAll(/\s+/g, " ");
    throw new SyntaxError(`Cannot read "${path}": it is not a tokenizer: ${reason}`, {
      cause: error,
    });
  }
}
