/**
 * What the pages run in their reader's browser: D3, and the script that uses it.
 *
 * @module
 */
import { pageScript } from "../report/page_script/script.ts";

/** The texts of the script elements, in order. */
export function pageScripts(): string[] {
  const d3 = new URL("../dist/d3.min.js", import.meta.resolve("d3"));
  return [Deno.readTextFileSync(d3), pageScript];
}
