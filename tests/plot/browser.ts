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

/**
 * A page of ours, once its script has started.
 *
 * @param context.sign what is there then; default what the script of reports and comparisons says
 */
export async function opened(
  browser: Browser,
  url: string,
  context: BrowserContextOptions & { readonly script?: string; readonly sign?: string } = {},
): Promise<Page> {
  const { script, sign = "html[data-ready]", ...options } = context;
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(10_000);
  if (script !== undefined) await page.addInitScript({ content: script });
  await page.goto(url);
  await page.waitForSelector(sign);
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

/** Windows of two widths, in the light and in the dark. */
export const screens = [
  { name: "1280 pixels, light", viewport: { width: 1280, height: 900 } },
  { name: "1280 pixels, dark", viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  { name: "390 pixels, light", viewport: { width: 390, height: 800 }, hasTouch: true },
  { name: "390 pixels, dark", viewport: { width: 390, height: 800 }, colorScheme: "dark" },
] as const;

/** Every text that is shown, with its contrast to what is behind it and its size in pixels. */
export function texts(page: Page): Promise<{ text: string; contrast: number; pixels: number }[]> {
  return page.evaluate(() => {
    type Colour = [red: number, green: number, blue: number, opacity: number];
    const colourOf = (css: string): Colour => {
      const [red = 0, green = 0, blue = 0, opacity = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
      return css === "none" ? [0, 0, 0, 0] : [red, green, blue, opacity];
    };
    const over = ([r, g, b, a]: Colour, [s, t, u]: Colour): Colour => [
      r * a + s * (1 - a),
      g * a + t * (1 - a),
      b * a + u * (1 - a),
      1,
    ];
    const luminance = ([r, g, b]: Colour) => {
      const [red, green, blue] = [r, g, b].map((each) => {
        const share = each / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element: Element): Colour => {
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        const colour = colourOf(getComputedStyle(at).backgroundColor);
        if (colour[3] === 1) return colour;
      }
      return [255, 255, 255, 1];
    };
    return [...document.querySelectorAll("body *")].flatMap((element) => {
      const own = [...element.childNodes].filter(({ nodeType }) => nodeType === 3);
      const text = own.map(({ nodeValue }) => nodeValue).join("").trim();
      const { width } = element.getBoundingClientRect();
      if (text === "" || width === 0 || element.closest("script, style, title, desc, metadata")) {
        return [];
      }
      const style = getComputedStyle(element);
      const isDrawn = element instanceof SVGElement;
      const ink = colourOf(isDrawn ? style.fill : style.color);
      if (isDrawn) ink[3] *= Number(style.fillOpacity);
      const ground = behind(element);
      const [a, b] = [luminance(over(ink, ground)), luminance(ground)].sort((x, y) => y - x);
      const scale = isDrawn && element instanceof SVGGraphicsElement
        ? Math.hypot(element.getScreenCTM()?.a ?? 1, element.getScreenCTM()?.b ?? 0)
        : 1;
      return [{
        text,
        contrast: (a + 0.05) / (b + 0.05),
        pixels: scale * parseFloat(style.fontSize),
      }];
    });
  });
}
