import { assertEquals, assertThrows } from "@std/assert";
import { bytesInPage, checkPlayable } from "ehrloom/play/playable.ts";
import { untrainedRun } from "../generate/random_run.ts";

const sizes = { codes: 6, labels: 2, context: 12, width: 8 };

Deno.test("bytesInPage() is the length of base64 of so many float32", () => {
  for (const count of [0, 1, 2, 3, 10]) {
    const bytes = new Uint8Array(new Float32Array(count).buffer);
    assertEquals(bytesInPage(count), btoa(String.fromCharCode(...bytes)).length);
  }
});

Deno.test("checkPlayable() refuses what a page cannot play with, in a line", () => {
  checkPlayable(untrainedRun("halo", sizes, 1));
  const refused = (run: Parameters<typeof checkPlayable>[0], line: string) =>
    assertThrows(() => checkPlayable(run), RangeError, line);
  refused(untrainedRun("gpt", sizes, 1), 'Cannot play with "gpt": must be halo');
  const { runConfig, ...halo } = untrainedRun("halo", sizes, 1);
  for (const name of ["numbers", "waits"]) {
    const config = { ...runConfig.config, [name]: 4 };
    refused(
      { ...halo, runConfig: { ...runConfig, config } },
      `Cannot play with this run: it writes more than codes (${name}=4), and the page shows codes ` +
        `alone; train one with ${name}=0`,
    );
  }
  const matrix = { shape: [3000, 2000], numbers: new Float32Array(6_000_001) };
  refused(
    { ...halo, runConfig, parameters: { matrix } },
    "Cannot play with this run: its parameters take 32,000,008 bytes of a page, and a browser " +
      "plays with at most 32,000,000; train one with fewer codes or a smaller width",
  );
});
