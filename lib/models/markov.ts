/**
 * A Markov chain of visits by bigrams of codes: how likely a code is in a visit is the mean, over
 * the codes of the visit before, of how often it followed each of them; so are labels after the
 * start, first visits after labels, and the record's end. A floor that knows sequential bigrams,
 * and nothing of what goes together within a visit or further back.
 *
 * Frequencies lean towards those of all visits as if those had been seen `smoothing` times after
 * each code, so that no real record is impossible. Counts are stored sparsely.
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import { finishedRow } from "../nn/forbidden.ts";
import { type MultiHot, rowOf, rowsAt, rowsFrom } from "../nn/multi_hot.ts";
import { listOf, type NamedArrays } from "../nn/parameters.ts";
import type { CountedModel, ModelFamily } from "./interface/model.ts";
import { type Random, stream } from "../random.ts";
import { chosen, type ConfigOf, real } from "./interface/settings.ts";
import type { Writer } from "./interface/writing.ts";
import { contextSettings, rowLikelihoods, rowSizesFor } from "./rows/row_model.ts";
import {
  columnsOf,
  endColumn,
  packedRows,
  rowCodec,
  type RowSizes,
  rowsOf,
  startColumn,
} from "./rows/visit_rows.ts";
import { CoinSets } from "./coin_sets.ts";

const settings = {
  smoothing: real(1, "Pseudo-count: weight of the average visit added after each code", {
    min: 0.001,
  }),
};

/** The chain's config. */
export type MarkovConfig = RowSizes & ConfigOf<typeof contextSettings & typeof settings>;

/** Records that are laid out as rows at a time. */
const part = 1024;

/** What a row says about the next one: its columns, or that there are none. */
function causes(sizes: RowSizes, row: ArrayLike<number>): ArrayLike<number> {
  return row.length > 0 ? row : [endColumn(sizes)]; // which never is on in a row with a successor
}

function learn(sizes: RowSizes, cohort: Cohort): NamedArrays {
  const columns = columnsOf(sizes);
  const followers = Array.from({ length: columns }, () => new Map<number, number>());
  const seen = new Float64Array(columns); // rows with a successor that each column was on in
  const inLabels = new Float64Array(columns);
  const inVisits = new Float64Array(columns);
  for (let from = 0; from < cohort.recordCount; from += part) {
    const size = Math.min(part, cohort.recordCount - from);
    const records = Int32Array.from({ length: size }, (_, i) => from + i);
    const { offsets, inputs, targets } = packedRows(sizes, cohort, records);
    let record = 0;
    for (let r = 0; r < targets.rows; r++) {
      const effects = rowOf(targets, r);
      const isOfLabels = r === offsets[record];
      if (isOfLabels) record++;
      const total = isOfLabels ? inLabels : inVisits;
      for (const effect of effects) total[effect]++;
      for (const cause of Array.from(causes(sizes, rowOf(inputs, r)))) {
        seen[cause]++;
        const counts = followers[cause];
        for (const effect of effects) counts.set(effect, (counts.get(effect) ?? 0) + 1);
      }
    }
  }
  // Half a row more with each column on, and half a row with none, so that no share is 0 or 1
  const share = (counts: Float64Array, rows: number, from: number, to: number) =>
    counts.map((count, column) => {
      const isPossible = column >= from && column < to || column === endColumn(sizes);
      return isPossible ? (count + 0.5) / (rows + 1) : 0;
    });
  const { codes } = sizes;
  return {
    label_row: listOf(share(inLabels, cohort.recordCount, codes, startColumn(sizes))),
    visit_row: listOf(share(inVisits, cohort.visitCount, 0, codes)),
    seen: listOf(seen),
    follower_counts: listOf(followers.map(({ size }) => size)),
    followers: listOf(followers.flatMap((counts) => [...counts.keys()])),
    followed: listOf(followers.flatMap((counts) => [...counts.values()])),
  };
}

/** What was counted, as both ways to ask the chain need it. */
function counted({ smoothing, ...config }: MarkovConfig, parameters: NamedArrays) {
  const sizes: RowSizes = { codes: config.codes, labels: config.labels };
  const numbers = (name: string) => parameters[name].numbers;
  const seen = numbers("seen");
  const begins = new Uint32Array(seen.length + 1);
  numbers("follower_counts").forEach((count, i) => begins[i + 1] = begins[i] + count);
  const start = startColumn(sizes);
  return {
    columns: seen.length,
    /** The causes of the row after one. */
    causesOf: (row: ArrayLike<number>) => causes(sizes, row),
    /** Whether the row after them is that of labels. */
    isStart: (on: ArrayLike<number>) => on[0] === start,
    /** The average rows: of labels, and of visits. */
    averages: [numbers("label_row"), numbers("visit_row")],
    /** What followed a cause, and how often. */
    followersOf: (cause: number) => ({
      followers: numbers("followers").subarray(begins[cause], begins[cause + 1]),
      followed: numbers("followed").subarray(begins[cause], begins[cause + 1]),
      seen: seen[cause],
    }),
    /** The weight of the average row after a cause; the others have the rest. */
    leaning: (cause: number) => smoothing / (seen[cause] + smoothing),
  };
}

/** What gives the probabilities of the row after another one. */
function chain(config: MarkovConfig, parameters: NamedArrays) {
  const { causesOf, averages, isStart, followersOf, leaning } = counted(config, parameters);
  return (row: ArrayLike<number>): Float64Array => {
    const on = Array.from(causesOf(row));
    const mean = Float64Array.from(averages[isStart(on) ? 0 : 1]);
    const lean = on.reduce((sum, cause) => sum + leaning(cause), 0) / on.length;
    for (let column = 0; column < mean.length; column++) mean[column] *= lean;
    for (const cause of on) {
      const { followers, followed, seen } = followersOf(cause);
      if (seen === 0) continue;
      const weight = (1 - leaning(cause)) / (on.length * seen);
      for (let i = 0; i < followers.length; i++) mean[followers[i]] += weight * followed[i];
    }
    return mean;
  };
}

/**
 * What draws the row after another one, as {@link chain} says, in time that grows with the columns that
 * come up. A column's probability is a mean over causes and the average row: so each of them tosses
 * coins for all columns, and each column follows one of them, which is drawn by its weight.
 */
function drawnChain(config: MarkovConfig, parameters: NamedArrays) {
  const { columns, causesOf, averages, isStart, followersOf, leaning } = counted(
    config,
    parameters,
  );
  const all = Uint32Array.from({ length: columns }, (_, column) => column);
  const coins = new CoinSets([
    ...Array.from(all, (cause) => {
      const { followers, followed, seen } = followersOf(cause);
      return { columns: followers, probabilities: followed.map((count) => count / seen) };
    }),
    ...averages.map((shares) => ({ columns: all, probabilities: shares })),
  ]);
  const leanings = Float64Array.from(all, leaning);
  const up = new Uint32Array(columns);
  const tossed = new Uint32Array(columns); // columns that came up on any side, a dozen
  const weights = new Float64Array(columns);
  const placeOf = new Uint32Array(columns); // in `tossed`, of columns that are there
  return (row: ArrayLike<number>, draws: Random): number[] => {
    let count = 0;
    const toss = (set: number, weight: number) => {
      const upCount = coins.toss(set, draws, up);
      for (let i = 0; i < upCount; i++) {
        const at = placeOf[up[i]];
        if (at < count && tossed[at] === up[i]) weights[at] += weight;
        else {
          placeOf[up[i]] = count;
          tossed[count] = up[i];
          weights[count++] = weight;
        }
      }
    };
    const on = causesOf(row);
    let lean = 0;
    for (let i = 0; i < on.length; i++) {
      lean += leanings[on[i]] / on.length;
      toss(on[i], (1 - leanings[on[i]]) / on.length);
    }
    toss(columns + (isStart(on) ? 0 : 1), lean);
    const drawn: number[] = [];
    for (let i = 0; i < count; i++) if (draws.uniform() < weights[i]) drawn.push(tossed[i]);
    return drawn.sort((a, b) => a - b);
  };
}

/** Uniform numbers behind a row: together they name the stream that it is drawn from. */
const uniforms = 2;

function writer(
  next: (row: ArrayLike<number>) => Float64Array,
  drawnAfter: (row: ArrayLike<number>, draws: Random) => number[],
): Writer {
  let last: MultiHot = rowsFrom([]);
  return {
    advance: (rows) => void (last = rows),
    draw(positions, numbers, forbidden) {
      const rows: number[][] = [];
      for (let i = 0; i < positions.length; i++) {
        const [a, b] = [numbers[i * uniforms], numbers[i * uniforms + 1]];
        const draws = stream("sparseRows", a * 2 ** 24, b * 2 ** 24);
        rows.push(finishedRow(drawnAfter(rowOf(last, positions[i]), draws), forbidden?.[i]));
      }
      return Promise.resolve(rowsFrom(rows));
    },
    probabilities(positions) {
      const rows = Array.from(positions, (position) => [...next(rowOf(last, position))]);
      return Promise.resolve(Float32Array.from(rows.flat()));
    },
    keep: (positions) => void (last = rowsAt(last, positions)),
    dispose() {},
  };
}

/** The chain as `deno task train --model markov` knows it. */
export const markov: ModelFamily<CountedModel, MarkovConfig> = {
  name: "markov",
  title: "Markov",
  summary: "Floor: each visit depends on the codes of the visit before (bigrams)",
  floor: "It knows only which codes follow which: a network should do better.",
  settings,
  derived: contextSettings,
  configFor: (cohort, set) => ({ ...rowSizesFor("markov", cohort, {}), ...chosen(settings, set) }),
  create(config) {
    const columns = columnsOf(config);
    return {
      family: "markov",
      config,
      columns,
      samplers: [],
      rowLimit: config.context - 1,
      rowsOf,
      learn: (cohort) => learn(config, cohort),
      holds: "counts of training records",
      shapes: {
        label_row: [columns],
        visit_row: [columns],
        seen: [columns],
        follower_counts: [columns],
        followers: [-1],
        followed: [-1],
      },
      likelihoods(parameters, cohort, records) {
        const next = chain(config, parameters);
        const batch = packedRows(config, cohort, records);
        const logits = new Float32Array(batch.targets.rows * columns);
        for (let r = 0; r < batch.targets.rows; r++) {
          const probabilities = next(rowOf(batch.inputs, r));
          logits.set(probabilities.map((p) => Math.log(p) - Math.log1p(-p)), r * columns);
        }
        return Promise.resolve(rowLikelihoods(batch, logits, columns));
      },
      sampling(parameters) {
        const next = chain(config, parameters);
        const drawnAfter = drawnChain(config, parameters);
        return {
          kind: "steps",
          codec: rowCodec(config, config.context),
          uniforms,
          begin: () => writer(next, drawnAfter),
          dispose() {},
        };
      },
    };
  },
};
