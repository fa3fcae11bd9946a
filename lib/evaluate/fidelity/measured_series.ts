/**
 * The measured values of each record, ready to be compared: as cells of distributions, and as pairs
 * of numbers behind correlations.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { FirstTimes } from "../../first_times.ts";
import { type RecordRows, recordRows } from "./resampled_sums.ts";
import type { Observe } from "./resampled_correlations.ts";

/** The codes whose values are compared, and the cells that their values have. */
export interface Channels {
  /** [codes of the vocabulary] A code's channel; -1 if it has none. */
  readonly channelOf: Int32Array;
  /** [channels + 1] Channel c's cells are `offsets[c]` up to `offsets[c + 1]`. */
  readonly offsets: Uint32Array;
  /** [cells] The values that a channel has in any cohort, ascending within the channel. */
  readonly values: Float64Array;
}

/** Calls with each value of a record that has a channel, visit by visit. */
export function eachValue(
  { visitOffsets, codeOffsets, codes, values }: Cohort,
  record: number,
  channelOf: Int32Array,
  of: (channel: number, value: number, visit: number) => void,
): void {
  if (values === null) return;
  for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
    for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
      const channel = channelOf[codes[i]];
      if (channel >= 0 && Number.isFinite(values[i])) of(channel, values[i], visit);
    }
  }
}

/** [channels] All finite values of each channel, over all cohorts, in any order. */
function valuesByChannel(cohorts: readonly Cohort[], channelOf: Int32Array, channels: number) {
  const each = (of: (channel: number, value: number) => void) => {
    for (const { codes, values } of cohorts) {
      values?.forEach((value, i) => {
        const channel = channelOf[codes[i]];
        if (channel >= 0 && Number.isFinite(value)) of(channel, value);
      });
    }
  };
  const counts = new Uint32Array(channels);
  each((channel) => counts[channel]++);
  const found = Array.from(counts, (count) => new Float32Array(count));
  counts.fill(0);
  each((channel, value) => found[channel][counts[channel]++] = value);
  return found;
}

/**
 * The channels of the given codes.
 *
 * @param compared vocabulary indices
 */
export function channelsOf(cohorts: readonly Cohort[], compared: readonly number[]): Channels {
  const channelOf = new Int32Array(cohorts[0].vocabulary.codes.length).fill(-1);
  compared.forEach((code, channel) => channelOf[code] = channel);
  const distinct = valuesByChannel(cohorts, channelOf, compared.length).map((values) =>
    values.sort().filter((value, i, all) => i === 0 || value !== all[i - 1])
  );
  const offsets = new Uint32Array(compared.length + 1);
  distinct.forEach(({ length }, channel) => offsets[channel + 1] = offsets[channel] + length);
  const values = new Float64Array(offsets[compared.length]);
  distinct.forEach((own, channel) => values.set(own, offsets[channel]));
  return { channelOf, offsets, values };
}

/** The cell of a value that some cohort has. */
function cellOf({ offsets, values }: Channels, channel: number, value: number): number {
  let [from, to] = [offsets[channel], offsets[channel + 1] - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** What each record of a cohort adds. */
export interface ValueRows {
  /** To the cells of values. */
  readonly values: RecordRows;
  /** To the patients with a value of each channel. */
  readonly patients: RecordRows;
  /** To all patients, and to all visits. */
  readonly totals: RecordRows;
}

/** What each record of a cohort adds to values, patients and totals. */
export function valueRows(cohort: Cohort, channels: Channels): ValueRows {
  const { channelOf, offsets, values } = channels;
  const { visitOffsets } = cohort;
  const firstTimes = new FirstTimes(offsets.length - 1);
  return {
    values: recordRows(
      cohort,
      values.length,
      (record, add) =>
        eachValue(
          cohort,
          record,
          channelOf,
          (channel, value) => add(cellOf(channels, channel, value)),
        ),
    ),
    patients: recordRows(cohort, offsets.length - 1, (record, add) => {
      firstTimes.begin();
      eachValue(cohort, record, channelOf, (channel) => {
        if (firstTimes.isFirst(channel)) add(channel);
      });
    }),
    totals: recordRows(cohort, 2, (record, add) => {
      add(0);
      add(1, visitOffsets[record + 1] - visitOffsets[record]);
    }),
  };
}

/** Which correlations are observed: of next values, and of pairs of the first channels. */
export interface Correlations {
  /** Channels with a correlation of each value with the patient's next one. */
  readonly channels: number;
  /** The first of them, between which pairs are observed. */
  readonly paired: number;
}

/** Pairs between the channels that are paired. */
export function pairsOf({ paired }: Correlations): number {
  return paired * (paired - 1) / 2;
}

/**
 * The pairs of numbers of each record: first the correlations of next values [channels], then those of
 * patients' means [pairs], then those within visits [pairs].
 *
 * @param centre [channels] what numbers are taken from
 */
export function observer(
  cohort: Cohort,
  channelOf: Int32Array,
  centre: Float64Array,
  sizes: Correlations,
): (record: number, add: Observe) => void {
  const { channels, paired } = sizes;
  const pairs = pairsOf(sizes);
  const last = new Float64Array(channels);
  const sums = new Float64Array(channels);
  const counts = new Uint32Array(channels);
  // the paired channels of a visit or a record and their values, ascending by channel
  const ownChannels = new Uint32Array(paired);
  const ownValues = new Float64Array(paired);
  let count = 0;
  const insert = (channel: number, value: number) => {
    let place = count++;
    for (; place > 0 && ownChannels[place - 1] > channel; place--) {
      ownChannels[place] = ownChannels[place - 1];
      ownValues[place] = ownValues[place - 1];
    }
    ownChannels[place] = channel;
    ownValues[place] = value;
  };
  const addPairs = (first: number, add: Observe) => {
    for (let i = 0; i < count; i++) {
      for (let k = i + 1; k < count; k++) {
        const [a, b] = [ownChannels[i], ownChannels[k]]; // a < b
        add(first + b * (b - 1) / 2 + a, ownValues[i], ownValues[k]);
      }
    }
    count = 0;
  };
  return (record, add) => {
    counts.fill(0);
    sums.fill(0);
    let current = -1;
    eachValue(cohort, record, channelOf, (channel, value, visit) => {
      if (visit !== current) addPairs(channels + pairs, add);
      current = visit;
      const from = value - centre[channel];
      if (counts[channel] > 0) add(channel, last[channel], from);
      last[channel] = from;
      sums[channel] += from;
      counts[channel]++;
      if (channel < paired) insert(channel, from);
    });
    addPairs(channels + pairs, add);
    for (let channel = 0; channel < paired; channel++) {
      if (counts[channel] > 0) insert(channel, sums[channel] / counts[channel]);
    }
    addPairs(channels, add);
  };
}
