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
import { chosen, type ConfigOf, real } from "./interface/settings.ts";
import type { Writer } from "./interface/writing.ts";
import { contextSettings, rowLikelihoods, rowSizesFor } from "./rows/row_model.ts";
import {
  columnsOf,
  endColumn,
  rowCodec,
  type RowSizes,
  rowsOf,
  startColumn,
  visitRows,
} from "./rows/visit_rows.ts";

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
    const { rows, inputs, targets, mask } = visitRows(sizes, cohort, records);
    for (let r = 0; r < mask.length; r++) {
      if (mask[r] === 0) continue;
      const effects = rowOf(targets, r);
      const total = r % rows === 0 ? inLabels : inVisits;
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

/** What gives the probabilities of the row after another one. */
function chain({ smoothing, ...config }: MarkovConfig, parameters: NamedArrays) {
  const sizes: RowSizes = { codes: config.codes, labels: config.labels };
  const numbers = (name: string) => parameters[name].numbers;
  const seen = numbers("seen");
  const followers = numbers("followers");
  const followed = numbers("followed");
  const begins = new Uint32Array(seen.length + 1);
  numbers("follower_counts").forEach((count, i) => begins[i + 1] = begins[i] + count);
  return (row: ArrayLike<number>): Float64Array => {
    const on = causes(sizes, row);
    const isStart = on[0] === startColumn(sizes);
    const mean = Float64Array.from(numbers(isStart ? "label_row" : "visit_row"));
    let leaning = 0;
    for (let i = 0; i < on.length; i++) leaning += smoothing / (seen[on[i]] + smoothing);
    for (let column = 0; column < mean.length; column++) mean[column] *= leaning / on.length;
    for (let i = 0; i < on.length; i++) {
      const weight = 1 / (on.length * (seen[on[i]] + smoothing));
      for (let at = begins[on[i]]; at < begins[on[i] + 1]; at++) {
        mean[followers[at]] += weight * followed[at];
      }
    }
    return mean;
  };
}

function writer(next: (row: ArrayLike<number>) => Float64Array): Writer {
  let last: MultiHot = rowsFrom([]);
  return {
    advance: (rows) => void (last = rows),
    draw: (positions, uniforms, forbidden) =>
      Promise.resolve(rowsFrom(Array.from(positions, (position, i) => {
        const probabilities = next(rowOf(last, position));
        const columns = probabilities.length;
        const drawn = Array.from(probabilities.keys())
          .filter((column) => uniforms[i * columns + column] < probabilities[column]);
        return finishedRow(drawn, forbidden?.[i]);
      }))),
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
        const batch = visitRows(config, cohort, records);
        const logits = new Float32Array(batch.mask.length * columns);
        for (let r = 0; r < batch.mask.length; r++) {
          if (batch.mask[r] === 0) continue;
          const probabilities = next(rowOf(batch.inputs, r));
          logits.set(probabilities.map((p) => Math.log(p) - Math.log1p(-p)), r * columns);
        }
        return Promise.resolve(rowLikelihoods(batch, logits, columns));
      },
      sampling(parameters) {
        const next = chain(config, parameters);
        return {
          kind: "steps",
          codec: rowCodec(config, config.context),
          uniforms: columns,
          begin: () => writer(next),
          dispose() {},
        };
      },
    };
  },
};
