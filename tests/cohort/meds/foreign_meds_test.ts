/**
 * Folders of MEDS as others write them: what is missing, more than needed, or spelled otherwise.
 *
 * @module
 */
import { raceNamesOf } from "ehrloom/cohort/races.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import pl from "nodejs-polars";
import { type Cohort, splitNames } from "ehrloom/cohort/cohort.ts";
import { readMeds } from "ehrloom/cohort/meds/read.ts";
import { writeMeds } from "ehrloom/cohort/meds/write.ts";
import { prepare } from "ehrloom/cohort/sources/prepare.ts";
import { inFolder } from "../../folder.ts";

const day = 86_400_000_000;

/** A row of events: subject, days since 1970, code, value, visit. */
type Row = [id: number, day: number | null, code: string, value?: number, visit?: number | null];

function shard(rows: readonly Row[]): pl.DataFrame {
  const columns = [
    pl.Series("subject_id", rows.map(([id]) => id), pl.Float64).cast(pl.Int64),
    pl.Series("time", rows.map(([, time]) => time === null ? null : time * day), pl.Float64)
      .cast(pl.Int64).cast(pl.Datetime("us")),
    pl.Series("code", rows.map(([, , code]) => code), pl.String),
    pl.Series("numeric_value", rows.map(([, , , value]) => value ?? null), pl.Float64),
  ];
  if (rows.some(([, , , , visit]) => visit !== undefined)) {
    columns.push(
      pl.Series("visit", rows.map(([, , , , visit]) => visit ?? null), pl.Float64).cast(pl.Int64),
    );
  }
  return pl.DataFrame(columns);
}

/** Writes files of a folder by their paths in it. */
function write(folder: string, files: Readonly<Record<string, pl.DataFrame>>): void {
  for (const [path, frame] of Object.entries(files)) {
    Deno.mkdirSync(join(folder, path, ".."), { recursive: true });
    frame.writeParquet(join(folder, path));
  }
}

/** What is read of a folder with these files, and what is said of it. */
async function reading(
  files: Readonly<Record<string, pl.DataFrame>>,
  spoil: (folder: string) => void = () => {},
): Promise<{ cohort: Cohort; said: string[] }> {
  const said: string[] = [];
  const read: Cohort[] = [];
  await inFolder(async (folder) => {
    write(folder, files);
    spoil(folder);
    read.push(await readMeds(folder, { onLeftOut: (what) => said.push(what) }));
  });
  return { cohort: read[0], said };
}

/** The codes of each visit of each record, by name. */
function visits({ visitOffsets, codeOffsets, codes, vocabulary, recordCount }: Cohort): string[] {
  return Array.from(
    { length: recordCount },
    (_, record) =>
      Array.from({ length: visitOffsets[record + 1] - visitOffsets[record] }, (_, visit) => {
        const index = visitOffsets[record] + visit;
        return [...codes.subarray(codeOffsets[index], codeOffsets[index + 1])]
          .map((code) => vocabulary.codes[code]).join("+");
      }).join(" "),
  );
}

const rows: Row[] = [
  [1, 0, "MEDS_BIRTH"],
  [1, 10, "c"],
  [1, 10, "a"],
  [1, 12, "d"],
  [2, 11, "a"],
  [2, null, "Gender/M"],
];

Deno.test("readMeds() takes codes without a row in codes.parquet, and says how many", async () => {
  const listed = (codes: string[]) => ({
    "metadata/codes.parquet": pl.DataFrame([pl.Series("code", codes, pl.String)]),
  });
  const data = { "data/0.parquet": shard(rows) };
  const lists: [Record<string, pl.DataFrame>, string[], number][] = [
    [{}, ["a", "c", "d"], 3],
    [listed([]), ["a", "c", "d"], 3],
    [{ "metadata/codes.parquet": pl.DataFrame([pl.Series("x", [], pl.String)]) }, [
      "a",
      "c",
      "d",
    ], 3],
    [listed(["d", "x"]), ["d", "x", "a", "c"], 2],
    [listed(["MEDS_BIRTH", "d", "c", "a"]), ["d", "c", "a"], 0],
  ];
  for (const [list, codes, unlisted] of lists) {
    const { cohort, said } = await reading({ ...data, ...list });
    assertEquals(cohort.vocabulary.codes, codes);
    assertEquals(cohort.vocabulary.descriptions, codes);
    assertEquals(visits(cohort).map((record) => record.split(" ").length), [2, 1]);
    assertEquals(cohort.demographics?.sexes, Uint8Array.of(0, 2));
    assertEquals(
      said,
      unlisted === 0 ? [] : [
        `descriptions of ${unlisted} codes that have no row in metadata/codes.parquet: ` +
        "each code stands for itself",
      ],
    );
  }
});

Deno.test("readMeds() puts visits, values and days of several files to their records", async () => {
  const { cohort, said } = await reading({
    "data/0.parquet": shard([[5, 3, "z"], [5, 3, "b"], [5, 7, "m"], [1, 1, "b"], [4, null, "x"]]),
    "data/1.parquet": shard([[3, 2, "z", 6], [3, 2, "a", 5], [3, 2, "z", 7], [3, 4, "z"]]),
  });
  assertEquals(cohort.subjectIds, BigInt64Array.of(1n, 3n, 4n, 5n));
  assertEquals(cohort.vocabulary.codes, ["a", "b", "m", "z"]);
  assertEquals(visits(cohort), ["b", "a+z z", "", "b+z m"]);
  assertEquals(cohort.values, Float32Array.of(NaN, 5, 7, NaN, NaN, NaN, NaN));
  assertEquals(cohort.startDays, Float64Array.of(1, 2, NaN, 3));
  assertEquals(cohort.gapDays, Float64Array.of(0, 0, 2, 0, 4));
  assertEquals(said.filter((what) => what.includes("values")), [
    "1 values that a later value of the same code and visit replaced",
  ]);
});

Deno.test("readMeds() numbers codes without a row alike in all files", async () => {
  const { cohort } = await reading({
    "data/0.parquet": shard([[1, 1, "z"], [1, 2, "m"]]),
    "data/1.parquet": shard([[2, 1, "m"], [2, 2, "b"], [2, 3, "z"]]),
  });
  assertEquals(cohort.vocabulary.codes, ["b", "m", "z"]);
  assertEquals(visits(cohort), ["z m", "m b z"]);
});

Deno.test("readMeds() takes the first description of a code that codes.parquet repeats, and no null code", async () => {
  const { cohort, said } = await reading({
    "data/0.parquet": shard(rows),
    "metadata/codes.parquet": pl.DataFrame([
      pl.Series("code", [null, "a", "c", "a", "a", "d"], pl.String),
      pl.Series("description", ["all", null, "cc", "first", "second", ""], pl.String),
      pl.Series("parent_codes", [["z"], ["p"], null, ["q", "a"], ["p"], []], pl.List(pl.String)),
    ]),
  });
  assertEquals(cohort.vocabulary.codes, ["a", "c", "d"]);
  assertEquals(cohort.vocabulary.descriptions, ["first", "cc", "d"]);
  assertEquals(cohort.vocabulary.parents, [["p", "q"], [], []]);
  assertEquals(said, ["2 rows of metadata/codes.parquet that repeat a code"]);
});

Deno.test("writeMeds() writes the parents of codes that readMeds() found", () =>
  inFolder(async (folder) => {
    write(folder, {
      "data/0.parquet": shard([[1, 1, "a"], [1, 1, "b"]]),
      "metadata/codes.parquet": pl.DataFrame([
        pl.Series("code", ["a", "b", "p"], pl.String),
        pl.Series("parent_codes", [["p", "x"], null, ["y"]], pl.List(pl.String)),
      ]),
    });
    const parents = [["p", "x"], [], ["y"]];
    const cohort = await prepare("meds", folder);
    assertEquals(cohort.vocabulary.parents, parents);
    await writeMeds(join(folder, "out"), cohort);
    assertEquals((await readMeds(join(folder, "out"))).vocabulary.parents, parents);
    // what is above a code that goes is above those below it
    const frequent = await prepare("meds", folder, { minCount: 1 });
    assertEquals(frequent.vocabulary.codes, ["a", "b"]);
    assertEquals(frequent.vocabulary.parents, [["p", "x", "y"], []]);
  }));

Deno.test("readMeds() names what parent_codes must be", async () => {
  await assertRejects(
    () =>
      reading({
        "data/0.parquet": shard(rows),
        "metadata/codes.parquet": pl.DataFrame({ code: ["a", "b"], parent_codes: [1, 2] }),
      }),
    SyntaxError,
    'codes.parquet": parent_codes of row 0 is of type Float64, must be a list of texts',
  );
});

const splits = (ids: number[], names: (string | null)[]) => ({
  "metadata/subject_splits.parquet": pl.DataFrame([
    pl.Series("subject_id", ids),
    pl.Series("split", names, pl.String),
  ]),
});

Deno.test("prepare() leaves out who is in no split or another one, says so, and takes them with a seed", () =>
  inFolder(async (folder) => {
    write(folder, {
      "data/0.parquet": shard([1, 2, 3, 4, 5, 6].map((id) => [id, 1, "a"])),
      ...splits([1, 2, 3, 4, 5], ["train", "tuning", "held_out", "external", null]),
    });
    const said: string[] = [];
    const onLeftOut = (what: string) => said.push(what);
    const cohort = await prepare("meds", folder, { onLeftOut });
    assertEquals([...cohort.subjectIds], [1n, 2n, 3n]);
    assertEquals([...cohort.splits ?? []], [0, 1, 2]);
    assertEquals(said.filter((what) => what.includes("split")), [
      'splits other than train, tuning, held_out: "external" of 1 subjects',
      "3 patients who are in no split; prepare with --seed N splits all patients by chance",
    ]);
    const anew = await prepare("meds", folder, { seed: 1, onLeftOut });
    assertEquals(anew.recordCount, 6);
    assertEquals(new Set(anew.splits).size, splitNames.length);
  }));

Deno.test("readMeds() knows no splits where nobody is in one of MEDS's", async () => {
  const data = { "data/0.parquet": shard([[1, 1, "a"], [2, 1, "a"]]) };
  for (const names of [["fold_0", "fold_1"], [null, null]]) {
    const { cohort } = await reading({ ...data, ...splits([1, 2], names) });
    assertEquals([cohort.recordCount, cohort.splits], [2, null]);
  }
  const twice = splits([1, 2, 1], ["train", "train", "held_out"]);
  await assertRejects(
    () => reading({ ...data, ...twice }),
    SyntaxError,
    'subject 1 is in two splits, "train" and "held_out"',
  );
});

Deno.test("readMeds() takes what is said at the time of birth for no visit, unless it has a number", async () => {
  const { cohort, said } = await reading({
    "data/0.parquet": shard([
      [1, -100.5, "Gender/F"],
      [1, -100.5, "MEDS_BIRTH"],
      [1, -100.5, "Race/5"],
      [1, -100.5, "Ethnicity/Not Hispanic"],
      [1, 3, "a"],
      [2, 3, "b"], // no birth, so a visit
      [2, 4, "MIMIC_IV_Gender/M"],
      [2, null, "MIMIC_IV_Race/WHITE"],
      [2, null, "Ethnicity/Not Hispanic"],
    ]),
    "data/1.parquet": shard([
      [3, 2, "MEDS_BIRTH", NaN, null],
      [3, 2, "Ethnicity/Not Hispanic", NaN, null],
      [3, 2, "Race/3", NaN, null],
      [3, 2, "a", NaN, 0],
      [3, 5, "a", NaN, 1],
    ]),
  });
  assertEquals(visits(cohort), ["a", "b", "a a"]);
  assertEquals(cohort.demographics, {
    birthDays: Float64Array.of(-100.5, NaN, 2),
    sexes: Uint8Array.of(1, 2, 0),
    races: {
      names: ["Black or African American", "WHITE", "White"],
      indices: Int32Array.of(2, 1, 0), // in the words of the source; OMOP's codes by their names
    },
  });
  assertEquals(said.slice(0, 1), ["2 events at the very time of birth, such as marital status"]);
  assertEquals(said.at(-1), "1 events without a time, such as marital status");
});

Deno.test("readMeds() keeps subjects who have nothing but what has no time", async () => {
  const { cohort, said } = await reading({
    "data/0.parquet": shard([[1, null, "Race/5"], [1, null, "a"], [2, null, "Gender/F"]]),
  });
  assertEquals([...cohort.subjectIds], [1n, 2n]);
  assertEquals([cohort.visitCount, cohort.vocabulary.codes], [0, []]);
  assertEquals(said, ["1 events without a time, such as marital status"]);
});

Deno.test("readMeds() keeps the most frequent known race of a patient, and says how many have several", async () => {
  const { cohort, said } = await reading({
    "data/0.parquet": shard([
      [1, null, "RACE//ASIAN"],
      [1, null, "RACE//WHITE"],
      [1, null, "RACE//WHITE"],
      [1, null, "RACE//UNKNOWN"],
      [1, 1, "a"],
      [2, null, "RACE//WHITE"],
      [2, null, "RACE//ASIAN"], // as often, so the first stays
      [2, 1, "a"],
      [3, null, "RACE//UNABLE TO OBTAIN"],
      [3, 1, "a"],
    ]),
  });
  assertEquals(raceNamesOf(cohort.demographics?.races, 3), ["WHITE", "WHITE", ""]);
  assertEquals(cohort.vocabulary.codes, ["a"]);
  assertEquals(
    said.at(-1),
    "other races of 2 patients who have several: the most frequent one stays",
  );
});

Deno.test("readMeds() gathers visits that interleave, and rows without a number at their time", async () => {
  const { cohort } = await reading({
    "data/0.parquet": shard([
      [1, 1, "a", NaN, 1],
      [1, 1, "b", NaN, 2],
      [1, 1, "c", 5, 1],
      [1, 1, "d", NaN, null], // of the first visit at its time
      [1, 1, "c", 6, 1],
      [1, 2, "a", NaN, null], // a visit by its time
      [1, 2, "b", NaN, null],
      [1, 3, "a", NaN, 4],
      [1, 4, "a", NaN, 4],
    ]),
  });
  assertEquals(visits(cohort), ["a+c+d b a+b a a"]);
  assertEquals([...cohort.values ?? []].filter((value) => !Number.isNaN(value)), [6]);
});

Deno.test("readMeds() leaves out values that float32 does not hold, says how many, and keeps the events", async () => {
  const { cohort, said } = await reading({
    "data/0.parquet": shard([[1, 1, "a", Infinity], [1, 2, "a", -1e39], [1, 3, "a", 2.5]]),
  });
  assertEquals(visits(cohort), ["a a a"]);
  assertEquals([...cohort.values ?? []], [NaN, NaN, 2.5]);
  assertEquals(said[0], "2 values that are infinite or beyond float32; their events stay");
});

Deno.test("readMeds() reads nested files and links to files and folders, not what macOS leaves beside", async () => {
  const { cohort } = await reading({
    "data/held_out/more/0.parquet": shard([[1, 1, "a"]]),
    "elsewhere/0.parquet": shard([[2, 1, "b"]]),
    "elsewhere/deep/0.parquet": shard([[3, 1, "c"]]),
    "one.parquet": shard([[4, 1, "d"]]),
    "data/empty/0.parquet": shard([]),
    "data/empty/1.parquet": pl.DataFrame([pl.Series("subject_id", [], pl.String)]),
  }, (folder) => {
    Deno.writeTextFileSync(join(folder, "data", "held_out", "._0.parquet"), "Mac OS X");
    Deno.mkdirSync(join(folder, "data", ".cache"));
    Deno.writeTextFileSync(join(folder, "data", ".cache", "0.parquet"), "");
    Deno.symlinkSync("../elsewhere", join(folder, "data", "train"));
    Deno.symlinkSync("../one.parquet", join(folder, "data", "linked.parquet"));
  });
  assertEquals(visits(cohort), ["a", "b", "c", "d"]);
});

Deno.test("readMeds() refuses links that lead nowhere or in a circle", async () => {
  const refused: [target: string, wanted: string][] = [
    ["../nowhere", 'train": the link leads nowhere'],
    ["../data", 'train": the link leads back to a folder around it'],
    ["..", 'train/data": the link leads back to a folder around it'],
  ];
  for (const [target, wanted] of refused) {
    await assertRejects(
      () =>
        reading(
          { "data/0.parquet": shard(rows) },
          (folder) => Deno.symlinkSync(target, join(folder, "data", "train")),
        ),
      SyntaxError,
      wanted,
    );
  }
});

Deno.test("readMeds() names the file that has an empty code", async () => {
  await assertRejects(
    () => reading({ "data/0.parquet": shard([[1, 1, "a"], [1, 1, ""]]) }),
    SyntaxError,
    '0.parquet": a code is empty',
  );
});
