/**
 * Figures as PNG files, drawn without a browser: resvg in WebAssembly, with DejaVu Sans, which has
 * Latin, Greek and Cyrillic letters and the signs of our figures. Texts in other scripts become boxes;
 * the page's PNG button draws them with the reader's own fonts.
 *
 * @module
 */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { fileURLToPath } from "node:url";

/** Pixels of a PNG for each of an SVG: 288 for an inch. */
const zoom = 3;

const family = "DejaVu Sans";

/** The bytes of a file of a package. */
function bytesOf(file: string): Promise<Uint8Array> {
  return Deno.readFile(fileURLToPath(import.meta.resolve(file)));
}

/** The fonts, read when the first figure is drawn. */
let fonts: Promise<Uint8Array[]> | undefined;

async function started(): Promise<Uint8Array[]> {
  await initWasm(await bytesOf("@resvg/resvg-wasm/index_bg.wasm"));
  return await Promise.all(
    ["DejaVuSans", "DejaVuSans-Bold"].map((name) => bytesOf(`dejavu-fonts-ttf/ttf/${name}.ttf`)),
  );
}

/**
 * A figure as a PNG on white, three pixels to each of the SVG.
 *
 * @param svg the SVG's text
 */
export async function pngOf(svg: string): Promise<Uint8Array> {
  fonts ??= started();
  const drawing = new Resvg(svg, {
    fitTo: { mode: "zoom", value: zoom },
    background: "white",
    font: { fontBuffers: await fonts, defaultFontFamily: family, sansSerifFamily: family },
  });
  const image = drawing.render();
  const png = image.asPng();
  image.free();
  drawing.free();
  return png;
}
