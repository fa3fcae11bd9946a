/**
 * Vectors of what codes, labels and special tokens say, by a language model.
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
 * The vectors of all codes, labels and special tokens. A code without a description is read by its
 * own text, and the embeddings' `source` counts and names such codes.
 *
 * @param encoder of the model
 * @param described the codes
 * @param options.onProgress told the texts done so far
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
        `description and are read by their own text: ${some(mute)}`),
  };
}
