import { assertEquals, assertRejects } from "@std/assert";
import { claimed, putBackForReading } from "ehrloom/files/output.ts";
import { partialName, replacedName, temporaryPattern } from "ehrloom/files/temporary.ts";
import { inFolder } from "../folder.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("partialName() never gives a name twice, and temporaryPattern knows it", () => {
  const given = Array.from({ length: 100 }, () => partialName("/x/result"));
  assertEquals(new Set(given).size, 100);
  assertEquals(given.filter((name) => temporaryPattern.test(name)).length, 100);
  assertEquals(temporaryPattern.test("/x/notes.partial-2"), false);
});

Deno.test("claimed() puts back an older result whose successor did not come into its place", () =>
  inFolder(async (folder) => {
    const partial = partialName(`${folder}/result`);
    await Deno.mkdir(partial);
    await Deno.writeTextFile(replacedName(partial), "older");
    await claimed(`${folder}/result`, { goesOn: true }, () => Promise.resolve());
    assertEquals(names(folder), ["result"]);
    assertEquals(await Deno.readTextFile(`${folder}/result`), "older");
  }));

Deno.test("claimed() removes an older result whose successor stands in its place", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/result`, "new");
    await Deno.writeTextFile(replacedName(partialName(`${folder}/result`)), "older");
    await claimed(`${folder}/result`, { goesOn: true }, () => Promise.resolve());
    assertEquals(names(folder), ["result"]);
    assertEquals(await Deno.readTextFile(`${folder}/result`), "new");
  }));

Deno.test("claimed() keeps an older result in whose place the user has put something, and says so", () =>
  inFolder(async (folder) => {
    const path = `${folder}/result`;
    const partial = partialName(path);
    await Deno.writeTextFile(path, "the user's");
    await Deno.writeTextFile(partial, "half");
    await Deno.writeTextFile(replacedName(partial), "older");
    const claim = () => claimed(path, { goesOn: true }, () => Promise.resolve());
    await assertRejects(claim, Deno.errors.AlreadyExists, `the older result is in "${path}-2"`);
    await claim();
    assertEquals(await Deno.readTextFile(path), "the user's");
    assertEquals(await Deno.readTextFile(`${path}-2`), "older");
    assertEquals(names(folder), ["result", "result-2"]);
  }));

Deno.test("claimed() cleans what killed processes left in a folder that it goes on with", () =>
  inFolder(async (folder) => {
    const run = `${folder}/comparison/models/halo/run`;
    await Deno.mkdir(run, { recursive: true });
    await Deno.writeTextFile(partialName(`${run}/model.safetensors`), "half");
    await Deno.writeTextFile(`${run}/config.json`, "");
    await Deno.writeTextFile(`${run}/mine.partial-1`, "not of this kind");
    await Deno.writeTextFile(`${folder}/comparison/plan.json`, '{ "resamples": 3 }');
    await claimed(`${folder}/comparison`, { goesOn: true }, () => Promise.resolve());
    assertEquals(names(run), ["config.json", "mine.partial-1"]);
  }));

Deno.test("claimed() leaves alone what another process works at", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/outer`);
    const inner = `${folder}/outer/inner`;
    await claimed(inner, {}, async () => {
      const partial = partialName(inner);
      await Deno.writeTextFile(partial, "half");
      await claimed(`${folder}/outer`, { goesOn: true }, () => Promise.resolve());
      assertEquals(await Deno.readTextFile(partial), "half");
      await Deno.remove(partial);
    });
  }));

Deno.test("putBackForReading() gives back what a killed process had moved aside, and nothing else", () =>
  inFolder(async (folder) => {
    const partial = partialName(`${folder}/result`);
    await Deno.writeTextFile(replacedName(partial), "older");
    await Deno.writeTextFile(partialName(`${folder}/other`), "half");
    await putBackForReading(`${folder}/result`);
    await putBackForReading(`${folder}/other`);
    await putBackForReading(`${folder}/nowhere/else`);
    assertEquals(await Deno.readTextFile(`${folder}/result`), "older");
    assertEquals(names(folder).filter((name) => name.startsWith("result")), ["result"]);
    assertEquals(names(folder).length, 2);
  }));
