// What the report says about its own checks of privacy.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { evaluate } from "ehrloom";
import { SelfTestSection } from "ehrloom/plot/report/self_test_section.tsx";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { smallCohort } from "../fixture.ts";

Deno.test("SelfTestSection() has a row for each check, and is nothing where privacy was not judged", async () => {
  const only = ["privacy.copying_check", "privacy.membership_by_distance"];
  const [real, synthetic] = [smallCohort(1), smallCohort(2)];
  const report = await evaluate(real, synthetic, { only, resamples: 50 });
  const html = renderToString(h(SelfTestSection, { report }));
  assertEquals(html.match(/<th scope="row"/g)?.length, 6);
  assertStringIncludes(html, "The check for copies sounds an alarm for copies of training records");
  const { privacy: _, ...rest } = report;
  assertEquals(renderToString(h(SelfTestSection, { report: rest })), "");
});
