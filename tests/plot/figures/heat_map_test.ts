import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { parseHTML } from "linkedom";
import { heatMap, type HeatMapContents } from "ehrloom/plot/figures/heat_map.tsx";

function shown(contents: HeatMapContents) {
  const output = heatMap(contents)[Symbol.for("Jupyter.display")]();
  const { document } = parseHTML(`<html><body>${output["text/html"]}</body></html>`);
  const cells = [...document.querySelectorAll("td")];
  const styles = cells.map((cell) =>
    Object.fromEntries(
      (cell.getAttribute("style") ?? "").split(";").filter(Boolean)
        .map((part) => part.split(":").map((text) => text.trim())),
    )
  );
  return { plain: output["text/plain"], html: output["text/html"], cells, styles };
}

/** The colour of the only row's cells of some values. */
function backgrounds(values: readonly (number | null)[]): (string | undefined)[] {
  const columns = values.map((_, i) => `c${i}`);
  return shown({ columns, rows: [{ name: "r", cells: values }] }).styles
    .map((style) => style["background-color"]);
}

Deno.test("heatMap() goes from white for 0 to blue for the largest and orange for the lowest", () => {
  assertEquals(backgrounds([0, 1, 2]), ["#ffffff", "#80b9d9", "#0072b2"]);
  // on one scale: −1 is half as strong as 2
  assertEquals(backgrounds([-1, -2, 2]), ["#d9a780", "#b34f00", "#0072b2"]);
});

Deno.test("heatMap() leaves cells without a value without a colour", () => {
  assertEquals(backgrounds([null, 1]), [undefined, "#0072b2"]);
  assertEquals(backgrounds([0, 0]), ["#ffffff", "#ffffff"]);
});

Deno.test("heatMap() writes in each cell at least 4.5 to 1 against its colour", () => {
  const channel = (hex: string) => {
    const share = parseInt(hex, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const luminance = (colour: string) =>
    0.2126 * channel(colour.slice(1, 3)) + 0.7152 * channel(colour.slice(3, 5)) +
    0.0722 * channel(colour.slice(5, 7));
  const values = Array.from({ length: 201 }, (_, i) => (i - 100) / 100);
  const columns = values.map(String);
  for (const style of shown({ columns, rows: [{ name: "r", cells: values }] }).styles) {
    const [a, b] = [style["background-color"], style.color].map(luminance);
    assertGreater((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), 4.5);
  }
});

Deno.test("heatMap() shows a number, or the cell's own text and title, as text", () => {
  const markup = `<b onclick="x">bold</b>`;
  const { plain, html, cells } = shown({
    corner: "visit",
    columns: ["a", markup],
    rows: [{ name: "1", cells: [0.12345, { value: 3, text: "3 ●", title: markup }] }],
  });
  assertEquals(plain, `visit\ta\t${markup}\n1\t0.12\t3 ●`);
  assertEquals(cells.map(({ textContent }) => textContent), ["0.12", "3 ●"]);
  assertEquals(cells[1].getAttribute("title"), markup);
  assert(!html.includes("<b"));
});

Deno.test("heatMap() refuses rows of another length, and what is no number", () => {
  assertThrows(
    () => heatMap({ columns: ["a", "b"], rows: [{ name: "first", cells: [1] }] }),
    RangeError,
    'row "first" has 1 cells, but there are 2 columns',
  );
  assertThrows(
    () => heatMap({ columns: ["a"], rows: [{ name: "first", cells: [NaN] }] }),
    RangeError,
    "a value is NaN, must be finite",
  );
});
