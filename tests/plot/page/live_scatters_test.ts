import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { parseHTML } from "linkedom";
import { type Cohort, liveScatters, pairedProbabilities } from "ehrloom";
import { chromium, testWith } from "../../wants.ts";
import { launched } from "../browser.ts";
import { commonCode, markup, smallCohort } from "../fixture.ts";

const [real, synthetic] = [smallCohort(1), smallCohort(2)];

/** A column of the scatters, of these records. */
function column(name: string, of: Cohort) {
  return { name, pairs: pairedProbabilities(real, of, "unigram") };
}

/** What Jupyter gets of the scatters. */
function shown(...parameters: Parameters<typeof liveScatters>): Readonly<Record<string, string>> {
  return liveScatters(...parameters)[Symbol.for("Jupyter.display")]();
}

const output = shown(
  [column("one", synthetic), column(markup, real)],
  real.vocabulary,
  { axes: "log" },
);

/** What JupyterLab leaves of the HTML of a notebook that it does not trust: neither style nor frame. */
function untrusted(html: string): Document {
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  for (const element of document.querySelectorAll("style, iframe, script")) element.remove();
  return document;
}

Deno.test("liveScatters() leaves an image and the points farthest from the line without script and frame", () => {
  const document = untrusted(output["text/html"]);
  const image = document.querySelector("img");
  const [type, base64] = (image?.getAttribute("src") ?? "").split(";base64,");
  assertEquals(type, "data:image/svg+xml");
  const svg = new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
  assertGreater(svg.match(/<circle/g)?.length ?? 0, 2 * 20);
  assertMatch(image?.getAttribute("alt") ?? "", /^Codes: real against synthetic probabilities/);
  const rows = [...document.querySelectorAll("tbody tr")]
    .map((row) => [...row.querySelectorAll("td")].map(({ textContent }) => textContent));
  assertEquals(rows.map(([panel]) => panel), [...Array(5).fill("one"), ...Array(5).fill(markup)]);
  const gaps = rows.map(([, , real, synthetic]) => Math.abs(Number(real) - Number(synthetic)));
  assertEquals(gaps.slice(0, 5), gaps.slice(0, 5).toSorted((a, b) => b - a));
  assertEquals(gaps.slice(5), [0, 0, 0, 0, 0]); // the records compared with themselves
});

Deno.test("liveScatters() says its list in plain text, a point a line", () => {
  const lines = output["text/plain"].split("\n").map((line) => line.split("\t"));
  assertEquals(lines.length, 11);
  assertEquals(lines[0], ["scatter", "farthest from the line", "real", "synthetic"]);
});

Deno.test("liveScatters() of one scatter takes less than 250 kB beside its points", () => {
  const html = shown([column("one", synthetic)], real.vocabulary)["text/html"];
  assertGreater(250_000, html.length);
});

testWith(
  chromium,
  "liveScatters() answers the pointer in its frame, in Chromium",
  async (executablePath, t) => {
    const browser = await launched(executablePath);
    try {
      const page = await browser.newPage({ viewport: { width: 1000, height: 1000 } });
      page.setDefaultTimeout(10_000);
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => requests.push(request.url()));
      await page.setContent(`<!doctype html><body>${output["text/html"]}</body>`);
      const frame = await (await page.waitForSelector("iframe")).contentFrame();
      assert(frame !== null);
      await frame.waitForSelector("html[data-ready]");

      await t.step(
        "what stands still is hidden where the frame is, and shown where it is not",
        async () => {
          assertEquals(await page.locator("img").isVisible(), false);
          const without = await browser.newPage();
          await without.setContent(untrusted(output["text/html"]).body.innerHTML);
          assert(await without.locator("img").isVisible());
          await without.close();
        },
      );

      await t.step("scatters begin with the axes that were asked for", async () => {
        const labels = await frame.locator("#scatter-0 .x.axis .tick text").allTextContents();
        assertEquals(labels[0], "0"); // the strip of logarithmic axes
        assert(await frame.getByLabel("logarithmic").isChecked());
      });

      await t.step("the pointer finds a code's name and probabilities", async () => {
        await frame.getByLabel("linear").check();
        const button = frame.locator("#scatter-0 .points button").first();
        await frame.locator("#scatter-0 summary").click();
        await button.hover();
        const tooltip = frame.locator("#scatter-0 .tooltip");
        await tooltip.waitFor({ state: "visible" });
        assertMatch(await tooltip.innerText(), /real [\d.]+\s+synthetic [\d.]+/);
      });

      await t.step("a search lights up a code in all scatters", async () => {
        await frame.fill("input[type=search]", "essential hypertension");
        await frame.getByText("1 code", { exact: true }).waitFor();
        assertStringIncludes(
          await frame.locator("#scatter-1 .points button").first().textContent() ?? "",
          commonCode.description,
        );
      });

      await t.step("nothing is requested, nothing breaks out, and no one complains", async () => {
        assertEquals(requests.filter((url) => !/^(data|about|blob):/.test(url)), []);
        assertEquals(complaints, []);
        assertEquals(await page.evaluate("globalThis.broken"), undefined);
        assertEquals(await frame.evaluate("globalThis.broken"), undefined);
      });
    } finally {
      await browser.close();
    }
  },
);
