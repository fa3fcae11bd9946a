import { assert, assertStringIncludes } from "@std/assert";
import { leftOutInWords } from "ehrloom/evaluate/left_out.ts";
import { smallReport } from "../plot/fixture.ts";

Deno.test("leftOutInWords() calls a model by its title, as the rest of the page does", async () => {
  const { report } = await smallReport();
  const { run } = report.about;
  assert(run !== undefined);
  const coverage = {
    values: { count: 0, isLearned: false },
    times: { count: 3, isLearned: false },
    demographics: { count: 0, isLearned: false },
  };
  const about = { ...report.about, run: { ...run, model: "lstm", coverage } };
  const said = leftOutInWords({ ...report, about }).join("\n");
  assertStringIncludes(said, "LSTM learns labels, codes and their order only");
});
