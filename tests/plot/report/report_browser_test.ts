/** The report as its readers meet it: in Chromium, driven through its own debugging protocol. */
import { assert, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { subset } from "ehrloom";
import { heldOutProbabilities } from "ehrloom/evaluate/fidelity/held_out_probabilities.ts";
import { pairedProbabilities } from "ehrloom/evaluate/fidelity/paired_probabilities.ts";
import { probabilityText } from "ehrloom/plot/figures/probability_axes.ts";
import { writeReport } from "ehrloom/plot/report/report.ts";
import { chromium, testWith } from "../../wants.ts";
import { awaitTicks, launched, nextFrame, placeOf, tickLabels } from "../browser.ts";
import { commonCode, markup, smallReport } from "../fixture.ts";

/** How many pixels of a scatter have the colour of points that light up. */
function litPixels(page: Page, kind: string): Promise<number> {
  return page.locator(`#${kind} canvas.lit`).evaluate((canvas) => {
    // A copy is read, since Chromium complains of canvases that are drawn and read often.
    const { width, height } = canvas as HTMLCanvasElement;
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    copy?.drawImage(canvas as HTMLCanvasElement, 0, 0);
    const pixels = copy?.getImageData(0, 0, width, height).data ?? [];
    let lit = 0;
    for (let i = 0; i < pixels.length; i += 4) {
      if (pixels[i + 3] > 150 && pixels[i] > 180 && pixels[i + 2] < 60) lit++;
    }
    return lit;
  });
}

testWith(chromium, "the report's scatters work in Chromium", async (executablePath, t) => {
  const folder = join(await Deno.makeTempDir(), "report");
  const { report, sources } = await smallReport();
  const heldOut = subset(sources.real, Array.from({ length: 60 }, (_, record) => record));
  await writeReport(folder, report, { ...sources, heldOut });
  const browser = await launched(executablePath);
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    page.on("request", (request) => requests.push(request.url()));
    const url = pathToFileURL(join(folder, "report.html")).href;
    await page.goto(url);
    await page.waitForSelector("html[data-ready]");
    const unigrams = pairedProbabilities(sources.real, sources.synthetic, "unigram");
    const pointOf = (code: number) => {
      const index = unigrams.first.indexOf(code);
      return { real: unigrams.real[index], synthetic: unigrams.synthetic[index] };
    };
    const tooltip = page.locator("#unigram .tooltip");

    await t.step("the page is no wider than its window, wide or narrow", async () => {
      const overhang =
        "document.documentElement.scrollWidth - document.documentElement.clientWidth";
      for (const width of [360, 1200]) {
        await page.setViewportSize({ width, height: 900 });
        await nextFrame(page);
        assertEquals(await page.evaluate(overhang), 0, `${width} pixels`);
      }
    });

    await t.step("hovering over a point names its code and both probabilities", async () => {
      const point = pointOf(0);
      const { x, y } = await placeOf(page, "unigram", point);
      await page.mouse.move(x, y);
      await tooltip.waitFor({ state: "visible" });
      const text = await tooltip.innerText();
      assertStringIncludes(text, commonCode.description);
      assertStringIncludes(text, commonCode.code);
      assertStringIncludes(text, `real ${Number(point.real.toPrecision(3))}`);
      assertStringIncludes(text, `synthetic ${Number(point.synthetic.toPrecision(3))}`);
    });

    await t.step("hovering over empty space names nothing", async () => {
      const { x, y } = await placeOf(page, "unigram", { real: 0.5, synthetic: 0.1 });
      await page.mouse.move(x, y);
      await tooltip.waitFor({ state: "hidden" });
    });

    await t.step("lists and points tell the probability among held-out records", async () => {
      const values = await page.locator("#unigram .points li > span").allTextContents();
      const number = "[0-9.×⁻¹²³⁴⁵⁶⁷⁸⁹⁰]+";
      const isOfThree = new RegExp(
        `^real ${number}, held-out(: too few patients| ${number}), synthetic ${number}$`,
      );
      assert(values.length > 0 && values.every((text) => isOfThree.test(text)), values.join("; "));
      const [share] = heldOutProbabilities(heldOut, { ...unigrams, first: Uint32Array.of(1) }, 10);
      const { x, y } = await placeOf(page, "unigram", pointOf(1));
      await page.mouse.move(x, y);
      await tooltip.waitFor({ state: "visible" });
      assertEquals(
        await tooltip.locator(".held-out").textContent(),
        `held-out ${probabilityText(share, 3)}`,
      );
    });

    await t.step("markup in a description is shown as plain text", async () => {
      const { x, y } = await placeOf(page, "unigram", pointOf(1));
      await page.mouse.move(x, y);
      await tooltip.waitFor({ state: "visible" });
      assertStringIncludes(await tooltip.locator(".name").textContent() ?? "", markup);
      assertEquals(await page.locator("b, img").count(), 0);
      assertStringIncludes(await page.locator("pre").textContent() ?? "", "<b>bold</b>");
      assertEquals(await page.evaluate("globalThis.broken"), undefined);
    });

    await t.step("the wheel scrolls the page, and zooms with Ctrl", async () => {
      const before = await tickLabels(page, "unigram", "x");
      const { x, y } = await placeOf(page, "unigram", { real: 0.1, synthetic: 0.1 });
      const scrolled = () => page.evaluate(() => scrollY);
      const from = await scrolled();
      await page.mouse.move(x, y);
      await page.mouse.wheel(0, -120); // down, D3 would leave it to the page anyway
      for (let frames = 0; frames < 100 && await scrolled() === from; frames++) {
        await nextFrame(page);
      }
      assertLess(await scrolled(), from);
      assertEquals(await tickLabels(page, "unigram", "x"), before);
      const there = await placeOf(page, "unigram", { real: 0.1, synthetic: 0.1 });
      await page.mouse.move(there.x, there.y);
      await page.keyboard.down("Control");
      await page.mouse.wheel(0, -80);
      await page.keyboard.up("Control");
      await awaitTicks(page, ["unigram", "x"], (labels) => `${labels}` !== `${before}`);
      await page.locator("#unigram [data-move=reset]").focus();
      await page.keyboard.press("Enter");
      await awaitTicks(page, ["unigram", "x"], (labels) => `${labels}` === `${before}`);
    });

    await t.step("after a click the wheel zooms, and dragging moves: the axes follow", async () => {
      const before = await tickLabels(page, "unigram", "x");
      const { x, y } = await placeOf(page, "unigram", { real: 0.1, synthetic: 0.1 });
      await page.mouse.click(x, y);
      await page.mouse.wheel(0, -800);
      const range = (labels: string[]) => Number(labels.at(-1)) - Number(labels[0]);
      const isZoomed = (labels: string[]) => 2 * range(labels) < range(before);
      const zoomed = await awaitTicks(page, ["unigram", "x"], isZoomed);
      await awaitTicks(page, ["unigram", "y"], isZoomed);

      await page.mouse.down();
      await page.mouse.move(x - 120, y + 60, { steps: 4 });
      await page.mouse.up();
      const isMoved = (labels: string[]) => Number(labels.at(-1)) > Number(zoomed.at(-1));
      const moved = await awaitTicks(page, ["unigram", "x"], isMoved);
      assert(isZoomed(moved));

      // After a drag D3 swallows clicks until a timer of 0 ms; a busy machine may run it late
      await page.evaluate(() => new Promise((done) => setTimeout(done)));
      await page.locator("#unigram [data-move=reset]").focus();
      await page.keyboard.press("Enter");
      await awaitTicks(page, ["unigram", "x"], (labels) => `${labels}` === `${before}`);
    });

    await t.step("after zooming, points are still found where they are drawn", async () => {
      const point = pointOf(2);
      const { x, y } = await placeOf(page, "unigram", point);
      await page.mouse.click(x, y);
      await page.mouse.wheel(0, -500);
      await page.locator("#unigram .tooltip").waitFor({ state: "hidden" });
      const zoomed = await placeOf(page, "unigram", point);
      await page.mouse.move(zoomed.x + 2, zoomed.y);
      await tooltip.waitFor({ state: "visible" });
      assertStringIncludes(await tooltip.innerText(), "RxNorm//1000");
    });

    await t.step("the keyboard zooms, moves and resets", async () => {
      const axis: [string, "y"] = ["sequential_bigram", "y"];
      await page.locator("#sequential_bigram .frame").focus();
      const before = await tickLabels(page, ...axis);
      for (let i = 0; i < 4; i++) await page.keyboard.press("+");
      const top = (labels: string[]) => Number(labels.at(-1));
      const zoomed = await awaitTicks(page, axis, (labels) => top(labels) < top(before));
      for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowUp");
      await awaitTicks(page, axis, (labels) => top(labels) > top(zoomed));
      await page.keyboard.press("Escape");
      await awaitTicks(page, axis, (labels) => `${labels}` === `${before}`);
    });

    await t.step("a search lights up the points of matching codes, in all scatters", async () => {
      assertEquals(await litPixels(page, "same_visit_bigram"), 0);
      await page.fill("input[type=search]", "HYPERtension essential");
      await page.getByText("1 code", { exact: true }).waitFor();
      const status = await page.locator("#unigram .status").textContent();
      assertEquals(status, `1 of ${unigrams.first.length} points match`);
      await nextFrame(page);
      assertGreater(await litPixels(page, "same_visit_bigram"), 20);
      const listed = await page.locator("#sequential_bigram .points button").allTextContents();
      assert(listed.length > 0 && listed.every((name) => name.includes(commonCode.description)));
      await page.fill("input[type=search]", "no such code");
      await page.getByText("0 codes", { exact: true }).waitFor();
      await page.fill("input[type=search]", "");
    });

    await t.step("logarithmic axes have powers of ten and a place for zero", async () => {
      const before = await tickLabels(page, "same_visit_bigram", "x");
      await page.getByLabel("logarithmic").check();
      const isLog = (labels: string[]) => labels[0] === "0" && labels.includes("0.01");
      const after = await awaitTicks(page, ["same_visit_bigram", "x"], isLog);
      assert(after.slice(1).every((label) => /^(1|0\.0*1|10⁻.)$/.test(label)));
      await page.getByRole("button", { name: "Reset all" }).click();
      const isBefore = (labels: string[]) => `${labels}` === `${before}`;
      await awaitTicks(page, ["same_visit_bigram", "x"], isBefore);
    });

    await t.step("figures on their own are well-formed SVG", async () => {
      for await (const { name } of Deno.readDir(join(folder, "figures"))) {
        if (!name.endsWith(".svg")) continue;
        const svg = await Deno.readTextFile(join(folder, "figures", name));
        const problem = await page.evaluate((text) => {
          const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
          return parsed.querySelector("parsererror")?.textContent ?? parsed.documentElement.tagName;
        }, svg);
        assertEquals(problem, "svg", name);
      }
    });

    await t.step("nothing was requested but the page, and no one complained", () => {
      assertEquals(requests.filter((request) => request !== url && request !== "data:,"), []);
      assertEquals(complaints, []);
    });
  } finally {
    await browser.close();
    await Deno.remove(join(folder, ".."), { recursive: true });
  }
});
