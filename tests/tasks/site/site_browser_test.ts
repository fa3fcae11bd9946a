/** The book in Chromium, from the disk and without a network: what it requests, its search, its look. */
import { assert, assertEquals } from "@std/assert";
import axe, { type AxeResults } from "axe-core";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inFolder } from "../../folder.ts";
import { launched } from "../../plot/browser.ts";
import { chromium, testWith } from "../../wants.ts";
import { builtSite } from "./pages.ts";

const shown = [
  "index.html",
  "notebooks/01-first-cohort.html",
  "docs/results.html",
  "docs/publishing.html",
  "notebooks/06-halo-from-the-inside.html",
  "models/halo.html",
  "models/gpt.html",
  "measures/fidelity/unigram.html",
];

const screens = [
  { viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  { viewport: { width: 390, height: 844 }, colorScheme: "light" },
  { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
] as const;

testWith(chromium, "the book in a browser", (executablePath, t) =>
  inFolder(async (folder) => {
    await builtSite(folder);
    const address = (path: string) => pathToFileURL(join(folder, path)).href;
    const browser = await launched(executablePath);
    try {
      for (const screen of screens) {
        const { viewport: { width }, colorScheme } = screen;
        await t.step(
          `${width} pixels, ${colorScheme}: nothing leaves, sticks out or is hard to read`,
          async () => {
            const page = await (await browser.newContext(screen)).newPage();
            await page.addInitScript({ content: axe.source });
            const problems: string[] = [];
            page.on("request", (request) => {
              if (!/^(file|data):/.test(request.url())) problems.push(request.url());
            });
            page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`));
            page.on("pageerror", (error) => problems.push(error.message));
            for (const path of shown) {
              await page.goto(address(path));
              const found = await page.evaluate(async () => {
                const { violations } = await Reflect.get(globalThis, "axe")
                  .run({ preload: false }) as AxeResults; // it would request the style again
                return {
                  sticksOut: document.documentElement.scrollWidth - innerWidth,
                  violations: violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
                };
              });
              assert(found.sticksOut <= 0, `${path}: ${found.sticksOut} pixels`);
              assertEquals(found.violations.map((text) => text.slice(0, 200)), [], path);
            }
            assertEquals(problems, []);
          },
        );
      }

      await t.step("the search finds a word, and leads to where it is", async () => {
        const page = await (await browser.newContext()).newPage();
        page.setDefaultTimeout(10_000);
        await page.goto(address("models/halo.html"));
        await page.fill("#search", "prevalence");
        const links = page.locator("#found a");
        await links.first().waitFor();
        const texts = await page.locator("#found li").allTextContents();
        assert(texts.every((text) => /prevalence/i.test(text)), texts.join("\n"));
        await links.first().click();
        assert(/prevalence/i.test(await page.innerText("main")));
        await page.fill("#search", "xyzzy");
        await page.getByText("Nothing was found").waitFor();
      });

      await t.step("the search finds functions of the API", async () => {
        const page = await (await browser.newContext()).newPage();
        page.setDefaultTimeout(10_000);
        await page.goto(address("docs/results.html"));
        await page.fill("#search", "generateParts");
        const link = page.locator("#found a", { hasText: "API: generateParts()" });
        await link.click();
        assertEquals(await page.title(), "generateParts - default - ehrloom documentation");
      });

      await t.step("a telephone's contents are behind a button", async () => {
        const page = await (await browser.newContext(screens[2])).newPage();
        await page.goto(address("docs/results.html"));
        const results = page.locator("nav [aria-current]");
        assertEquals(await results.isVisible(), false);
        await page.click("text=Contents");
        assertEquals(await results.isVisible(), true);
      });
    } finally {
      await browser.close();
    }
  }));
