/** A dossier in Chromium: on screens of two widths, in the light and in the dark, and on paper. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser } from "playwright-core";
import { writeDossier } from "ehrloom";
import { inFolder } from "../../folder.ts";
import { chromium, testWith } from "../../wants.ts";
import { axeComplaints, launched, opened, screens, texts } from "../browser.ts";
import { audited, nothingFound, report, run, sources, told } from "./fixture.ts";
import { privacyRecord } from "../../evaluate/run_of.ts";

/** Every kind of finding, labels, a promise and what contradicts it. */
const everything = sources({
  run: run({ privacy: privacyRecord }),
  report: report({
    ...audited(3).privacy ?? nothingFound,
    membership_by_distance: { records: 300, corrected: told(0.7), published: null, left_out: [] },
    linkability: null,
  }),
  cohort: {
    patients: { train: 200, validation: 100, test: 1000 },
    visits: 5000,
    events: 9000,
    values: 0,
    codes: 50,
    labels: [{ label: "chronic_obstructive_pulmonary_disease", patients: 20 }],
    rareLabels: 1,
    rareCodes: 4,
    patientsWithRareCodes: 12,
  },
});

async function testScreens(t: Deno.TestContext, browser: Browser, url: string) {
  for (const { name: screen, ...context } of screens) {
    await t.step(`at ${screen}: axe finds nothing, and all can be read`, async () => {
      const page = await opened(browser, url, { ...context, script: axe.source, sign: "main" });
      assertEquals(await axeComplaints(page), []);
      const shown = await texts(page);
      assertGreater(shown.length, 100);
      assert(shown.some(({ text }) => text === "more than the control"));
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

/** Millimetres of A4 in the points of a PDF. */
const points = (millimetres: number) => millimetres / 25.4 * 72;

async function testPaper(t: Deno.TestContext, browser: Browser, url: string) {
  await t.step("on paper: nothing is cut, all is light, there are lines to write on", async () => {
    const width = Math.floor((210 - 32) / 25.4 * 96); // A4 between its margins, at 96 per inch
    const viewport = { width, height: 1000 };
    const page = await opened(browser, url, { viewport, colorScheme: "dark", sign: "main" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const found = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      const isCut = (each: Element) => each.getBoundingClientRect().right > width + 1;
      const blanks = [...document.querySelectorAll(".blank")];
      return {
        cut: [...document.querySelectorAll("p, li, th, td, dd, code, svg")].filter(isCut)
          .map(({ textContent }) => textContent),
        ink: getComputedStyle(document.body).color,
        moves: [...document.querySelectorAll(".to-top, .answer a")]
          .filter((each) => each.getClientRects().length > 0).length,
        contents: document.querySelector("nav")?.getClientRects().length,
        lines: blanks.length,
        flat: blanks.filter((each) => each.getBoundingClientRect().height < 20).length,
      };
    });
    assertEquals(found, {
      cut: [],
      ink: "rgb(35, 39, 43)",
      moves: 0,
      contents: 1,
      lines: 21,
      flat: 0,
    });
    assertEquals((await texts(page)).filter(({ contrast }) => contrast < 4.5), []);
    await page.context().close();
  });

  await t.step("its PDF has pages of A4, not too many", async () => {
    const page = await opened(browser, url, { sign: "main" });
    const pdf = new TextDecoder("latin1").decode(await page.pdf({ preferCSSPageSize: true }));
    const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
    assert(boxes.length >= 6 && boxes.length <= 12, `${boxes.length} pages`);
    for (const [, width, height] of boxes) {
      assert(Math.abs(Number(width) - points(210)) < 1, width);
      assert(Math.abs(Number(height) - points(297)) < 1, height);
    }
    await page.context().close();
  });
}

testWith(
  chromium,
  "a dossier works on screens and on paper, in Chromium",
  (executablePath, t) =>
    inFolder(async (folder) => {
      const path = join(folder, "dossier.html");
      await writeDossier(path, everything);
      const url = pathToFileURL(path).href;
      const browser = await launched(executablePath);
      try {
        await testScreens(t, browser, url);
        await testPaper(t, browser, url);
      } finally {
        await browser.close();
      }
    }),
);
