/**
 * Kills trainings at moments that a clock gives, up to three in a row, with Workers and models of
 * several kinds: they go on to the same run as if nothing had been.
 */
import { assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { isThere } from "ehrloom/files/is_there.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import {
  begin,
  contents,
  copy,
  effort,
  ending,
  makeInputs,
  namesWithOut,
  succeed,
} from "./scenarios.ts";

const rounds = 1 * effort;
const seed = 11;

const learning = ["--cohort", "cohort", "--out", "out", "--batch", "4", "--set", "width=8"];
const trainings: Record<string, string[]> = {
  "halo with two Workers": [
    ...["--backend", "wasm", "--workers", "2", "--epochs", "40"],
    ...["--set", "layers=1", "--set", "heads=2"],
  ],
  "hisgt": [
    ...["--model", "hisgt", "--backend", "cpu", "--epochs", "4"],
    ...["--set", "layers=1", "--set", "heads=2"],
  ],
  "lstm": ["--model", "lstm", "--backend", "cpu", "--epochs", "20"],
};

const inputs = await Deno.makeTempDir({ prefix: "ehrloom-test-" });
Deno.test.beforeAll(() => makeInputs(inputs));
Deno.test.afterAll(() => Deno.remove(inputs, { recursive: true }));

for (const [name, how] of Object.entries(trainings)) {
  Deno.test(`${name}, killed at ${3 * rounds} moments, goes on to the same run`, () =>
    inFolder(async (folder) => {
      const whole = join(folder, "whole");
      copy(inputs, whole);
      const began = performance.now();
      await succeed(whole, "train", [...learning, ...how]);
      const seconds = performance.now() - began;
      const expected = await contents(join(whole, "out"));
      for (let round = 0; round < rounds; round++) {
        const draws = random(seed, round);
        const own = join(folder, `round-${round}`);
        copy(inputs, own);
        const args = async () =>
          await isThere(join(own, "out"))
            ? [
              "--cohort",
              "cohort",
              "--out",
              "out",
              "--resume",
              ...how.slice(0, how.indexOf("--epochs")),
            ]
            : [...learning, ...how];
        for (let kill = 0; kill < 3; kill++) {
          const task = begin(own, "train", await args());
          const timer = setTimeout(
            () => task.kill("SIGKILL"),
            seconds * (0.3 + 0.6 * draws.uniform()),
          );
          await ending(task);
          clearTimeout(timer);
        }
        const { code, lines } = await ending(begin(own, "train", await args()));
        assertEquals(code, 0, lines.join("\n"));
        assertEquals(await contents(join(own, "out")), expected);
        const names = Array.from(Deno.readDirSync(own), ({ name }) => name).sort();
        assertEquals(names, namesWithOut);
      }
    }));
}
