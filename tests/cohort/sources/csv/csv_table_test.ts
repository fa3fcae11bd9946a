import { raceNamesOf } from "ehrloom/cohort/races.ts";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Cohort, prepare } from "ehrloom";
import { columnsOption } from "ehrloom/cohort/sources/csv/columns.ts";
import { inFolder } from "../../../folder.ts";
import { codesOf } from "../prepared.ts";

/** A cohort of a table, with what was said about it. */
async function read(text: string, values: Record<string, unknown> = {}, isSkipped = false) {
  const said: string[] = [];
  const bad: string[] = [];
  const read: Cohort[] = [];
  await inFolder(async (folder) => {
    const path = `${folder}/table.csv`;
    await Deno.writeTextFile(path, text);
    read.push(
      await prepare("csv", path, {
        values,
        onLeftOut: (what) => said.push(`left out: ${what}`),
        onNote: (what) => said.push(what),
        onBadRow: isSkipped ? (what) => bad.push(what) : undefined,
      }),
    );
  });
  return { cohort: read[0], said, bad };
}

/** A table that is refused by a sentence with this in it. */
async function refuses(text: string, wanted: string, values: Record<string, unknown> = {}) {
  await assertRejects(() => read(text, values), Error, wanted);
}

const long = "subject,time,code,value,unit,sex,birth\n" +
  "b,2020-01-03,I10,,,F,1950\n" +
  "a,2020-03-01 12:00:00,HBA1C,6.5,%,m,1960-02-03\n" +
  "a,2020-01-01,I10,,,M,\n" +
  "a,2020-01-01,HBA1C,NA,%,,\n";

Deno.test("csv: each time of a subject is a visit, with values, sex and birth, also by year", async () => {
  const { cohort, said } = await read(long);
  assertEquals(cohort.vocabulary.codes, ["HBA1C", "I10"]);
  assertEquals(cohort.vocabulary.descriptions, ["HBA1C, %", "I10"]);
  assertEquals([codesOf(cohort, 0), codesOf(cohort, 1)], [[["I10"]], [["HBA1C", "I10"], [
    "HBA1C",
  ]]]);
  assertEquals([...cohort.startDays], [18264, 18262]);
  assertEquals([...cohort.gapDays], [0, 0, 60.5]);
  assertEquals([...cohort.values ?? []], [NaN, NaN, NaN, 6.5]);
  assertEquals(cohort.demographics, {
    birthDays: Float64Array.of(-7305, -3620),
    sexes: Uint8Array.of(1, 2),
  });
  assertEquals(said, ["1 spellings of NULL were taken as empty (first: value NA)"]);
});

Deno.test("csv: columns are named by --columns, and separated as the header says", async () => {
  for (const delimiter of [";", "\t"]) {
    const text = "Pat Nr;Datum;ICD;System\n7;2020-01-01;E11.9;ICD10CM\n7;2020-01-01;I10;\n"
      .replaceAll(";", delimiter);
    const columns = columnsOption.parse("subject=Pat Nr,time=Datum,code=ICD");
    const { cohort } = await read(text, { columns });
    assertEquals(cohort.vocabulary.codes, ["I10", "ICD10CM//E11.9"]);
    assertEquals([...cohort.subjectIds], [7n]);
  }
});

Deno.test("csv: a visit column joins times, and begins with its first", async () => {
  const { cohort } = await read(
    "subject,visit,time,code,value\n" +
      "a,2,2020-01-05,late,3\na,1,2020-01-09,x,\na,2,2020-01-01,early,1\na,2,2020-01-01,late,2\n" +
      "a,,2020-01-20,alone,\n",
  );
  assertEquals(codesOf(cohort, 0), [["early", "late"], ["x"], ["alone"]]);
  assertEquals([...cohort.gapDays], [0, 8, 11]);
  assertEquals([...cohort.values ?? []], [1, 3, NaN, NaN]);
});

Deno.test("csv: without times, visits are in the order of the rows", async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => `p${i % 2},${i},c${i % 3}`);
  const { cohort, said } = await read(`subject,visit,code\n${rows.join("\n")}\n`);
  assertEquals([cohort.recordCount, cohort.visitCount], [2, 3000]);
  assertEquals(codesOf(cohort, 0).slice(0, 3), [["c0"], ["c2"], ["c1"]]);
  assertEquals([...cohort.startDays], [NaN, NaN]);
  assertEquals(new Set(cohort.gapDays), new Set([0]));
  assertEquals(said, [
    "the table has no times: visits are in the order of its rows, without dates",
  ]);
});

Deno.test("csv: a wide table has a visit a row, and codes of 0 and 1, values and answers", async () => {
  const { cohort, said } = await read(
    "subject,time,diabetes,copd,hba1c,smoker,sex,note,nothing\n" +
      Array.from({ length: 31 }, (_, i) => `z,2019-01-${10 + i % 20},0,,,,,text ${i},\n`).join("") +
      "a,2020-01-01,1,yes,6.5,former,F,x,\na,2020-02-01,0,no,NULL,,F,,\nb,2020-01-01,1,,5,never,,,\n",
    { wide: true },
  );
  assertEquals(cohort.vocabulary.codes, [
    "copd",
    "diabetes",
    "hba1c",
    "smoker//former",
    "smoker//never",
  ]);
  const [a, b] = [codesOf(cohort, 1), codesOf(cohort, 2)];
  assertEquals(a, [["copd", "diabetes", "hba1c", "smoker//former"], []]);
  assertEquals(b, [["diabetes", "hba1c", "smoker//never"]]);
  assertEquals([...cohort.values ?? []].filter((value) => !Number.isNaN(value)), [6.5, 5]);
  assertEquals(said, [
    "2 columns were taken as there or not: diabetes, copd",
    "1 columns were taken as a measured value: hba1c",
    "1 columns were taken as answers in words: smoker",
    "left out: the column note: it has more than 30 different answers",
    "left out: the column nothing: it is empty",
    "1 spellings of NULL were taken as empty (first: hba1c NULL)",
  ]);
});

Deno.test("csv: a wide table without times has a patient a row", async () => {
  const { cohort } = await read("subject,x,y\n1,1,0\n2,0,1\n3,1,1\n", { wide: true });
  assertEquals([0, 1, 2].map((record) => codesOf(cohort, record)), [
    [["x"]],
    [["y"]],
    [["x", "y"]],
  ]);
});

Deno.test("csv: what is wrong is said with row and remedy", async () => {
  const rows = (row: string) => `subject,time,code,value,sex,birth\n${row}\n`;
  const whole = "must be a day such as 2020-12-31, or a time such as 2020-12-31 23:59:59; " +
    "write all times of the column as year-month-day first";
  await refuses(rows("a,31.12.2020,x,,,"), `row 2: time is "31.12.2020", ${whole}`);
  await refuses(rows("a,12/31/2020,x,,,"), `row 2: time is "12/31/2020", ${whole}`);
  await refuses(rows("a,2020-02-30,x,,,"), `row 2: time is "2020-02-30", ${whole}`);
  await refuses(rows("a,2020-02-03,x,,,31.1.50"), `row 2: birth is "31.1.50", ${whole}`);
  await refuses(rows("a,2020-02-03,,,,"), "row 2: code is empty");
  await refuses(rows(",2020-02-03,x,,,"), 'row 2: subject is "", must say whose row it is');
  await refuses(rows("a,2020-02-03,x,high,,"), 'value is "high", must be a number such as 6.5');
  await refuses(rows("a,2020-02-03,x,inf,,"), 'value is "inf", must be a number such as 6.5');
  await refuses(rows("a,2020-02-03,x,,divers,"), 'sex is "divers", must be F, M or empty');
  await refuses(rows('a,2020-02-03,"x'), "row 2: its quotes do not pair");
  await refuses(
    "subject;time;code;value\na;2020-01-01;x;6,5\n",
    'value is "6,5", must be a number such as 6.5',
  );
  await refuses(
    "subjct,time,code\na,2020-01-01,x\n",
    "it has no column subject; did you mean subjct? its columns are subjct, time, code",
  );
  await refuses(
    "subject,time,code,code\na,2020-01-01,x,y\n",
    "for code it has the columns code and code",
  );
  await refuses("subject,day,code\na,2020-01-01,x\n", "--columns time=COLUMN names one");
  await refuses("subject,time\na,2020-01-01\n", "it has no column for a code", { wide: true });
  await refuses(
    "subject,x\na,1\nb,2\nc,two\n",
    'row 4: x is "two", must be a number such as 6.5, as most of the column',
    { wide: true },
  );
  await refuses("", "it is empty, must have a header and rows");
  await refuses("subject;time;code\na;2020-01-01;x\n", "no column time or visit", {
    delimiter: ",",
  });
});

Deno.test("csv: bad rows can be skipped, and are counted once, also in a wide table", async () => {
  const long = await read("subject,time,code\na,2020-01-01,x\na,gestern,y\na\n", {}, true);
  assertEquals([long.bad.length, codesOf(long.cohort, 0)], [2, [["x"]]]);
  const wide = await read("subject,x,y\na,1,0\nb,1\n,1,1\n", { wide: true }, true);
  assertEquals([wide.bad.length, codesOf(wide.cohort, 0)], [2, [["x"]]]);
});

Deno.test("csv: another sex or birth than in the first row is noted", async () => {
  const { cohort, said } = await read(
    "subject,time,code,sex\na,2020-01-01,x,F\na,2020-01-02,x,M\n",
  );
  assertEquals([...cohort.demographics?.sexes ?? []], [1]);
  assertEquals(said, [
    "1 rows have another sex or birth than the patient's first row (first: a)",
  ]);
});

for (
  const [text, wanted] of [
    ["who=A", 'names "who", which no column can be; known: subject, time'],
    ["subjct=A", 'names "subjct", which no column can be; did you mean subject?'],
    ["subject", 'has "subject", must be such as subject=COLUMN'],
    ["time=A,time=B", "names time twice"],
  ]
) {
  Deno.test(`--columns ${text} is refused`, () => {
    assertThrows(() => columnsOption.parse(text), RangeError, wanted);
  });
}

Deno.test("csv: race is the most frequent of a subject's rows, in long tables and in wide ones", async () => {
  const long = "subject,time,code,ethnos\na,2020-01-01,x,Han\na,2020-01-02,x,Hui\n" +
    "a,2020-01-03,x,Hui\nb,2020-01-01,x,NA\n";
  const columns = columnsOption.parse("race=ethnos");
  const { cohort, said } = await read(long, { columns });
  assertEquals(raceNamesOf(cohort.demographics?.races, 2), ["Hui", ""]);
  assertEquals(
    said.find((what) => what.includes("races")),
    "left out: other races of 1 patients who have several: the most frequent one stays",
  );
  const wide = await read("subject,race,smokes\na,Han,1\nb,,0\n", { wide: true });
  assertEquals(raceNamesOf(wide.cohort.demographics?.races, 2), ["Han", ""]);
  assertEquals(wide.cohort.vocabulary.codes, ["smokes"]);
});
