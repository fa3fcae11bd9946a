/**
 * What the page to play with runs in a browser: its program as one script, and tfjs's engine.
 *
 * @module
 */
import type { PlayProgram } from "ehrloom";
import { build, stop } from "esbuild";
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";

/** The project's folder, where names of packages are looked up. */
const root = fileURLToPath(new URL("../../", import.meta.url));

/** `lib/play/page/main.tsx` with all that it imports, as the text of a script element. */
async function script(): Promise<string> {
  try {
    const { outputFiles: [{ text }] } = await build({
      absWorkingDir: root,
      entryPoints: ["lib/play/page/main.tsx"],
      bundle: true,
      write: false,
      minify: true,
      format: "iife",
      platform: "browser",
      jsx: "automatic",
      target: "es2023",
      charset: "utf8",
      logLevel: "silent",
      alias: { "@std/text": "deno-std/text/mod.js" }, // a name of deno.json, as it says there
    });
    return text.replaceAll("</script", "<\\/script"); // which would end the script element
  } finally {
    await stop();
  }
}

/** The engine's bytes in base64. */
async function engine(): Promise<string> {
  const main = import.meta.resolve("@tensorflow/tfjs-backend-wasm");
  const bytes = await Deno.readFile(new URL("tfjs-backend-wasm-simd.wasm", main));
  return Buffer.from(bytes).toString("base64");
}

/** The program of the page. */
export async function playProgram(): Promise<PlayProgram> {
  return { script: await script(), engine: await engine() };
}
