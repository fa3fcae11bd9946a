/** The page to play with in Chromium: it draws what the library draws, and everybody can use it. */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { generate, playPage, random, recordLists, splitOf, useBackend, withSplits } from "ehrloom";
import { recordCounts } from "ehrloom/cohort/code_counts.ts";
import { growingCohort } from "ehrloom/play/futures.ts";
import { recordLosses } from "ehrloom/play/losses.ts";
import { drawnPatient, playerOf, prefixProbabilities } from "ehrloom/play/player.ts";
import { percent } from "ehrloom/play/page/game.ts";
import { randomRun } from "../generate/random_run.ts";
import { axeComplaints, launched, opened } from "../plot/browser.ts";
import { playProgram } from "../../tasks/play/bundle.ts";
import { chromium, testWith } from "../wants.ts";

await useBackend("wasm");

const sizes = { codes: 12, labels: 2, context: 12, width: 8 };
const run = randomRun(sizes, 3, (column) => column < 3 ? 0 : column < 14 ? -0.8 : -1.5);

const drawn = await generate(run, { count: 40, seed: 9 });
const real = withSplits(drawn.cohort, random(1));

/** Writes the page and gives its address. */
async function writtenPage(folder: string): Promise<string> {
  const path = join(folder, "play.html");
  await Deno.writeTextFile(path, await playPage(run, await playProgram(), { real, minCell: 1 }));
  return pathToFileURL(path).href;
}

/** The visits of a patient of the library, by the names of codes. */
async function visitsOf(number: number, labels = {}): Promise<string[][]> {
  const { cohort } = await generate(run, { count: 1, first: number, seed: 1, labels });
  const { descriptions } = run.vocabulary;
  return recordLists(cohort, 0).visits.map((codes) => codes.map((code) => descriptions[code]));
}

/** The visits that the page shows. */
async function shownVisits(page: Page): Promise<string[][]> {
  const visits = await page.locator(".timeline > li").all();
  return await Promise.all(visits.map((visit) => visit.locator(".code").allTextContents()));
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Waits until a list has other texts than before. */
async function awaitText(page: Page, selector: string, wanted: RegExp): Promise<string> {
  await page.locator(selector, { hasText: wanted }).first().waitFor();
  return await page.locator(selector).first().innerText();
}

testWith(chromium, "the page to play with, in Chromium", async (path, t) => {
  const folder = await Deno.makeTempDir();
  const browser = await launched(path);
  try {
    const address = await writtenPage(folder);
    const page = await opened(browser, address, { viewport: { width: 1280, height: 900 } });
    const problems: string[] = [];
    page.on("pageerror", ({ message }) => problems.push(message));
    page.on("request", (request) => problems.push(request.url().slice(0, 80)));

    await t.step("it draws the patients that generate() draws with the same seed", async () => {
      for (let number = 0; number < 3; number++) {
        await awaitText(page, "h3", new RegExp(`^Patient ${number + 1}$`));
        const wanted = await visitsOf(number);
        assertEquals(await shownVisits(page), wanted.slice(0, 1));
        if (wanted.length > 1) await button(page, "Draw the next visit").click();
        if (wanted.length > 1) assertEquals(await shownVisits(page), wanted.slice(0, 2));
        if (wanted.length > 2) await button(page, "Draw all visits").click();
        assertEquals(await shownVisits(page), wanted);
        await button(page, "New patient").click();
      }
    });

    await t.step("labels that are set are given to the model", async () => {
      await button(page, "Restart with seed").click();
      await awaitText(page, "h3", /^Patient 1$/);
      const choices = page.locator(".labels select");
      await choices.nth(0).selectOption("1");
      await choices.nth(1).selectOption("1");
      const wanted = await visitsOf(0, { "label 0": 1, "label 1": 1 });
      for (let tries = 0; tries < 100; tries++) { // the patient is drawn meanwhile
        if (JSON.stringify(await shownVisits(page)) === JSON.stringify(wanted.slice(0, 1))) break;
        await page.waitForTimeout(50);
      }
      if (wanted.length > 1) await button(page, "Draw all visits").click();
      assertEquals(await shownVisits(page), wanted);
    });

    await t.step("an edited visit has futures of its own, beside those of the record", async () => {
      await button(page, "Restart with seed").click();
      await awaitText(page, "h3", /^Patient 1$/);
      await page.locator(".editor .code button").first().click();
      await page.getByLabel("Add a code").fill("code 11");
      await button(page, "Add").click();
      assert((await page.locator(".editor .code").allTextContents()).includes("code 11×"));
      await button(page, "Draw 200 futures").click();
      await awaitText(page, "section:has(#future) .status", /200 futures drawn of each record/);
      const figures = page.locator("section:has(#future) .bars .figure");
      assertEquals(await figures.count(), 12);
      for (const text of await figures.allTextContents()) {
        assertEquals(text.match(/% \(.*? to .*?%\)/g)?.length, 2, text);
      }
    });

    await t.step("the loss of each code of the edited record, in colour and in nats", async () => {
      const { labels, visits } = await drawnPatient(playerOf(run), { seed: 1, number: 0 });
      const codes = [...visits[0].codes.slice(1), 11].filter((code, i, all) =>
        all.indexOf(code) === i
      ); // as edited in the step before
      const isWhole = visits.length === 1;
      const rows = await recordLosses(playerOf(run), { labels, visits: [codes] }, { isWhole });
      const total = rows.flatMap(({ losses }) => [...losses]).reduce((a, b) => a + b);
      const wanted = new RegExp(`The edited record costs ${total.toFixed(1)} nats in all`);
      await awaitText(page, "section:has(#loss) .status", wanted);
      const chip = page.locator(".losses > li:nth-child(2) .loss:not(:has(s))", {
        hasText: "code 11",
      });
      const loss = rows[1].losses[11];
      assertEquals(await chip.locator(".figure").innerText(), loss.toFixed(1));
      assertStringIncludes(await chip.getAttribute("title") ?? "", "it came with probability");
      const share = await chip.evaluate((element) =>
        (element as HTMLElement).style.getPropertyValue("--surprise")
      );
      assertAlmostEquals(parseFloat(share), 45 * Math.min(1, loss / 6), 1e-3);
    });

    await t.step("→ draws the next code, with its probability and random number", async () => {
      const { steps, visits: [{ step }] } = await drawnPatient(playerOf(run), {
        seed: 1,
        number: 0,
      });
      const { row, uniforms } = steps[step];
      await page.getByRole("button", { name: "→ Next code" }).focus();
      for (let column = 0; column < 4; column++) {
        await page.keyboard.press("ArrowRight");
        const text = await awaitText(
          page,
          "section:has(#head) .draw",
          new RegExp(`${column + 1} of`),
        );
        assertStringIncludes(text, `random number ${uniforms?.[column].toFixed(3)}`);
        assertStringIncludes(text, row.includes(column) ? ": on" : ": off");
      }
      await page.keyboard.press("ArrowRight");
      const head = "section:has(#head) .bars";
      const names = await page.locator(`${head} .name`).allTextContents();
      assertEquals(names.length, 8);
      const onSoFar = row.filter((column) => column <= 4);
      const now = (await prefixProbabilities(playerOf(run), steps.slice(0, step), onSoFar)).at(-1);
      const later = [5, 6, 7, 8, 9, 10, 11].filter((code) => names.includes(`code ${code}`));
      assert(later.length > 0);
      for (const column of later) {
        const name = page.getByText(`code ${column}`, { exact: true });
        const figure = page.locator(`${head} li`, { has: name }).locator(".figure");
        const [shown] = (await figure.innerText()).split("→").slice(-1);
        assertEquals(shown.trim(), percent(now?.[column] ?? NaN));
      }
      const last = page.locator(".passes li").last();
      assertStringIncludes(await last.innerText(), "changes nothing");
    });

    await t.step("the triangle says who sees whom, for the pointer and the sliders", async () => {
      const frame = page.locator(".triangle .frame");
      const box = await frame.boundingBox();
      assert(box !== null);
      const says = "section:has(#mask) .draw";
      await frame.hover({ position: { x: box.width * 0.04, y: box.height * 0.96 } });
      assertStringIncludes(await awaitText(page, says, /sees/), "code 11 (place 12) sees code 0");
      await frame.hover({ position: { x: box.width * 0.96, y: box.height * 0.04 } });
      await awaitText(page, says, /code 0 \(place 1\) does not see code 11/);
      await page.getByLabel("Code that is drawn").press("End");
      await awaitText(page, says, /code 11 does not see itself/);
    });

    await t.step("a hundred patients come in, with R²", async () => {
      await button(page, "Draw 100 patients").click();
      const training = splitOf(real, "train");
      const prevalences = Array.from(recordCounts(training), (n) => n / training.recordCount);
      const asked = { count: 100, seed: 1 };
      const grown = await Array.fromAsync(growingCohort(playerOf(run), prevalences, asked));
      const figure = grown.at(-1)?.r2.toFixed(3);
      const wanted = new RegExp(`100 patients: R² = ${figure}`);
      await awaitText(page, "section:has(#cohort) .status", wanted);
      assertEquals(await page.locator(".plot").first().locator("circle").count(), sizes.codes);
      const points = await page.locator(".plot polyline").getAttribute("points");
      assertEquals(points?.split(" ").length, 20);
    });

    await t.step("no request leaves the page, and nothing fails", () => {
      // the engine's bytes are in the page, too
      assertEquals(problems.filter((text) => !text.startsWith("data:")), []);
    });
    await page.context().close();

    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [1280, 390]) {
        await t.step(`axe finds nothing at ${width} pixels, ${colorScheme}`, async () => {
          const context = { viewport: { width, height: 900 }, colorScheme, script: axe.source };
          const shown = await opened(browser, address, context);
          await button(shown, "Draw all visits").click();
          await button(shown, "Draw 200 futures").click();
          await awaitText(shown, "section:has(#future) .status", /200 futures drawn/);
          await button(shown, "Draw 100 patients").click();
          await awaitText(shown, "section:has(#cohort) .status", /100 patients/);
          assertEquals(await axeComplaints(shown), []);
          const overflow = await shown.evaluate(() =>
            document.documentElement.scrollWidth - innerWidth
          );
          assertEquals(overflow, 0);
          await shown.context().close();
        });
      }
    }
  } finally {
    await browser.close();
    await Deno.remove(folder, { recursive: true });
  }
});
