import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  generate,
  type GivenBins,
  givenBins,
  readGivenBins,
  train,
  useBackend,
  vocabulary,
} from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../../folder.ts";
import { measuredCohort } from "../measured_cohort.ts";

const codes = vocabulary(["glucose", "glucose//mmol/L", "heart rate", "pain"], [
  "Glucose, mg/dL",
  "Glucose, mmol/L",
  "Heart rate, /min",
  "pain",
]);

/** What a file with these lines gives. */
async function read(lines: string): Promise<GivenBins> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "ranges.csv");
    await Deno.writeTextFile(path, lines);
    return await readGivenBins(path, codes);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readGivenBins() finds codes by name and unit, and says what is of no code", async () => {
  const found = await read(
    "code,unit,limits\n" +
      "glucose,mg/dL,20 70;100 126 500\nglucose,mmol/L,1 5.5 30\n" +
      "heart rate,Hz,1 2\nheart rate,,0 60 100 300\nmood,,1 2\n",
  );
  assertEquals([...found.edges], [
    [0, [20, 70, 100, 126, 500]],
    [1, [1, 5.5, 30]],
    [2, [0, 60, 100, 300]],
  ]);
  assertEquals(found.source, '"ranges.csv", for 3 codes; rows of no code of the cohort: 2');
  const plain = await read("limits,code\n-1e1 0.5,pain\n");
  assertEquals([...plain.edges], [[3, [-10, 0.5]]]);
  assertEquals(plain.source, '"ranges.csv", for 1 code');
});

const bad: [lines: string, message: string][] = [
  ["glucose,70", 'row 2: limits are "70", must be two or more ascending numbers'],
  ["glucose,70 70", 'row 2: limits are "70 70", must be two or more ascending numbers'],
  ["glucose,100 70", 'row 2: limits are "100 70", must be two or more ascending numbers'],
  ["glucose,70 high", 'row 2: limits are "70 high", must be two or more ascending numbers'],
  ["glucose,70 Infinity", 'row 2: limits are "70 Infinity", must be two or more'],
  ["glucose,", 'row 2: limits are "", must be two or more ascending numbers'],
  [",1 2", "row 2: code is empty"],
  ["pain,1 2\npain,2 3", 'row 3: code "pain" has another row'],
];

for (const [lines, message] of bad) {
  Deno.test(`readGivenBins() refuses ${JSON.stringify(lines)} in one line`, async () => {
    await assertRejects(() => read(`code,limits\n${lines}\n`), SyntaxError, message);
  });
}

Deno.test("givenBins() refuses a file of other codes", () => {
  assertThrows(
    () => givenBins(codes, [{ code: "mood", unit: "", limits: [1, 2] }], "a/ranges.csv"),
    RangeError,
    'Cannot use "a/ranges.csv": none of its rows is of a code of the cohort in that unit, such as ' +
      '"glucose"',
  );
});

const cohort = measuredCohort(60);
const limits = [30, 60, 70, 80, 110];
const bins = givenBins(cohort.vocabulary, [{ code: "heart rate", unit: "", limits }]);
const small = { epochs: 1, batch: 16, minCell: 1 };

for (
  const [model, settings] of Object.entries({
    halo: { numbers: 4, width: 8 },
    synehrgy: { bins: 4, width: 8, layers: 1, heads: 1 },
  })
) {
  Deno.test(`${model} learns and writes values in bins that are given, others in fitted ones`, () =>
    inFolder(async (folder) => {
      await useBackend("wasm");
      const path = join(folder, "run");
      const how = { model, settings, ...small, knowledge: { bins } };
      const run = await train(cohort, path, how);
      const heartRate = cohort.vocabulary.codes.indexOf("heart rate");
      const { schema, sources } = run.runConfig;
      const edgesOf = (code: number) => {
        const series = schema?.series.find((each) => each.code === code);
        return series !== undefined && "edges" in series ? series.edges : [];
      };
      assertEquals(edgesOf(heartRate), limits);
      assertEquals(edgesOf(heartRate + 1).length, 5);
      assertEquals(sources?.bins, '"these bins", for 1 code');
      const { cohort: written } = await generate(run, { count: 100 });
      const values = (written.values ?? new Float32Array())
        .filter((value, event) => written.codes[event] === heartRate && !Number.isNaN(value));
      assert(values.length > 20 && values.every((value) => value >= 30 && value <= 110));
      const other = { ...bins, source: '"others.csv", for 1 code' };
      const again = { model, epochs: 2, resume: true };
      await assertRejects(
        () => train(cohort, path, { ...again, knowledge: { bins: other } }),
        RangeError,
        'with bins of "others.csv", for 1 code: it was started with "these bins", for 1 code',
      );
      const { runConfig } = await train(cohort, path, { ...again, knowledge: { bins } });
      assertEquals(runConfig.schema, schema);
    }));
}

Deno.test("train() refuses bins for a model that learns no values", () =>
  inFolder(async (folder) => {
    const how = { model: "lstm", settings: { width: 8 }, ...small, knowledge: { bins } };
    await assertRejects(
      () => train(cohort, join(folder, "run"), how),
      RangeError,
      'Cannot train "lstm" with bins: it learns no values so; set numbers=10',
    );
  }));
