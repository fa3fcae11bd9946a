import { assertEquals, assertRejects } from "@std/assert";
import { attackByShadows, attackPart, type Cohort, liraInWords, readLira, train } from "ehrloom";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { inFolder } from "../../../folder.ts";
import { simulated } from "../simulated.ts";

const split = (source: Cohort): Cohort => ({
  ...source,
  splits: Uint8Array.from(source.subjectIds, (_, i) => [0, 0, 1, 2, 2][i % 5]),
});
const cohort = split(simulated(1, 100, 50));
const byHeart = { model: "markov", settings: { smoothing: 0.001 } };

Deno.test("attackByShadows() stopped in the middle is continued to the figures of one that was not", () =>
  inFolder(async (folder) => {
    const run = await train(cohort, join(folder, "run"), byHeart);
    const whole = await attackByShadows(run, cohort, join(folder, "whole"), { shadows: 4 });
    const stop = new AbortController();
    const out = join(folder, "lira");
    await assertRejects(() =>
      attackByShadows(run, cohort, out, {
        shadows: 4,
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done === 2) stop.abort();
        },
      })
    );
    const models = () => [...Deno.readDirSync(join(out, "shadows"))].map(({ name }) => name).sort();
    assertEquals(models(), ["1", "2"]);
    const { mtime } = Deno.statSync(join(out, "shadows/1/config.json"));
    const { lira } = await attackByShadows(run, cohort, out, { shadows: 4 });
    assertEquals(lira, whole.lira);
    assertEquals((await readLira(out)).lira, lira);
    assertEquals(Deno.statSync(join(out, "shadows/1/config.json")).mtime, mtime); // is kept

    const more = await attackByShadows(run, cohort, out, { shadows: 6 });
    assertEquals([more.lira.shadows, models().length], [6, 6]);
  }));

Deno.test("attackByShadows() continues no other attack, and replaces nothing that is not its own", () =>
  inFolder(async (folder) => {
    const run = await train(cohort, join(folder, "run"), byHeart);
    const out = join(folder, "lira");
    await attackByShadows(run, cohort, out, { shadows: 4 });
    await assertRejects(
      () => attackByShadows(run, cohort, out, { shadows: 4, seed: 1 }),
      RangeError,
      "begun with another seed",
    );
    const again = await attackByShadows(run, cohort, out, { shadows: 4, seed: 1, force: true });
    assertEquals(again.about.seed, 1);
    await assertRejects(
      () => attackByShadows(run, cohort, join(folder, "run"), { shadows: 4 }),
      Deno.errors.AlreadyExists,
      "holds no attack to continue",
    );
  }));

Deno.test("attackByShadows() of parts has the figures of one process, and trains what is missing", () =>
  inFolder(async (folder) => {
    const run = await train(cohort, join(folder, "run"), byHeart);
    const whole = await attackByShadows(run, cohort, join(folder, "whole"), { shadows: 4 });
    const parts = join(folder, "parts");
    for (const shadow of [4, 1, 2]) {
      await attackPart(run, cohort, join(parts, `part ${shadow}`), { shadow });
    }
    await assertRejects(
      () => attackPart(run, cohort, join(parts, "part 4"), { shadow: 3 }),
      RangeError,
      "it holds shadow model 4; choose another folder",
    );
    for (const shadow of [1, 2]) { // to be seen in what is taken over
      await Deno.writeTextFile(join(parts, `part ${shadow}`, "shadows", `${shadow}`, "note"), "");
    }
    await Deno.remove(join(parts, "part 2", "part.json")); // as if it were not finished
    const out = join(folder, "lira");
    const found = await attackByShadows(run, cohort, out, { shadows: 4, parts });
    assertEquals(found.lira, whole.lira);
    const bytes = (of: string, shadow: number) =>
      Deno.readFileSync(join(folder, of, "shadows", String(shadow), "model.safetensors"));
    for (const shadow of [1, 2, 3, 4]) assertEquals(bytes("lira", shadow), bytes("whole", shadow));
    const noted = [1, 2].map((shadow) => existsSync(join(out, "shadows", `${shadow}`, "note")));
    assertEquals(noted, [true, false]);
    await assertRejects(
      () => attackByShadows(run, cohort, join(folder, "other"), { shadows: 4, seed: 1, parts }),
      RangeError,
      "begun with another seed",
    );
  }));

Deno.test("liraInWords() says whether training records are told from others", () => {
  const figures = (value: number, low: number, high: number) => ({
    auc: { value, low, high },
    advantage: 0,
    tpr_at_fpr: [],
  });
  const lines = liraInWords({
    about: { ehrloom: "0", created: "", model: "halo", seed: 0, versions: {} },
    lira: {
      shadows: 16,
      members: 100,
      non_members: 90,
      online: figures(0.7, 0.62, 0.78),
      offline: figures(0.52, 0.45, 0.59),
      left_out: [],
    },
  });
  assertEquals(lines, [
    "Online attack by 16 shadow models: area under the ROC curve 0.700 (95% interval 0.620 to " +
    "0.780), 100 training against 90 other records; training records are told from others better " +
    "than by guessing",
    "Offline attack by 16 shadow models: area under the ROC curve 0.520 (95% interval 0.450 to " +
    "0.590), 100 training against 90 other records; training records are not told from others " +
    "better than by guessing",
  ]);
});
