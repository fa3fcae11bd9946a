import { assertEquals, assertRejects } from "@std/assert";
import pl from "nodejs-polars";
import { type Cohort, cohort, subset } from "ehrloom/cohort/cohort.ts";
import { readMeds } from "ehrloom/cohort/meds/read.ts";
import { parseRecordsJson } from "ehrloom/cohort/sources/records_json.ts";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { syntheaSample } from "ehrloom/cohort/sample.ts";
import { writeMeds } from "ehrloom/cohort/meds/write.ts";
import { reindexed } from "ehrloom/cohort/trim.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { random } from "ehrloom/random.ts";
import { gunzipped, readyRecords } from "../../stored.ts";

async function inFolder(use: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await use(`${folder}/cohort`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function roundTrip(source: Cohort | Iterable<Cohort>): Promise<Cohort> {
  let back: Cohort | undefined;
  await inFolder(async (folder) => {
    await writeMeds(folder, source);
    back = await readMeds(folder);
  });
  if (back === undefined) throw new Error("nothing came back");
  return back;
}

/** Records without visits, visits without codes, equal times, values, markup, unsorted words. */
const awkward = cohort({
  vocabulary: vocabulary(["z", "a", "SNOMED-CT//1"], ["<script>alert(1)</script>", "ä", "one"]),
  labelNames: ["asthma", "chf"],
  subjectIds: BigInt64Array.of(9_007_199_254_740_993n, -5n, 3n, 2n),
  visitOffsets: Uint32Array.of(0, 3, 3, 5, 6),
  codeOffsets: Uint32Array.of(0, 2, 2, 3, 4, 5, 5),
  codes: Uint32Array.of(0, 2, 1, 1, 1),
  labels: Uint8Array.of(1, 0, 0, 1, 1, 1, 0, 0),
  startDays: Float64Array.of(-20_000.5, NaN, NaN, 0.25),
  gapDays: Float64Array.of(0, 0, 12.75, 0, 3, 0),
  values: Float32Array.of(1.5, NaN, -2, NaN, 0),
  demographics: {
    birthDays: Float64Array.of(-30_000.25, NaN, 3, 7),
    sexes: Uint8Array.of(2, 1, 0, 0),
  },
  splits: Uint8Array.of(0, 1, 2, 0),
});

Deno.test("writeMeds() and readMeds() give the same cohort again", async () => {
  const ready = parseRecordsJson(gunzipped(readyRecords), readyRecords);
  for (const source of [awkward, await syntheaSample(), ready]) {
    assertEquals(await roundTrip(source), source);
  }
  const plain = cohort({ ...awkward, splits: null, values: null, demographics: null });
  assertEquals(await roundTrip(plain), plain);
  const unknown = { birthDays: new Float64Array(4).fill(NaN), sexes: new Uint8Array(4) };
  const nobody = cohort({ ...awkward, demographics: unknown });
  assertEquals(await roundTrip(nobody), nobody);
  const none = cohortOf(vocabulary(["a"]), ["x"], []);
  assertEquals(await roundTrip(none), none);
});

Deno.test("writeMeds() gives sexes and births as MEDS has them", async () => {
  await inFolder(async (folder) => {
    await writeMeds(folder, awkward);
    const data = pl.readParquet(`${folder}/data/0000.parquet`);
    const patients = data.filter(pl.col("visit").isNull());
    assertEquals(patients.getColumn("code").toArray(), [
      "GENDER//M",
      "MEDS_BIRTH",
      "GENDER//F",
      "MEDS_BIRTH",
      "MEDS_BIRTH",
    ]);
    assertEquals(patients.getColumn("time").toArray().map(String), [
      "null",
      String(new Date(-30_000.25 * 86_400_000)),
      "null",
      String(new Date(3 * 86_400_000)),
      String(new Date(7 * 86_400_000)),
    ]);
    const codes = pl.readParquet(`${folder}/metadata/codes.parquet`);
    assertEquals(codes.getColumn("description").toArray().slice(-3), [
      "Birth",
      "Sex: female",
      "Sex: male",
    ]);
  });
});

Deno.test("writeMeds() and readMeds() give random cohorts again", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const draw = random(seed);
    const records = Array.from({ length: 1 + draw.integer(30) }, () => ({
      visits: Array.from(
        { length: draw.integer(5) },
        () => Array.from({ length: draw.integer(4) }, () => draw.integer(6)),
      ),
      labels: [draw.integer(2)],
    })).map((record) => ({
      ...record,
      values: record.visits.map((codes) =>
        codes.map(() => draw.integer(3) === 0 ? NaN : Math.fround(draw.uniform()))
      ),
      gapDays: record.visits.map((_, visit) => visit === 0 ? 0 : draw.integer(9) / 4),
      startDay: draw.integer(20_000) - 10_000,
      birthDay: draw.integer(10_000) - 20_000,
      sex: draw.integer(3),
    }));
    const source = cohortOf(vocabulary(["f", "e", "d", "c", "b", "a"]), ["x"], records);
    assertEquals(await roundTrip(source), source);
  }
});

Deno.test("writeMeds() writes parts to a shard each, equal to the whole", async () => {
  const source = await syntheaSample();
  await inFolder(async (folder) => {
    await writeMeds(
      folder,
      (async function* () {
        for (let from = 0; from < 400; from += 150) {
          await Promise.resolve();
          const length = Math.min(150, 400 - from);
          yield subset(source, Array.from({ length }, (_, index) => from + index));
        }
      })(),
    );
    assertEquals([...Deno.readDirSync(`${folder}/data`)].length, 3);
    assertEquals(await readMeds(folder), source);
  });
});

Deno.test("writeMeds() refuses parts that do not fit, and leaves nothing behind", async () => {
  await inFolder(async (folder) => {
    const other = cohortOf(vocabulary(["other"]), awkward.labelNames, []);
    await assertRejects(() => writeMeds(folder, [awkward, other]), RangeError, "differ in vocab");
    await assertRejects(
      () => writeMeds(folder, [awkward, awkward]),
      RangeError,
      "subject -5 is in",
    );
    const unknown = cohort({ ...subset(awkward, []), demographics: null });
    await assertRejects(() => writeMeds(folder, [awkward, unknown]), RangeError, "demographics");
    await assertRejects(() => writeMeds(folder, []), RangeError, "it has no parts");
    const parts = [["a\nb", "c"], ["a", "b\nc"]].map((codes) =>
      cohortOf(vocabulary(codes), [], [])
    );
    await assertRejects(() => writeMeds(folder, parts), RangeError, "differ in vocab");
    assertEquals([...Deno.readDirSync(folder.replace(/\/cohort$/, ""))], []);
    await writeMeds(folder, awkward);
    await assertRejects(() => writeMeds(folder, awkward), Deno.errors.AlreadyExists, "force: true");
    await writeMeds(folder, awkward, { force: true });
  });
});

Deno.test("writeMeds() writes the columns and types of MEDS", async () => {
  await inFolder(async (folder) => {
    await writeMeds(folder, awkward);
    const types = (file: string) =>
      Object.entries(pl.readParquet(`${folder}/${file}`).schema).map(([name, type]) =>
        `${name} ${type}`
      );
    assertEquals(types("data/0000.parquet"), [
      "subject_id DataType(Int64)",
      "time DataType(Datetime(us,))",
      "code DataType(String)",
      "numeric_value DataType(Float32)",
      "visit DataType(Int32)",
    ]);
    const data = pl.readParquet(`${folder}/data/0000.parquet`);
    assertEquals(data.getColumn("code").toArray()[4], "EHRLOOM//EMPTY_VISIT");
    const splits = pl.readParquet(`${folder}/metadata/subject_splits.parquet`);
    assertEquals(splits.getColumn("split").toArray(), ["train", "tuning", "held_out", "train"]);
    assertEquals(
      JSON.parse(await Deno.readTextFile(`${folder}/metadata/dataset.json`)).meds_version,
      "0.4.0",
    );
  });
});

const foreign = {
  subject_id: pl.Series("subject_id", [5, 4, 5, 5, 5, 4]).cast(pl.Int64),
  time: pl.Series("time", [86_400_000_000, 0, 0, 86_400_000_000, null, 5]).cast(pl.Int64)
    .cast(pl.Datetime("us")),
  code: pl.Series("code", ["b", "a", "c", "a", "c", "a"], pl.String),
};

async function readForeign(
  columns: pl.Series[],
  options: Parameters<typeof readMeds>[1] = {},
  spoil: (folder: string) => void = () => {},
): Promise<Cohort> {
  let back: Cohort | undefined;
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/data/train`, { recursive: true });
    await Deno.mkdir(`${folder}/metadata`);
    pl.DataFrame(columns).writeParquet(`${folder}/data/train/0.parquet`);
    pl.DataFrame({ code: ["c", "b", "a"] }).writeParquet(`${folder}/metadata/codes.parquet`);
    spoil(folder);
    back = await readMeds(folder, options);
  });
  if (back === undefined) throw new Error("nothing came back");
  return back;
}

Deno.test("readMeds() takes events of a subject at one time as a visit, in a foreign folder", async () => {
  const said: string[] = [];
  const { subject_id, time, code } = foreign;
  const read = await readForeign([subject_id, time, code], {
    onLeftOut: (what) => said.push(what),
  });
  assertEquals(said, ["1 events without a time, such as marital status"]);
  assertEquals([...read.subjectIds], [4n, 5n]);
  assertEquals([...read.visitOffsets], [0, 2, 4]);
  assertEquals([...read.codeOffsets], [0, 1, 2, 3, 5]);
  assertEquals([...read.codes], [2, 2, 0, 1, 2]);
  assertEquals([...read.gapDays], [0, 5 / 86_400_000_000, 0, 1]);
  assertEquals([...read.startDays], [0, 0]);
  assertEquals(read.values, null);
  assertEquals(read.demographics, null);
  assertEquals(read.splits, null);
});

Deno.test("writeMeds() gives back every time as readMeds() saw it, to the microsecond", async () => {
  const draw = random(8);
  const day = 86_400_000_000;
  const second = 1_000_000;
  const rows: { id: number; time: number; code: string }[] = [];
  for (let id = 1; id <= 40; id++) {
    // births from 1900 and deaths at midnight; of ids from 21 on, dates moved ahead as MIMIC's are
    const step = id > 20 ? second : 1;
    let time = (id > 20 ? 60_000 : -25_000) * day + draw.integer(20_000) * day;
    rows.push({ id, time, code: "MEDS_BIRTH" });
    for (let visit = 0; visit < 60; visit++) {
      time += step * (1 + Math.floor(draw.uniform() * 900 * day / step));
      rows.push({ id, time, code: visit % 10 < 3 ? "early" : "a" });
    }
    rows.push({ id, time: day * Math.ceil(time / day + 1), code: "MEDS_DEATH" });
  }
  const timesOf = (frame: pl.DataFrame) =>
    frame.getColumn("time").cast(pl.Int64).cast(pl.Float64).toArray();
  const source = pl.DataFrame([
    pl.Series("subject_id", rows.map(({ id }) => id)).cast(pl.Int64),
    pl.Series("time", rows.map(({ time }) => time), pl.Float64).cast(pl.Int64)
      .cast(pl.Datetime("us")),
    pl.Series("code", rows.map(({ code }) => code), pl.String),
  ]);
  const codes = pl.DataFrame({ code: ["early", "a", "MEDS_DEATH", "MEDS_BIRTH"] });
  const read = await readForeign(
    source.getColumns(),
    {},
    (folder) => codes.writeParquet(`${folder}/metadata/codes.parquet`),
  );
  await inFolder(async (folder) => {
    await writeMeds(folder, read);
    const written = pl.readParquet(`${folder}/data/0000.parquet`);
    assertEquals(written.getColumn("code").toArray(), rows.map(({ code }) => code));
    assertEquals(timesOf(written), timesOf(source));
    // also where visits are left out
    const others = vocabulary(["a", "MEDS_DEATH"]);
    const late = reindexed(read, { newIndex: Int32Array.of(-1, 0, 1), vocabulary: others });
    await writeMeds(folder, late, { force: true });
    assertEquals(
      timesOf(pl.readParquet(`${folder}/data/0000.parquet`)),
      rows.filter(({ code }) => code !== "early").map(({ time }) => time),
    );
  });
});

Deno.test("writeMeds() keeps visits of one time apart by their number, undated ones by time too", async () => {
  const visits = [[0], [0], [0]];
  const gapDays = [0, 0, 1];
  const source = cohortOf(vocabulary(["a"]), [], [
    { visits, gapDays, startDay: 10, labels: [] },
    { visits, gapDays, labels: [] },
  ]);
  await inFolder(async (folder) => {
    await writeMeds(folder, source);
    const data = pl.readParquet(`${folder}/data/0000.parquet`);
    const day = 86_400_000_000;
    const nowhere = Date.UTC(1900, 0, 1) * 1000;
    assertEquals(
      data.getColumn("time").cast(pl.Int64).cast(pl.Float64).toArray(),
      [10 * day, 10 * day, 11 * day, nowhere, nowhere + 1, nowhere + 1 + day],
    );
    assertEquals(data.getColumn("visit").toArray(), [0, 1, 2, 0, 1, 2]);
    assertEquals(await readMeds(folder), source);
  });
});

Deno.test("readMeds() takes births and sexes of a foreign folder for demographics", async () => {
  const day = 86_400_000_000;
  const rows: [number, number | null, string, number | null][] = [
    [5, null, "SEX//male", null],
    [5, 0, "MEDS_BIRTH", null],
    [5, day, "b", 1],
    [5, day, "b", 2],
    [5, day, "b", null],
    [4, day, "GENDER//F", null],
    [4, day, "a", null],
    [3, -day, "MEDS_BIRTH//home", null],
    [2, null, "GENDER//X", null],
    [2, day, "c", null],
  ];
  const codes = ["c", "MEDS_BIRTH", "MEDS_BIRTH//home", "b", "GENDER//X", "a", "SEX//male"];
  const said: string[] = [];
  const read = await readForeign(
    [
      pl.Series("subject_id", rows.map(([id]) => id)).cast(pl.Int64),
      pl.Series("time", rows.map(([, time]) => time), pl.Float64).cast(pl.Int64)
        .cast(pl.Datetime("us")),
      pl.Series("code", rows.map(([, , code]) => code), pl.String),
      pl.Series("numeric_value", rows.map(([, , , value]) => value), pl.Float64),
    ],
    { onLeftOut: (what) => said.push(what) },
    (folder) => pl.DataFrame({ code: codes }).writeParquet(`${folder}/metadata/codes.parquet`),
  );
  assertEquals(said, [
    "1 events without a time, such as marital status",
    "1 values that a later value of the same code and visit replaced",
  ]);
  assertEquals(read.vocabulary.codes, ["c", "b", "GENDER//X", "a"]);
  assertEquals([...read.subjectIds], [2n, 3n, 4n, 5n]);
  assertEquals([...read.visitOffsets], [0, 1, 1, 2, 3]);
  assertEquals([...read.codes], [0, 3, 1]);
  assertEquals([...read.values ?? []], [NaN, NaN, 2]);
  assertEquals(read.demographics, {
    birthDays: Float64Array.of(NaN, -1, NaN, 0),
    sexes: Uint8Array.of(0, 0, 1, 2),
  });
});

Deno.test("readMeds() names what is missing or contradicts itself", async () => {
  const { subject_id, time, code } = foreign;
  const rejects = (columns: pl.Series[], wanted: string, spoil?: (folder: string) => void) =>
    assertRejects(() => readForeign(columns, {}, spoil), Error, wanted);
  await rejects([subject_id, code], '0.parquet": it has no column time');
  await rejects(
    [subject_id, subject_id.clone().alias("time"), code],
    "time is of type Int64, must be timestamps",
  );
  const all = [subject_id, time, code];
  await rejects(
    all,
    "it is not a Parquet file, or it is damaged",
    (folder) => Deno.writeTextFileSync(`${folder}/data/train/0.parquet`, "PAR1 and so on"),
  );
  await rejects(
    all,
    "it has no data/*.parquet",
    (folder) => Deno.removeSync(`${folder}/data`, { recursive: true }),
  );
  await rejects(
    all,
    'metadata/labels.parquet": subject 5 has more than one row',
    (folder) =>
      pl.DataFrame({ subject_id: [4, 5, 5], x: [0, 1, 0] })
        .writeParquet(`${folder}/metadata/labels.parquet`),
  );
  await rejects(
    all,
    "subject 4 has events but no row in labels.parquet",
    (folder) =>
      pl.DataFrame({ subject_id: [5], x: [1] }).writeParquet(`${folder}/metadata/labels.parquet`),
  );
  await rejects(
    all,
    'label "x" of subject 5 must be 0 or 1',
    (folder) =>
      pl.DataFrame({ subject_id: [4, 5], x: [0, 2] })
        .writeParquet(`${folder}/metadata/labels.parquet`),
  );
  await rejects(
    all,
    'metadata/labels.parquet": label "x" is missing in 1 rows, must be 0 or 1',
    (folder) =>
      pl.DataFrame({ subject_id: [4, 5], x: [0, null] })
        .writeParquet(`${folder}/metadata/labels.parquet`),
  );
  for (const [value, wanted] of [["no", 'String, such as "no"'], [[1], "List"]] as const) {
    await rejects(
      all,
      `metadata/labels.parquet": label "x" is of type ${wanted}, must be numbers`,
      (folder) =>
        pl.DataFrame({ subject_id: [4, 5], x: [value, value] })
          .writeParquet(`${folder}/metadata/labels.parquet`),
    );
  }
  await rejects(
    all,
    'label "x" of subject 4 must be 0 or 1',
    (folder) =>
      pl.DataFrame({ subject_id: [4, 5], x: [NaN, 0] })
        .writeParquet(`${folder}/metadata/labels.parquet`),
  );
  await rejects(
    all,
    'codes.parquet": code is of type List, must be texts',
    (folder) =>
      pl.DataFrame({ code: [["a"], ["b"]] }).writeParquet(`${folder}/metadata/codes.parquet`),
  );
  await rejects(
    all,
    'codes.parquet": description is of type List, must be texts',
    (folder) =>
      pl.DataFrame({ code: ["a", "b"], description: [["a"], ["b"]] })
        .writeParquet(`${folder}/metadata/codes.parquet`),
  );
  await rejects(
    all,
    'cohort/data": Not a directory',
    (folder) => {
      Deno.removeSync(`${folder}/data`, { recursive: true });
      Deno.writeTextFileSync(`${folder}/data`, "");
    },
  );
  await rejects(
    all,
    'metadata/codes.parquet": Is a directory',
    (folder) => {
      Deno.removeSync(`${folder}/metadata/codes.parquet`);
      Deno.mkdirSync(`${folder}/metadata/codes.parquet`);
    },
  );
  await assertRejects(() => readMeds("/nowhere"), Deno.errors.NotFound, "no such folder");
});

Deno.test("readMeds() says what subject ids and values must be, and takes whole numbers of any type", async () => {
  const { subject_id, time, code } = foreign;
  const ids = [5, 4, 5, 5, 5, 4];
  const read = async (id: pl.Series, ...more: pl.Series[]) =>
    (await readForeign([id.rename("subject_id"), time, code, ...more])).subjectIds;
  for (const type of [pl.Int32, pl.UInt64, pl.Float64]) {
    assertEquals([...await read(subject_id.cast(type))], [4n, 5n]);
  }
  const texts = pl.Series("subject_id", ids.map((id) => `p${id}`), pl.String);
  const refused: [pl.Series, string][] = [
    [
      texts,
      'subject_id is of type String, such as "p5", must be whole numbers; number the subjects',
    ],
    [pl.Series("subject_id", [NaN, ...ids.slice(1)]), "subject_id has NaN, must be whole"],
    [pl.Series("subject_id", [5.5, ...ids.slice(1)]), "subject_id has 5.5, must be whole"],
    [pl.Series("subject_id", [null, ...ids.slice(1)]), "1 rows have no subject_id"],
    [pl.Series("subject_id", ids.map((id) => [id])), "subject_id is of type List, must be whole"],
    [pl.Series("subject_id", ids.map((id) => id > 4)), "subject_id is of type Bool, must be whole"],
    [
      pl.Series("subject_id", ids.map((id) => 2n ** 63n + BigInt(id)), pl.UInt64),
      "must be whole numbers of at most 64 bits",
    ],
  ];
  for (const [id, wanted] of refused) await assertRejects(() => read(id), SyntaxError, wanted);
  const words = pl.Series("numeric_value", ids.map((id) => `${id} mg`), pl.String);
  await assertRejects(
    () => read(subject_id, words),
    SyntaxError,
    '0.parquet": numeric_value is of type String, such as "5 mg", must be numbers',
  );
});
