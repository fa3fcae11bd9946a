// Counting and resampling: 100,000 records in under 5 s, 1,000 resamples of the Synthea cohort in
// under 60 s, both on 2 cores (one is used).
import {
  codeKinds,
  type Cohort,
  cohort,
  cohortOf,
  independentMarginals,
  random,
  vocabulary,
} from "ehrloom";
import { countKeys } from "ehrloom/evaluate/fidelity/counting/key_counts.ts";
import { codeKeyIndex } from "ehrloom/evaluate/fidelity/counting/key_rows.ts";
import { resampledR2 } from "ehrloom/evaluate/fidelity/counting/resampled_r2.ts";
import { gunzipped, readyRecords } from "../stored.ts";

/**
 * Records of 34 visits with 5 codes, three of them out of 40 that the record favours. The k-th code
 * is about 1 / k as frequent as the first. Real histories repeat themselves more, and count faster.
 */
function longRecords(records: number, codes: number): Cohort {
  const draws = random(1);
  const visits = records * 34;
  const held = new Uint32Array(visits * 5);
  const own = new Uint32Array(40);
  for (let visit = 0; visit < visits; visit++) {
    if (visit % 34 === 0) {
      for (let i = 0; i < own.length; i++) own[i] = Math.floor(codes ** draws.uniform()) - 1;
    }
    const chosen = new Set<number>();
    while (chosen.size < 5) {
      chosen.add(
        chosen.size % 2 === 0 ? own[draws.integer(40)] : Math.floor(codes ** draws.uniform()) - 1,
      );
    }
    held.set([...chosen].sort((a, b) => a - b), visit * 5);
  }
  return cohort({
    vocabulary: vocabulary(Array.from({ length: codes }, (_, code) => `code${code}`)),
    labelNames: [],
    subjectIds: BigInt64Array.from({ length: records }, (_, record) => BigInt(record)),
    visitOffsets: Uint32Array.from({ length: records + 1 }, (_, record) => record * 34),
    codeOffsets: Uint32Array.from({ length: visits + 1 }, (_, visit) => visit * 5),
    codes: held,
    labels: new Uint8Array(0),
    startDays: new Float64Array(records),
    gapDays: new Float64Array(visits),
    values: null,
    demographics: null,
    splits: null,
  });
}

for (const [codes, table] of [[859, "dense table"], [9882, "hash table"]] as const) {
  let source: Cohort | undefined;
  Deno.bench(
    {
      name: `six dictionaries of 100,000 records, ${codes} codes (${table})`,
      group: "count",
      n: 3,
      warmup: 1,
    },
    (b) => {
      source ??= longRecords(100_000, codes);
      b.start();
      for (const kind of codeKinds) countKeys(source, kind, codeKeyIndex(kind, codes));
      b.end();
    },
  );
}

let played: { train: Cohort; test: Cohort } | undefined;
Deno.bench(
  {
    name: "100 resamples of the Synthea cohort with ceiling and floor",
    group: "bootstrap",
    n: 2,
    warmup: 1,
  },
  async (b) => {
    if (played === undefined) {
      const { vocab, labels, train, test } = JSON.parse(gunzipped(readyRecords));
      const codes = vocabulary(vocab);
      played = { train: cohortOf(codes, labels, train), test: cohortOf(codes, labels, test) };
    }
    const { train, test } = played;
    b.start();
    for (const kind of codeKinds) {
      await resampledR2(kind, {
        real: { role: "real", cohort: train },
        others: [
          { role: "synthetic", cohort: train },
          { role: "held_out", cohort: test },
          { role: "floor", cohort: independentMarginals(train, { seed: 1 }) },
        ],
        seed: 1,
        resamples: 100,
      });
    }
    b.end();
  },
);
