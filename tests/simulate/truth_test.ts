import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import {
  readMeds,
  readTruth,
  simulate,
  simulatedParts,
  trueProbabilities,
  truthOf,
  writeSimulated,
} from "ehrloom";
import { inFolder } from "../folder.ts";

Deno.test("what is written is read back: the truth, and the patients of it", async () => {
  await inFolder(async (folder) => {
    const out = join(folder, "cohort");
    const sizes = { seed: 17, codes: 30, topics: 5 };
    assertEquals(await writeSimulated(out, { ...sizes, patients: 40 }), truthOf(sizes));
    const truth = await readTruth(out);
    assertEquals(truth, truthOf(sizes));
    const cohort = await readMeds(out);
    assertEquals(cohort, simulate({ ...sizes, patients: 40 }));
    const [again] = await Array.fromAsync(simulatedParts(truth, { patients: 40 }));
    assertEquals(again, cohort);
    const [a, b] = truth.expected.pairs[3].codes;
    assertEquals(trueProbabilities(truth).consecutive(a, b), truth.expected.pairs[3].consecutive);
  });
});

Deno.test("a cohort in several files is the same as in one; more patients change no file before", async () => {
  await inFolder(async (folder) => {
    const sizes = { seed: 3, codes: 40, topics: 3, visitsMean: 150, codesMean: 15 };
    const [fewer, more] = [join(folder, "fewer"), join(folder, "more")];
    await writeSimulated(fewer, { ...sizes, patients: 670 });
    await writeSimulated(more, { ...sizes, patients: 690 });
    const files = Array.from(Deno.readDirSync(join(more, "data")), ({ name }) => name);
    assertEquals(files.sort(), ["0000.parquet", "0001.parquet"]); // 667 patients are in the first
    assertEquals(await readMeds(more), simulate({ ...sizes, patients: 690 }));
    for (const file of ["data/0000.parquet", "metadata/codes.parquet", "truth.json"]) {
      assertEquals(Deno.readFileSync(join(more, file)), Deno.readFileSync(join(fewer, file)));
    }
  });
});

Deno.test("a folder is not replaced without force, and only if it is Ehrloom's", async () => {
  await inFolder(async (folder) => {
    const out = join(folder, "cohort");
    await writeSimulated(out, { patients: 5 });
    await assertRejects(
      () => writeSimulated(out, { patients: 6 }),
      Deno.errors.AlreadyExists,
      "it exists already; pass force: true",
    );
    await writeSimulated(out, { patients: 6, force: true });
    assertEquals((await readMeds(out)).recordCount, 6);
    await Deno.writeTextFile(join(out, "notes.txt"), "mine");
    await assertRejects(
      () => writeSimulated(out, { patients: 7, force: true }),
      Deno.errors.AlreadyExists,
      "it contains notes.txt",
    );
  });
});

Deno.test("an aborted signal ends the work, and nothing is left", async () => {
  await inFolder(async (folder) => {
    const stop = new AbortController();
    const sizes = { codes: 40, topics: 3, visitsMean: 150, codesMean: 15, patients: 670 };
    const work = writeSimulated(join(folder, "cohort"), {
      ...sizes,
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done > 0) stop.abort(new Error("enough"));
      },
    });
    await assertRejects(() => work, Error, "enough");
    assertEquals(Array.from(Deno.readDirSync(folder)), []);
  });
});

Deno.test("readTruth() names what is missing or wrong", async () => {
  await inFolder(async (folder) => {
    await assertRejects(() => readTruth(folder), Deno.errors.NotFound, "truth.json");
    const truth = truthOf({ codes: 20, topics: 3 });
    const refused = async (text: string, problem: string) => {
      await Deno.writeTextFile(join(folder, "truth.json"), text);
      await assertRejects(() => readTruth(folder), SyntaxError, problem);
    };
    await refused("{}", "it has no about, so it is not the truth of a simulated cohort");
    const { model } = truth;
    const withModel = (more: object) => JSON.stringify({ ...truth, model: { ...model, ...more } });
    await refused(
      withModel({ visits_mean: 0.5 }),
      "model.visits_mean is 0.5, must be a number, at least 1",
    );
    await refused(withModel({ topics: [] }), 'model.topics has no "topic 1"');
    await refused(withModel({ ages: { youngest: 50, oldest: 40 } }), "model.ages");
    await refused(withModel({ kinds: [] }), "model.kinds");
  });
});
