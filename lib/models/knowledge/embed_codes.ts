/**
 * Vectors of codes, labels and special tokens by a language model.
 *
 * @see docs/specs/hisgt.md section 4
 * @module
 */
import {
  codesWithoutDescription,
  type DescribedCodes,
} from "../../cohort/codes/code_descriptions.ts";
import type { OnProgress } from "../../progress.ts";
import {
  type CodeEmbeddings,
  labelKey,
  some,
  specialKeys,
  specialTexts,
} from "./code_embeddings.ts";
import type { SentenceEncoder } from "./sentence_encoder.ts";

/**
 * The vectors of all codes, labels and special tokens. For a code without a description, the text
 * is the code itself; the embeddings' `source` counts and names such codes.
 *
 * @param encoder of the language model
 * @param described the codes
 * @param options.onProgress called with the number of texts done so far
 */
export async function embedCodes(
  encoder: SentenceEncoder,
  { vocabulary, labelNames }: DescribedCodes,
  options: { readonly onProgress?: OnProgress | undefined } = {},
): Promise<CodeEmbeddings> {
  const texts = new Map<string, string>([
    ...specialKeys.map((key, i) => [key, specialTexts[i]] as const),
    ...labelNames.map((label) => [labelKey(label), label.replaceAll("_", " ")] as const),
    ...vocabulary.codes.map((code, i) => [code, vocabulary.descriptions[i]] as const),
  ]);
  const mute = codesWithoutDescription(vocabulary);
  return {
    keys: [...texts.keys()],
    width: encoder.width,
    vectors: await encoder.encode([...texts.values()], options),
    source: encoder.source +
      (mute.length === 0 ? "" : `; ${mute.length} of ${vocabulary.codes.length} codes have no ` +
        `description, so their text is the code itself: ${some(mute)}`),
  };
}
