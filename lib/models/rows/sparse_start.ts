/**
 * Where a head that gives each column a probability of its own begins. By the layers' usual random
 * numbers half of all columns are on; a row holds a few of hundreds. Turning the others off takes the
 * first hundreds of steps and spoils the layers below: with four epochs of 2,338 Synthea patients HALO
 * ends at 10.3 nats a visit from there, at 7.5 from rows of about one column.
 *
 * @module
 */
import { changed, constant, type Initial, type Initials } from "../../nn/initial.ts";
import { type ConfigOf, flag } from "../interface/settings.ts";

/** The setting that decides. */
export const startSettings = {
  publishedStart: flag(
    false,
    "Training starts with half of all codes in a row, as published, instead of about one code",
    { published: true },
  ),
};

type StartConfig = ConfigOf<typeof startSettings>;

/** What a code's embedding has, in its first dimension, in common with all others'. */
const common = 0.3;

/**
 * How a model begins whose head is its embedding and has no biases: all columns have the same first
 * dimension, and the final norm's bias there gives them what biases would.
 *
 * @param names of the embedding, [width, columns], and of the final norm's bias, [width]
 */
export function tiedStart(
  { publishedStart }: StartConfig,
  published: Initials,
  names: { readonly embedding: string; readonly bias: string },
): Initials {
  if (publishedStart) return published;
  const { [names.embedding]: embedding, [names.bias]: bias } = published;
  const [, columns] = embedding.shape;
  return {
    ...published,
    [names.embedding]: changed(embedding, (numbers) => numbers.fill(common, 0, columns)),
    [names.bias]: changed(bias, (numbers) => numbers.fill(-Math.log(columns) / common, 0, 1)),
  };
}

/** How the biases of a head over so many columns begin. */
export function headBias(
  { publishedStart }: StartConfig,
  columns: number,
  published: Initial,
): Initial {
  return publishedStart ? published : constant(published.shape, -Math.log(columns));
}
