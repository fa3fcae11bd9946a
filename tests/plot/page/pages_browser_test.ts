/** Both pages in Chromium: on screens of two widths, in the light and in the dark, by touch, on paper. */
import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { evaluate } from "ehrloom/evaluate/evaluate.ts";
import { pairedProbabilities } from "ehrloom/evaluate/fidelity/paired_probabilities.ts";
import { writeComparison } from "ehrloom/plot/comparison/comparison.ts";
import { writeReport } from "ehrloom/plot/report/report.ts";
import { chromium, testWith } from "../../wants.ts";
import {
  awaitTicks,
  axeComplaints,
  launched,
  nextFrame,
  opened,
  placeOf,
  screens,
  texts,
  tickLabels,
} from "../browser.ts";
import { commonCode, measuredCohort, smallComparison, smallLikelihood } from "../fixture.ts";

const [real, synthetic] = [measuredCohort(1), measuredCohort(2)];
const training = [3, 2, 1.5].map((loss, index) => ({
  epoch: index + 1,
  train_loss: loss,
  validation_loss: loss + 0.1 * index,
}));

/** Writes a report with all its sections and a comparison, and gives their addresses. */
async function writtenPages(folder: string): Promise<{ report: string; comparison: string }> {
  const report = join(folder, "report");
  const judged = await evaluate(real, synthetic, { quick: true, resamples: 20 });
  await writeReport(
    report,
    { ...judged, likelihood: smallLikelihood() },
    { real, synthetic, training },
  );
  const comparison = join(folder, "comparison");
  await Deno.mkdir(comparison);
  await writeComparison(comparison, await smallComparison());
  return {
    report: pathToFileURL(join(report, "report.html")).href,
    comparison: pathToFileURL(join(comparison, "comparison.html")).href,
  };
}

async function testScreens(t: Deno.TestContext, browser: Browser, [name, url]: [string, string]) {
  for (const { name: screen, ...context } of screens) {
    await t.step(`the ${name} at ${screen}: axe finds nothing`, async () => {
      const page = await opened(browser, url, { ...context, script: axe.source });
      assertEquals(await axeComplaints(page), []);
      await page.context().close();
    });

    await t.step(`the ${name} at ${screen}: texts can be read`, async () => {
      const page = await opened(browser, url, context);
      const shown = await texts(page);
      assertGreater(shown.length, 100);
      assert(
        shown.some(({ text }) => text === "┆ Ceiling: held-out real" || text === "● Synthetic"),
      );
      assertEquals(shown.filter(({ contrast }) => contrast < 4.5), []);
      assertEquals(shown.filter(({ pixels }) => pixels < 9), []);
      const overhang = await page.evaluate(() =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth
      );
      assertEquals(overhang, 0);
      await page.context().close();
    });
  }
}

/** Pixels of A4 between its margins of 14 mm, at 96 per inch. */
const paper = {
  report: { width: Math.floor((210 - 28) / 25.4 * 96), height: 1000 },
  comparison: { width: Math.floor((297 - 28) / 25.4 * 96), height: 700 },
};

async function testPaper(
  t: Deno.TestContext,
  browser: Browser,
  [name, url]: ["report" | "comparison", string],
) {
  await t.step(`the ${name} on paper: nothing is cut, and all is light`, async () => {
    const page = await opened(browser, url, { viewport: paper[name], colorScheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    const found = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      const heads = [...document.querySelectorAll("th, td")];
      return {
        heads: document.querySelectorAll("thead th").length,
        cut: heads.filter((cell) => cell.getBoundingClientRect().right > width + 1)
          .map(({ textContent }) => textContent),
        scrolling: [...document.querySelectorAll(".wide")]
          .filter((box) => getComputedStyle(box).overflowX !== "visible").length,
        ink: getComputedStyle(document.body).color,
        controls: [...document.querySelectorAll("button, .controls, .handling, .to-top")]
          .filter((each) => each.getClientRects().length > 0 && !each.closest(".points")).length,
      };
    });
    assertGreater(found.heads, 10);
    assertEquals({ ...found, heads: 0 }, {
      heads: 0,
      cut: [],
      scrolling: 0,
      ink: "rgb(35, 39, 43)",
      controls: 0,
    });
    assertEquals((await texts(page)).filter(({ contrast }) => contrast < 4.5), []);
    // the canvases are bitmaps, in the colours of print: no point has the lighter blue of a dark page
    const blues = await page.locator(".scatter canvas.all").first().evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const data = (canvas as HTMLCanvasElement).getContext("2d")
        ?.getImageData(0, 0, width, height).data ?? [];
      const reds = [...data].filter((_, index) => index % 4 === 0 && data[index + 3] > 100);
      return { count: reds.length, reddest: Math.max(...reds) };
    });
    assertGreater(blues.count, 100);
    assert(blues.reddest < 30); // #0072b2, not #5db5e8
    await page.context().close();
  });
}

/** One finger that moves up. */
async function swipe(page: Page, { x, y }: { x: number; y: number }, pixels: number) {
  const session = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", moved?: number) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: moved === undefined ? [] : [{ x, y: y - moved }],
    });
  await touch("touchStart", 0);
  for (let moved = 0; moved <= pixels; moved += 10) {
    await touch("touchMove", moved);
    await nextFrame(page);
  }
  await touch("touchEnd");
}

/** Two fingers that move apart. */
async function pinch(page: Page, { x, y }: { x: number; y: number }) {
  const session = await page.context().newCDPSession(page);
  await session.send("Input.synthesizePinchGesture", {
    x,
    y,
    scaleFactor: 3,
    gestureSourceType: "touch",
  });
}

async function testTouch(t: Deno.TestContext, browser: Browser, url: string) {
  const page = await opened(browser, url, {
    viewport: { width: 390, height: 800 },
    isMobile: true,
    hasTouch: true,
  });
  const unigrams = pairedProbabilities(real, synthetic, "unigram");
  const point = { real: unigrams.real[0], synthetic: unigrams.synthetic[0] };
  const tooltip = page.locator("#unigram .tooltip");
  const scrolled = () => page.evaluate(() => scrollY);

  await t.step("a tap near a point shows its name, a tap elsewhere hides it", async () => {
    const { x, y } = await placeOf(page, "unigram", point);
    await page.touchscreen.tap(x + 12, y + 12);
    await tooltip.waitFor({ state: "visible" });
    assertStringIncludes(await tooltip.innerText(), commonCode.description);
    await page.touchscreen.tap(x - 150, y + 20);
    await tooltip.waitFor({ state: "hidden" });
  });

  await t.step("a swipe that starts on a scatter scrolls the page, and moves no axis", async () => {
    const { x, y } = await placeOf(page, "unigram", point);
    const [from, before] = [await scrolled(), await tickLabels(page, "unigram", "x")];
    await swipe(page, { x: x - 40, y: y + 40 }, 150);
    assertGreater(await scrolled(), from + 50);
    assertEquals(await tickLabels(page, "unigram", "x"), before);
  });

  await t.step("two fingers zoom the scatter, and not the page", async () => {
    const { x, y } = await placeOf(page, "unigram", point);
    const before = await tickLabels(page, "unigram", "x");
    await pinch(page, { x: x - 80, y: y + 60 });
    await awaitTicks(page, ["unigram", "x"], (labels) => `${labels}` !== `${before}`);
    assertEquals(await page.evaluate(() => visualViewport?.scale), 1);
    await page.locator("#unigram [data-move=reset]").tap();
    await awaitTicks(page, ["unigram", "x"], (labels) => `${labels}` === `${before}`);
  });

  await t.step("a button zooms with one finger", async () => {
    const before = await tickLabels(page, "unigram", "x");
    await page.locator("#unigram [data-move=in]").tap();
    await awaitTicks(page, ["unigram", "x"], (labels) => `${labels}` !== `${before}`);
  });
  await page.context().close();
}

async function savedFile(
  page: Page,
  selector: string,
  format: string,
): Promise<[string, Uint8Array]> {
  const waiting = page.waitForEvent("download");
  await page.locator(`${selector} .save [data-format=${format}]`).click();
  const download = await waiting;
  return [download.suggestedFilename(), await Deno.readFile(await download.path())];
}

async function testSaving(t: Deno.TestContext, browser: Browser, url: string) {
  const page = await opened(browser, url, { colorScheme: "dark", acceptDownloads: true });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  /** Width and height of a PNG, from its header. */
  const sizes = (bytes: Uint8Array) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return [view.getUint32(16), view.getUint32(20)];
  };

  await t.step("a figure is saved as SVG, PNG and CSV, in the colours of print", async () => {
    const figure = "#figure-visits_per_record";
    const [svgName, svg] = await savedFile(page, figure, "svg");
    assertEquals(svgName, "visits_per_record.svg");
    assertStringIncludes(text(svg), 'fill="#0072b2"');
    assertStringIncludes(text(svg), "background:white");
    const [, png] = await savedFile(page, figure, "png");
    assertEquals(sizes(png), [3 * 420, 3 * 290]);
    const [, csv] = await savedFile(page, figure, "csv");
    const stored = join(new URL(".", url).pathname, "figures", "visits_per_record.csv");
    assertEquals(text(csv), await Deno.readTextFile(stored));
  });

  await t.step("a scatter is saved as it is seen, and all its points", async () => {
    const [name, svg] = await savedFile(page, "#same_visit_bigram", "svg");
    assertEquals(name, "same_visit_bigram.svg");
    assertStringIncludes(text(svg), "data:image/png;base64,");
    assertEquals(text(svg).includes("var(--"), false);
    const problem = await page.evaluate((source) => {
      const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
      return parsed.querySelector("parsererror")?.textContent ?? parsed.documentElement.tagName;
    }, text(svg));
    assertEquals(problem, "svg");
    const [, png] = await savedFile(page, "#same_visit_bigram", "png");
    const [width, height] = sizes(png);
    assert(width > 600 && height > 600);
    const [, csv] = await savedFile(page, "#same_visit_bigram", "csv");
    const pairs = pairedProbabilities(real, synthetic, "same_visit_bigram", { minCell: 10 });
    const [head, ...rows] = text(csv).trimEnd().split("\n");
    assertEquals(head, "first,first_description,second,second_description,real,synthetic");
    assertEquals(rows.length, pairs.real.length);
    assertStringIncludes(text(csv), commonCode.description);
  });
  await page.context().close();
}

async function testNavigation(t: Deno.TestContext, browser: Browser, url: string) {
  await t.step("the contents list leads to every section, and back to the top", async () => {
    const page = await opened(browser, url);
    const links = await page.locator("nav a").evaluateAll((all) =>
      all.map((link) => ({ to: link.getAttribute("href") ?? "", text: link.textContent }))
    );
    const headings = await page.locator("main section h2").allTextContents();
    assertEquals(links.map(({ text }) => text), headings);
    for (const { to, text } of links) {
      assertEquals(await page.locator(to).textContent(), text);
    }
    await page.locator("nav a").last().click();
    assertGreater(await page.evaluate(() => scrollY), 500);
    await page.locator(".to-top").click();
    await nextFrame(page);
    assertEquals(await page.evaluate(() => scrollY), 0);
    await page.context().close();
  });
}

testWith(chromium, "the pages work everywhere, in Chromium", async (executablePath, t) => {
  const folder = await Deno.makeTempDir();
  const browser = await launched(executablePath);
  try {
    const { report, comparison } = await writtenPages(folder);
    await testScreens(t, browser, ["report", report]);
    await testScreens(t, browser, ["comparison", comparison]);
    await testPaper(t, browser, ["report", report]);
    await testPaper(t, browser, ["comparison", comparison]);
    await testTouch(t, browser, report);
    await testSaving(t, browser, report);
    await testNavigation(t, browser, report);
    await testNavigation(t, browser, comparison);
  } finally {
    await browser.close();
    await Deno.remove(folder, { recursive: true });
  }
});
