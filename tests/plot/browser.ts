/**
 * Chromium as the tests of pages use it.
 *
 * @module
 */
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser; the caller closes it. */
export function launched(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args });
}

/** A page of ours, once its script has started. */
export async function opened(
  browser: Browser,
  url: string,
  context: BrowserContextOptions & { readonly script?: string } = {},
): Promise<Page> {
  const { script, ...options } = context;
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(10_000);
  if (script !== undefined) await page.addInitScript({ content: script });
  await page.goto(url);
  await page.waitForSelector("html[data-ready]");
  return page;
}

/** The page has drawn what it was told to draw. */
export function nextFrame(page: Page): Promise<void> {
  return page.evaluate(() =>
    new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))
  );
}

/** Labels of an axis of a scatter, in order. */
export function tickLabels(page: Page, kind: string, axis: "x" | "y"): Promise<string[]> {
  return page.locator(`#${kind} .${axis}.axis .tick text`).allTextContents();
}

/** Labels of an axis once they are as wanted; page.waitForFunction needs eval, which the page bans. */
export async function awaitTicks(
  page: Page,
  [kind, axis]: [string, "x" | "y"],
  isWanted: (labels: string[]) => boolean,
): Promise<string[]> {
  for (let frames = 0; frames < 300; frames++) {
    const labels = await tickLabels(page, kind, axis);
    if (isWanted(labels)) return labels;
    await nextFrame(page);
  }
  throw new Error(`The ${axis} axis of ${kind} stays at ${await tickLabels(page, kind, axis)}`);
}

/** Where a point stands on the screen, by the first and last tick of linear axes. */
export async function placeOf(
  page: Page,
  kind: string,
  point: { real: number; synthetic: number },
): Promise<{ x: number; y: number }> {
  await page.locator(`#${kind} .frame`).evaluate((frame) =>
    frame.scrollIntoView({ block: "center" })
  );
  const along = async (axis: "x" | "y", value: number) => {
    const ticks = await page.locator(`#${kind} .${axis}.axis .tick`).evaluateAll(
      (all, isX) =>
        all.map((tick) => {
          const { e, f } = (tick as SVGGElement).getScreenCTM() ?? { e: NaN, f: NaN };
          return { value: Number(tick.textContent), pixel: isX ? e : f };
        }),
      axis === "x",
    );
    const [first, last] = [ticks[0], ticks[ticks.length - 1]];
    const pixels = (last.pixel - first.pixel) / (last.value - first.value);
    return first.pixel + (value - first.value) * pixels;
  };
  return { x: await along("x", point.real), y: await along("y", point.synthetic) };
}

/** What axe, put into the page as its script, has against it: rules, each with what breaks it. */
export async function axeComplaints(page: Page): Promise<string[]> {
  const found = await page.evaluate(async () => {
    // the init script has put axe into the page, where its import is not
    const { violations } = await Reflect.get(globalThis, "axe").run() as AxeResults;
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
  return found.map((text) => text.slice(0, 300));
}
