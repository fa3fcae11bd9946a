import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { colours, darkColours, wordColours } from "ehrloom/plot/figures/colours.ts";
import { printedColours } from "ehrloom/plot/report/page_script/canvas.ts";
import { pageStyle } from "ehrloom/plot/page/style.ts";

/** The contrast of two colours, as WCAG 2.2 defines it. */
function contrast(...pair: [string, string]): number {
  const [a, b] = pair.map((colour) => {
    const [red, green, blue] = [1, 3, 5].map((start) => {
      const share = parseInt(colour.slice(start, start + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }).sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}

/** The colours of grounds and inks of the page, in the light and in the dark. */
function schemes(): Map<string, string>[] {
  const blocks = [...pageStyle.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => block);
  return blocks.filter((block) => block.includes("--paper")).map((block) =>
    new Map(Array.from(
      block.matchAll(/(--[a-z]+): (#[0-9a-f]+);/g),
      ([, name, value]) => [name, value.length === 4 ? value.replace(/[0-9a-f]/g, "$&$&") : value],
    ))
  );
}

Deno.test("words of figures have a contrast of 4.5 on white", () => {
  assertEquals(contrast("#000000", "#ffffff"), 21);
  for (const colour of Object.values(wordColours)) {
    assertGreaterOrEqual(contrast(colour, "#ffffff"), 4.5, colour);
  }
});

Deno.test("the page's texts have a contrast of 4.5 on all its grounds, light and dark", () => {
  const [light, dark, ...others] = schemes();
  assertEquals(others, []);
  for (const [scheme, words] of [[light, wordColours], [dark, darkColours]] as const) {
    const grounds = ["--paper", "--card", "--tint"].map((name) => scheme.get(name) ?? "");
    const inks = ["--ink", "--soft"].map((name) => scheme.get(name) ?? "");
    assert([...grounds, ...inks].every((colour) => /^#[0-9a-f]{6}$/.test(colour)));
    for (const ground of grounds) {
      for (const ink of [...inks, ...Object.values(words)]) {
        assertGreaterOrEqual(contrast(ink, ground), 4.5, `${ink} on ${ground}`);
      }
    }
  }
});

Deno.test("scatters are printed in the colours of figures", () => {
  const { real, synthetic } = colours;
  assertEquals(printedColours, { real, synthetic });
});
