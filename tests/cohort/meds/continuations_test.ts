/**
 * Whether continued records are continuations, also for meds-trajectory-evaluation.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { existsSync } from "node:fs";
import { type Cohort, subset } from "ehrloom/cohort/cohort.ts";
import { cohortOf, type RecordLists } from "ehrloom/cohort/records.ts";
import { readMeds } from "ehrloom/cohort/meds/read.ts";
import { writeMeds } from "ehrloom/cohort/meds/write.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { isOurs } from "ehrloom/files/ours.ts";
import { readParquet } from "ehrloom/files/parquet.ts";
import { pythonWith } from "../../python.ts";
import { testWith } from "../../wants.ts";
import { inFolder } from "../../folder.ts";

const codes = vocabulary(["flu", "glucose", "death"]);
const [flu, glucose, death] = [0, 1, 2];

/** Day 0 of the records, and dates after it. */
const start = Date.UTC(2000, 0, 1) / 86_400_000;
const dayAfter = (days: number) => new Date((start + days) * 86_400_000).toISOString().slice(0, 19);

/** A record of visits of one code each, so many days after the start. */
function record(visits: [code: number, day: number][]): RecordLists {
  return {
    visits: visits.map(([code]) => [code]),
    values: visits.map(([code]) => [code === glucose ? 5.5 : NaN]),
    gapDays: visits.map(([, day], i) => i === 0 ? 0 : day - visits[i - 1][1]),
    startDay: start + (visits[0]?.[1] ?? NaN),
    labels: [],
    sex: 1,
    birthDay: 0,
  };
}

function cohortWith(ids: bigint[], records: RecordLists[]): Cohort {
  return { ...cohortOf(codes, [], records), subjectIds: BigInt64Array.from(ids) };
}

/** Three patients as they were, and their first visits; of the third nothing is given. */
const ids = [70n, 8n, 9n];
const real = cohortWith(ids, [
  record([[flu, 0], [flu, 1.25], [death, 10]]),
  record([[glucose, 3], [flu, 40]]),
  record([[flu, 5]]),
]);
const empty: RecordLists = { visits: [[], []], gapDays: [0, 1], startDay: start, labels: [] };
const given = cohortWith(ids, [
  { ...record([[flu, 0], [flu, 1.25]]), visits: [[flu], [flu]] },
  record([[glucose, 3]]),
  { ...empty, values: [[], []], sex: 1, birthDay: 0 },
]);
/** They go on twice, and the first a third time. */
const continued = cohortWith([1n, 2n, 3n, 4n, 5n, 6n, 7n], [
  record([[flu, 0], [flu, 1.25], [death, 11.5], [glucose, 11.5]]),
  record([[glucose, 3]]),
  record([[flu, 7]]),
  record([[flu, 0], [flu, 1.25], [death, 4]]),
  record([[glucose, 3], [glucose, 33.5]]),
  record([[flu, 6]]),
  record([[flu, 0], [flu, 1.25]]),
]);
const parts = [[0, 1, 2, 3], [4], [5, 6]].map((records) => subset(continued, records));

async function rowsOf(path: string): Promise<unknown[][]> {
  const frame = await readParquet(path, {
    subject_id: "id",
    time: "time",
    code: "text",
    prediction_time: "time",
  }, { numeric_value: "number" });
  return frame.select("subject_id", "time", "code", "numeric_value", "prediction_time").rows()
    .map((row) =>
      row.map((field) => field instanceof Date ? field.toISOString().slice(0, 19) : field)
    );
}

Deno.test("writeMeds() writes what was drawn of continued patients, a file for each turn", () =>
  inFolder(async (folder) => {
    for (const [name, source] of [["whole", continued], ["parts", parts]] as const) {
      const path = join(folder, name);
      await writeMeds(path, source, { continues: given });
      const files = await Promise.all(
        ["0000", "0001", "0002"].map((file) => rowsOf(`${path}/continuations/${file}.parquet`)),
      );
      const last = [dayAfter(1.25), dayAfter(3)];
      assertEquals(files, [
        [
          [70, dayAfter(11.5), "death", null, last[0]],
          [70, dayAfter(11.5), "glucose", 5.5, last[0]],
          [8, last[1], "EHRLOOM//EMPTY_VISIT", null, last[1]],
        ],
        [
          [70, dayAfter(4), "death", null, last[0]],
          [8, dayAfter(33.5), "glucose", 5.5, last[1]],
        ],
        [[70, last[0], "EHRLOOM//EMPTY_VISIT", null, last[0]]],
      ]);
      assertEquals((await readMeds(path)).visitCount, continued.visitCount); // all of each record
      await writeMeds(path, source, { continues: given, force: true }); // they are Ehrloom's own
      assert(await isOurs(path));
    }
  }));

Deno.test("writeMeds() writes no continuations of an order of visits, nor of records by themselves", () =>
  inFolder(async (folder) => {
    const order = cohortOf(codes, [], [{ visits: [[flu], [death]], labels: [] }]);
    const first = cohortOf(codes, [], [{ visits: [[flu]], labels: [] }]);
    await writeMeds(join(folder, "order"), order, { continues: first });
    await writeMeds(join(folder, "alone"), continued);
    for (const name of ["order", "alone"]) assert(!existsSync(join(folder, name, "continuations")));
  }));

const program = `
import glob, json, warnings
from datetime import timedelta
warnings.simplefilter("ignore")
import polars as pl, pyarrow.parquet as pq
from aces.config import PlainPredicateConfig
from MEDS_trajectory_evaluation.schema import GeneratedTrajectorySchema
from MEDS_trajectory_evaluation.temporal_AUC_evaluation.get_ttes import get_raw_tte, get_trajectory_tte, merge_pred_ttes
from MEDS_trajectory_evaluation.temporal_AUC_evaluation.trajectory_AUC import temporal_auc_from_trajectory_files
paths = sorted(glob.glob("continued/continuations/*.parquet"))
for path in paths:
    GeneratedTrajectorySchema.validate(pq.read_table(path))
predicates = {"death": PlainPredicateConfig("death")}
days = lambda times: [None if time is None else time / timedelta(days=1) for time in times]
drawn = merge_pred_ttes([get_trajectory_tte(pl.read_parquet(path), predicates) for path in paths])
real = pl.concat([pl.read_parquet(path) for path in sorted(glob.glob("real/data/*.parquet"))])
index = drawn.select("subject_id", "prediction_time")
truth = get_raw_tte(real, index, predicates)
auc = temporal_auc_from_trajectory_files(real, "continued/continuations", predicates, duration_grid=[timedelta(days=20)])
print(json.dumps({
    "subjects": drawn["subject_id"].to_list(),
    "drawn": [days(times) for times in drawn["tte/death"].to_list()],
    "truth": days(truth["tte/death"].to_list()),
    "auc": auc["AUC/death"].to_list(),
}))
`;

testWith(
  await pythonWith("MEDS_trajectory_evaluation==0.0.6"),
  "meds-trajectory-evaluation reads the continuations of continued records",
  (python) =>
    inFolder(async (folder) => {
      await writeMeds(join(folder, "real"), real);
      const twice = subset(continued, [0, 1, 2, 3, 4, 5]);
      await writeMeds(join(folder, "continued"), twice, { continues: given });
      assertEquals(JSON.parse(await python(folder, program)), {
        subjects: [70, 8],
        drawn: [[10.25, 2.75], [null, null]],
        truth: [8.75, null],
        auc: [1],
      });
    }),
);
