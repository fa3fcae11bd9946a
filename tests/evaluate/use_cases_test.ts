import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { keyFigures } from "ehrloom/evaluate/key_figures.ts";
import { readWeights, useCases, weighedUseCases } from "ehrloom/evaluate/use_cases.ts";
import { measureNames } from "ehrloom";
import { inFolder } from "../folder.ts";

Deno.test("the weights of each use case are of key figures and sum to 100", () => {
  const names = keyFigures.map(({ figure }) => figure);
  assertEquals(new Set(names).size, names.length);
  for (const weights of Object.values(useCases)) {
    assertEquals(Object.values(weights).reduce((sum, weight) => sum + weight, 0), 100);
    for (const figure of Object.keys(weights)) assert(names.includes(figure), figure);
  }
});

Deno.test("each key figure is of a measure of its kind", () => {
  for (const { kind, figure } of keyFigures) {
    assert(measureNames().includes(`${kind}.${figure.split(".")[0]}`), figure);
  }
});

Deno.test("weighedUseCases() replace weights of the same name and add others", () => {
  const given = {
    teaching: { "c2st.auc": 100 },
    registry: { "prdc.coverage": 99.5, "c2st.auc": 0.5 },
  };
  const found = weighedUseCases(given);
  assertEquals(Object.keys(found), [...Object.keys(useCases), "registry"]);
  assertEquals(found.teaching, given.teaching);
  assertEquals(found.release, useCases.release);
  assertEquals(weighedUseCases(), useCases);
});

Deno.test("weighedUseCases() refuse weights that do not sum to 100", () => {
  assertThrows(
    () => weighedUseCases({ teaching: { "c2st.auc": 90 } }),
    RangeError,
    'Cannot rank models: the weights of "teaching" sum to 90, must sum to 100',
  );
});

Deno.test("readWeights() say in one line what is wrong", () =>
  inFolder(async (folder) => {
    const path = join(folder, "weights.json");
    const read = (text: string) => {
      Deno.writeTextFileSync(path, text);
      return readWeights(path);
    };
    assertEquals(await read('{"mine": {"c2st.auc": 100}}'), { mine: { "c2st.auc": 100 } });
    const says = (given: unknown, message: string) =>
      assertRejects(
        () => read(JSON.stringify(given)),
        SyntaxError,
        `Cannot read "${path}": ${message}`,
      );
    const of = 'the weights of "teaching" ';
    await says({ teaching: { "c2st.auc": 90 } }, `${of}sum to 90, must sum to 100`);
    await says(
      { teaching: { "c2st.auc": -10 } },
      `${of}give c2st.auc -10, must be a number above 0`,
    );
    await says({ teaching: { "c2st.auc": "100" } }, `${of}give c2st.auc "100", must be a number`);
    await says({ teaching: { "c2st.aux": 100 } }, `${of}name "c2st.aux"; did you mean c2st.auc?`);
    await says({ teaching: [] }, `${of}must be an object`);
    for (const given of [[], {}, null, 7, "x"]) {
      await says(given, "weights must be an object such as");
    }
    await assertRejects(() => read("{"), SyntaxError, path);
  }));
