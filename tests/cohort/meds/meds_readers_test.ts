/**
 * Whether what reads MEDS reads Ehrloom's folders: MEDS's own schemas, pyarrow and meds-reader.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Cohort, splitNames, subset } from "ehrloom/cohort/cohort.ts";
import { cohortOf, type RecordLists } from "ehrloom/cohort/records.ts";
import { writeMeds } from "ehrloom/cohort/meds/write.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { pythonWith } from "../../python.ts";
import { testWith } from "../../wants.ts";
import { inFolder } from "../../folder.ts";

const codes = vocabulary(["b", "SNOMED-CT//1", "é"], ["b", "one", "<p>"]);

const records: RecordLists[] = [
  { visits: [[0], [1, 2], [2]], gapDays: [0, 0.25, 400], startDay: 10_000.5, labels: [1] },
  { visits: [[]], labels: [0] },
  { visits: [], labels: [0] },
  { visits: [[1], []], gapDays: [0, 1], startDay: -20_000, labels: [1] },
];

const plain = cohortOf(codes, ["sepsis"], records);

const measured = cohortOf(
  codes,
  ["sepsis", "x"],
  records.map((record, index) => ({
    ...record,
    labels: [...record.labels, 0],
    values: record.visits.map((visit) => visit.map((code) => code === 2 ? NaN : 1.5)),
    birthDay: index === 1 ? NaN : -25_000,
    sex: index,
    split: index % splitNames.length,
  })).slice(0, 3),
);

const folders: Record<string, Cohort | Cohort[]> = {
  "as generated, without days": cohortOf(
    codes,
    [],
    records.map(({ visits }) => ({
      visits,
      labels: [],
    })),
  ),
  "with days": plain,
  "with values, demographics and splits": measured,
  "in shards": [0, 1, 2].map((record) => subset(measured, [record])),
  "without records": cohortOf(codes, [], []),
};

const program = `
import glob, json, sys, datetime, subprocess, os
import meds, pyarrow as pa, pyarrow.parquet as pq, meds_reader
def texts(kind):
    if pa.types.is_list(kind): kind = kind.value_type
    return str(kind)
for shard in glob.glob("cohort/data/**/*.parquet", recursive=True):
    table = pq.read_table(shard)
    meds.DataSchema.validate(table)
    assert texts(table.schema.field("code").type) == "string", table.schema
codes = pq.read_table("cohort/metadata/codes.parquet")
meds.CodeMetadataSchema.validate(codes)
for name in ["code", "description", "parent_codes"]:
    assert texts(codes.schema.field(name).type) == "string", codes.schema
splits = "cohort/metadata/subject_splits.parquet"
if os.path.exists(splits):
    meds.SubjectSplitSchema.validate(pq.read_table(splits))
    assert texts(pq.read_schema(splits).field("split").type) == "string"
meds.DatasetMetadataSchema.validate(json.load(open("cohort/metadata/dataset.json")))
rows = sum(pq.read_metadata(shard).num_rows for shard in glob.glob("cohort/data/*.parquet"))
found = {}
if rows > 0:
    converter = os.path.join(os.path.dirname(sys.executable), "meds_reader_convert")
    subprocess.run([converter, "cohort", "reader", "--num_threads", "1"], check=True, capture_output=True)
    with meds_reader.SubjectDatabase("reader", num_threads=1) as database:
        for subject in database:
            found[str(subject)] = [[
                None if event.time is None else event.time.isoformat(),
                event.code, event.numeric_value, event.visit,
            ] for event in database[subject].events]
print(json.dumps(found))
`;

/** What Python finds in a folder: of each subject its rows of time, code, value and visit. */
type Found = Record<string, [string | null, string, number | null, number | null][]>;

testWith(
  await pythonWith("meds==0.4.1", "meds_reader==0.2.0", "pyarrow==26.0.1"),
  "writeMeds() writes what MEDS's schemas and readers take, of every kind of cohort",
  async (python, t) => {
    const found: Record<string, Found> = {};
    for (const [kind, source] of Object.entries(folders)) {
      await t.step(kind, () =>
        inFolder(async (folder) => {
          await writeMeds(join(folder, "cohort"), source);
          found[kind] = JSON.parse(await python(folder, program));
        }));
    }
    assertEquals(found["with days"][1], [
      ["1997-05-19T12:00:00", "b", null, 0],
      ["1997-05-19T18:00:00", "SNOMED-CT//1", null, 1],
      ["1997-05-19T18:00:00", "é", null, 1],
      ["1998-06-23T18:00:00", "é", null, 2],
    ]);
    assertEquals(found["with values, demographics and splits"], found["in shards"]);
    assertEquals(found["in shards"][2], [
      [null, "GENDER//F", null, null],
      ["1900-01-01T00:00:00", "EHRLOOM//EMPTY_VISIT", null, 0],
    ]);
    assertEquals(found["in shards"][1].map(([, code, value]) => [code, value]), [
      ["MEDS_BIRTH", null],
      ["b", 1.5],
      ["SNOMED-CT//1", 1.5],
      ["é", null],
      ["é", null],
    ]);
    assertEquals(Object.keys(found["as generated, without days"]), ["1", "2", "4"]);
    assertEquals(found["as generated, without days"][1], [
      ["1900-01-01T00:00:00", "b", null, 0],
      ["1900-01-02T00:00:00", "SNOMED-CT//1", null, 1],
      ["1900-01-02T00:00:00", "é", null, 1],
      ["1900-01-03T00:00:00", "é", null, 2],
    ]);
  },
);
