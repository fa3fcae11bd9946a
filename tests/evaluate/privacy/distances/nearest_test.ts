import { assertEquals, assertRejects } from "@std/assert";
import { random } from "ehrloom";
import type { Distance } from "ehrloom/evaluate/privacy/distances/distance_rows.ts";
import { nearest, type NearestOptions } from "ehrloom/evaluate/privacy/distances/nearest.ts";
import { codeSets, recordSets, visitSets } from "ehrloom/evaluate/privacy/distances/record_sets.ts";
import { listedCohort, randomRecords } from "../../random_cohort.ts";

type Lists = readonly (readonly number[])[];

/** By sets: items that only one of them holds, and items of either. */
function compared(a: readonly number[], b: readonly number[]): { apart: number; either: number } {
  const [own, other] = [new Set(a), new Set(b)];
  return { apart: own.symmetricDifference(other).size, either: own.union(other).size };
}

const plain: Record<string, (a: readonly number[], b: readonly number[]) => number> = {
  symmetric_difference: (a, b) => compared(a, b).apart,
  jaccard: (a, b) => {
    const { apart, either } = compared(a, b);
    return either === 0 ? 0 : 1 - (either - apart) / either;
  },
};

/** All distances, sorted: the slow way. */
function nearestPlainly(queries: Lists, references: Lists, distance: string, k: number) {
  return queries.map((query) =>
    references.map((reference, index) => [plain[distance](query, reference), index])
      .sort(([a, i], [b, j]) => a - b || i - j).slice(0, k)
  );
}

/** Random lists of 0 to 11 of 30 items, with repetitions among the lists. */
function randomLists(seed: number, count: number): number[][] {
  const draws = random(seed);
  return Array.from({ length: count }, () => {
    const length = draws.integer(12);
    return [...new Set(Array.from({ length }, () => Math.floor(30 * draws.uniform() ** 2)))];
  });
}

async function pairsOf(queries: Lists, references: Lists, options: NearestOptions) {
  const { k, distances, indices } = await nearest(
    recordSets(queries),
    recordSets(references),
    options,
  );
  return queries.map((_, query) =>
    Array.from({ length: k }, (_, i) => [distances[query * k + i], indices[query * k + i]])
  );
}

Deno.test("nearest() finds what sorting all distances finds, of equally near ones the earliest", async () => {
  const [queries, references] = [randomLists(1, 150), randomLists(2, 90)];
  for (const distance of ["symmetric_difference", "jaccard"] as Distance[]) {
    for (const k of [1, 10]) {
      assertEquals(
        await pairsOf(queries, references, { distance, k }),
        nearestPlainly(queries, references, distance, k),
      );
    }
  }
});

Deno.test("nearest() finds the same in several threads, and reports all records as done", async () => {
  const [queries, references] = [randomLists(3, 300), randomLists(4, 200)];
  let last = { done: 0, total: 0 };
  const several = await pairsOf(queries, references, {
    k: 3,
    workers: 2,
    onProgress: ({ done, total }) => last = { done, total },
  });
  assertEquals(several, await pairsOf(queries, references, { k: 3 }));
  assertEquals(last, { done: 300, total: 300 });
});

Deno.test("nearest() ends its threads when its progress throws", async () => {
  const lists = randomLists(5, 600);
  const onProgress = () => {
    throw new RangeError("stopped");
  };
  for (const workers of [1, 2]) {
    await assertRejects(
      () => pairsOf(lists, lists, { workers, onProgress }),
      RangeError,
      "stopped",
    );
  }
});

Deno.test("nearest() skips a record by its index, not by the distance 0: its twin is found", async () => {
  const lists = [[0, 1], [5], [0, 1]];
  const self = await pairsOf(lists, lists, { skipped: "self" });
  assertEquals(self, [[[0, 2]], [[3, 0]], [[0, 0]]]);
  const zeros = await pairsOf(lists, lists, { skipped: "zeros" });
  assertEquals(zeros, [[[3, 1]], [[3, 0]], [[3, 1]]]);
});

Deno.test("nearest() says where there are fewer references than asked for", async () => {
  assertEquals(await pairsOf([[1]], [[1, 2]], { k: 2 }), [[[1, 0], [Infinity, -1]]]);
  await assertRejects(() => pairsOf([[1]], [[1]], { k: 11 }), RangeError, "1 to 10");
  await assertRejects(
    () => pairsOf([[1]], [[1]], { distance: "visits" }),
    RangeError,
    "their visits are not known",
  );
});

Deno.test("codeSets() holds each code of a record once", () => {
  const cohort = listedCohort([{ visits: [[1, 2], [2, 3]], labels: [0, 0] }], 4);
  assertEquals([...codeSets(cohort).items], [1, 2, 3]);
});

/** The distance visit by visit, as its definition says it. */
function byVisits(
  a: ReturnType<typeof randomRecords>[number],
  b: ReturnType<typeof randomRecords>[number],
  isPublished: boolean,
): number {
  const labels = a.labels.filter((label, i) => label !== b.labels[i]).length;
  const longest = isPublished ? a.visits.length : Math.max(a.visits.length, b.visits.length);
  let distance = labels + Number(a.visits.length !== b.visits.length);
  for (let visit = 0; visit < longest; visit++) {
    distance += compared(a.visits[visit] ?? [], b.visits[visit] ?? []).apart;
  }
  return distance;
}

Deno.test("nearest() by visits is the definition's distance, as published and symmetric", async () => {
  const [queries, references] = [randomRecords(6, 80, 9), randomRecords(7, 50, 9)];
  const sets = visitSets([listedCohort(queries, 9), listedCohort(references, 9)]);
  for (const isPublished of [false, true]) {
    const distance = isPublished ? "visits_as_published" : "visits";
    const { distances, indices } = await nearest(sets[0], sets[1], { distance });
    for (const [i, query] of queries.entries()) {
      const all = references.map((reference) => byVisits(query, reference, isPublished));
      assertEquals(distances[i], Math.min(...all));
      assertEquals(indices[i], all.indexOf(distances[i]));
    }
  }
});

Deno.test("nearest() by visits counts the reference's further visits; the published form only 1", async () => {
  const short = listedCohort([{ visits: [[0]], labels: [0, 0] }], 4);
  const long = listedCohort([{ visits: [[0], [1, 2], [3]], labels: [0, 0] }], 4);
  const [a, b] = visitSets([short, long]);
  const distanceOf = async (distance: Distance, from = a, to = b) =>
    (await nearest(from, to, { distance })).distances[0];
  assertEquals(await distanceOf("visits"), 4);
  assertEquals(await distanceOf("visits", b, a), 4);
  assertEquals(await distanceOf("visits_as_published"), 1);
  assertEquals(await distanceOf("visits_as_published", b, a), 4);
});

Deno.test("nearest() of records without items is 0, and of no record nothing", async () => {
  assertEquals(await pairsOf([[]], [[1], []], {}), [[[0, 1]]]);
  assertEquals(await pairsOf([[]], [[]], { distance: "jaccard" }), [[[0, 0]]]);
  assertEquals(await pairsOf([], [[1]], {}), []);
});
