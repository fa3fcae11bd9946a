// Figures as PNG files, drawn without a browser.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { evaluate, splitOf, writeReport } from "ehrloom";
import { pngOf } from "ehrloom/plot/page/png.ts";
import { inFolder } from "../../folder.ts";
import { smallCohort } from "../fixture.ts";

/** Width and height in the head of a PNG. */
function sizeOf(png: Uint8Array): [number, number] {
  assertEquals([...png.subarray(1, 4)], [...new TextEncoder().encode("PNG")]);
  const head = new DataView(png.buffer, png.byteOffset);
  return [head.getUint32(16), head.getUint32(20)];
}

const drawn = (body: string) =>
  pngOf(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">${body}</svg>`);

/** A letter in Helvetica, as the figures have it. */
const letter = (text: string) =>
  drawn(`<text x="5" y="15" font-family="Helvetica, sans-serif">${text}</text>`);

Deno.test("pngOf() draws three pixels for each of the SVG", async () => {
  assertEquals(sizeOf(await drawn("")), [120, 60]);
});

Deno.test("pngOf() draws letters, and signs of our figures not as boxes", async () => {
  const box = await letter("\u{10ffff}"); // no font has it
  const empty = await drawn("");
  for (const sign of ["a", "é", "Ω", "ж", "⁻", "⁴", "◆", "◂", "−", "≤"]) {
    const found = await letter(sign);
    assertNotEquals(found, box, sign);
    assertNotEquals(found, empty, sign);
  }
});

Deno.test("writeReport() with png writes each figure as PNG too, and replaces its own", () =>
  inFolder(async (folder) => {
    const [real, synthetic] = [smallCohort(1), smallCohort(2)];
    const only = ["fidelity.aggregate"];
    const report = await evaluate(real, synthetic, { only, resamples: 5 });
    const out = `${folder}/report`;
    const sources = { real: splitOf(real, "train"), synthetic };
    await writeReport(out, report, { ...sources, png: true });
    const names = Array.from(Deno.readDirSync(`${out}/figures`), ({ name }) => name);
    const of = (ending: string) =>
      names.filter((name) => name.endsWith(ending)).map((name) => name.replace(ending, "")).sort();
    assert(of(".svg").length > 0);
    assertEquals(of(".png"), of(".svg"));
    await writeReport(out, report, { ...sources, force: true });
    assert(
      !Array.from(Deno.readDirSync(`${out}/figures`)).some(({ name }) => name.endsWith("png")),
    );
  }));
