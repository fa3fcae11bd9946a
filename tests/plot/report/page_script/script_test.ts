import { assertEquals } from "@std/assert";
import detectGlobals from "acorn-globals";
import { pageScript } from "ehrloom/plot/report/page_script/script.ts";

/** What the script may use of JavaScript itself. */
const language = [
  ...["Array", "Boolean", "Error", "Float32Array", "Infinity", "JSON", "Math", "Number", "Object"],
  ...["Promise", "Set", "String", "Uint32Array", "Uint8Array", "encodeURIComponent", "globalThis"],
];

/** What it may use of browsers. */
const browser = [
  ...["Blob", "DecompressionStream", "FormData", "Image", "ResizeObserver", "Response", "URL"],
  ...["HTMLElement", "SVGSVGElement", "MouseEvent", "TouchEvent", "WheelEvent", "XMLSerializer"],
  ...["atob", "cancelAnimationFrame", "clearTimeout", "document", "getComputedStyle"],
  ...["matchMedia", "requestAnimationFrame", "setTimeout"],
];

/** The names that a script uses but does not define; fails where it is no plain JavaScript. */
const freeNames = (script: string) => detectGlobals(script).map(({ name }) => name).sort();

Deno.test("the page's script is plain JavaScript that needs D3 and a browser, nothing else", () => {
  assertEquals(freeNames(pageScript), [...language, ...browser, "d3"].sort());
});

Deno.test("the page's script would need what it was sent without", () => {
  const without = pageScript.replace("const farthestPoints = ", "const unused = ");
  assertEquals(freeNames(without).includes("farthestPoints"), true);
});

Deno.test("the page's script leaves no name behind for the rest of the page", () => {
  assertEquals(/^"use strict";\n\{\n.*\n\}\n$/s.test(pageScript), true);
});
