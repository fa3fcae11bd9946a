import { type Schema, Validator } from "@cfworker/json-schema";
import { assert, assertEquals } from "@std/assert";
import { evaluate, reportJsonSchema, writeReport } from "ehrloom";
import { misfit } from "ehrloom/files/checked_json.ts";
import { measureNames } from "ehrloom";
import { reportSchema } from "ehrloom/evaluate/report_schema.ts";
import { cohort } from "ehrloom/cohort/cohort.ts";
import { inFolder } from "../folder.ts";
import { measuredCohort } from "../plot/fixture.ts";

const published: Schema = JSON.parse(
  Deno.readTextFileSync(new URL("../../docs/report.schema.json", import.meta.url)),
);
const validator = new Validator(published, "2020-12", false);

Deno.test("docs/report.schema.json is what deno task schema writes", () => {
  assertEquals<unknown>(published, JSON.parse(JSON.stringify(reportJsonSchema())));
});

Deno.test("docs/report.schema.json has the figures of each measure", () => {
  const measures = measureNames().filter((name) => name.includes("."));
  const defined = Object.keys(published.$defs ?? {}).filter((name) => name.includes("."));
  assertEquals(defined, measures);
});

Deno.test("a written report fits its published schema, and one with other figures does not", () =>
  inFolder(async (folder) => {
    const source = measuredCohort(1);
    const splits = Uint8Array.from({ length: source.recordCount }, (_, i) => i % 3);
    const real = cohort({ ...source, splits });
    const synthetic = measuredCohort(2);
    const report = await evaluate(real, synthetic, { quick: true, resamples: 5, by: "sex" });
    await writeReport(`${folder}/report`, report, { real, synthetic });
    const text = await Deno.readTextFile(`${folder}/report/report.json`);
    const written = JSON.parse(text);
    assertEquals(written.$schema, published.$id);
    assertEquals(validator.validate(written).errors, []);
    assertEquals(misfit(written, reportSchema), undefined);

    for (
      const [path, value] of [
        ["about.seed", "one"],
        ["fidelity.gap_days", 3],
        ["fidelity.ceiling.unigram.r2", "high"],
        ["privacy.inference.codes", 1.5],
        ["subgroups.groups", null],
        ["summary.sentences", undefined],
      ] as const
    ) {
      const changed = JSON.parse(text);
      const names = path.split(".");
      const parent = names.slice(0, -1).reduce((at, name) => at[name], changed);
      assert(Object.hasOwn(parent, names[names.length - 1]), path);
      parent[names[names.length - 1]] = value;
      const stored = JSON.parse(JSON.stringify(changed));
      assertEquals(validator.validate(stored).valid, false, path);
      assert(misfit(stored, reportSchema) !== undefined, path);
    }
  }));
