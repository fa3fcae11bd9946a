import { assertEquals, assertRejects } from "@std/assert";
import { evaluate, readReport, splitOf, writeReport } from "ehrloom";
import { inFolder } from "../folder.ts";
import { smallCohort } from "../plot/fixture.ts";

const real = smallCohort(1);
const only = ["privacy.identical_records", "privacy.linkability"];
const report = await evaluate(real, smallCohort(2), { only, resamples: 3 });

Deno.test("readReport() gives back what was compared and the figures of privacy that were asked", () =>
  inFolder(async (folder) => {
    const path = `${folder}/report`;
    await writeReport(path, report, { real: splitOf(real, "train"), synthetic: smallCohort(2) });
    const read = await readReport(path);
    assertEquals(read.about, JSON.parse(JSON.stringify(report.about)));
    assertEquals(read.privacy, report.privacy);
    assertEquals(await readReport(`${path}/report.json`), read);
  }));

Deno.test("readReport() names the figure that is none, also at other places of the scale", () =>
  inFolder(async (folder) => {
    const path = `${folder}/report.json`;
    const { privacy, about } = report;
    for (
      const [part, problem] of [
        [{ ...privacy, linkability: 3 }, "privacy.linkability is 3, must be an object"],
        [
          { ...privacy, memoriser: { linkability: { records: -1 } } },
          "privacy.memoriser.linkability",
        ],
        [{ identical_records: privacy?.identical_records }, "it has no privacy.ceiling"],
        ["nothing", "privacy is"],
      ] as const
    ) {
      await Deno.writeTextFile(path, JSON.stringify({ about, privacy: part }));
      await assertRejects(() => readReport(path), SyntaxError, problem);
    }
    await Deno.writeTextFile(path, JSON.stringify({ about }));
    assertEquals((await readReport(path)).privacy, undefined);
  }));
